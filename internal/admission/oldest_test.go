/*
Copyright The Incident Operator Authors.

Licensed under the Apache License, Version 2.0 (the "License");
you may not use this file except in compliance with the License.
You may obtain a copy of the License at

    http://www.apache.org/licenses/LICENSE-2.0

Unless required by applicable law or agreed to in writing, software
distributed under the License is distributed on an "AS IS" BASIS,
WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
See the License for the specific language governing permissions and
limitations under the License.
*/

package admission

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/util/version"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/policy/mutating"
	"k8s.io/apiserver/pkg/cel/environment"
)

// oldest is the version of Kubernetes whose expressions the policies keep to. The API server takes a new policy only if the
// release before its own knew all of its functions: so they can be installed from the next version on.
var oldest = version.MajorMinor(1, 34)

// TestThePoliciesKeepToTheExpressionsOf holds for those that refuse too, which an older API server follows itself.
func TestThePoliciesKeepToTheExpressionsOf(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "config", "admission", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	compiled := 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		compilers := map[string]*cel.CompositedCompiler{}
		documents := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(content), 4096)
		for {
			policy := anyPolicy{}
			if err := documents.Decode(&policy); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			// The two policies of one name share their variables.
			if compilers[policy.Metadata.Name] == nil {
				compilers[policy.Metadata.Name], err = cel.NewCompositedCompiler(environment.MustBaseEnvSet(oldest))
				if err != nil {
					t.Fatal(err)
				}
			}
			compiled += policy.compile(t, compilers[policy.Metadata.Name])
		}
	}
	if compiled < 50 {
		t.Errorf("only %d expressions were found", compiled)
	}
}

// anyPolicy is what a mutating and a validating policy may have in common.
type anyPolicy struct {
	Metadata struct{ Name string }
	Spec     struct {
		ParamKind       *admissionregistrationv1.ParamKind
		Variables       []admissionregistrationv1.Variable
		MatchConditions []admissionregistrationv1.MatchCondition
		Validations     []admissionregistrationv1.Validation
		Mutations       []admissionregistrationv1.Mutation
	}
}

// compile compiles all expressions, as the API server does when somebody creates the policy, and counts them.
func (p anyPolicy) compile(t *testing.T, compiler *cel.CompositedCompiler) int {
	t.Helper()
	declared := cel.OptionalVariableDeclarations{HasParams: p.Spec.ParamKind != nil, HasAuthorizer: true, HasPatchTypes: len(p.Spec.Mutations) > 0}
	count := 0
	check := func(what, expression string) {
		if expression == "" {
			return
		}
		count++
		named := &mutating.Variable{Name: what, Expression: expression}
		if result := compiler.CompileCELExpression(named, declared, environment.NewExpressions); result.Error != nil {
			t.Errorf("%s: %s: %v", p.Metadata.Name, what, result.Error)
		}
	}
	for _, variable := range p.Spec.Variables {
		check(variable.Name, variable.Expression)
		named := &mutating.Variable{Name: variable.Name, Expression: variable.Expression}
		compiler.CompileAndStoreVariable(named, declared, environment.NewExpressions)
	}
	for _, condition := range p.Spec.MatchConditions {
		check(condition.Name, condition.Expression)
	}
	for i, validation := range p.Spec.Validations {
		check(fmt.Sprintf("validation %d", i), validation.Expression)
		check(fmt.Sprintf("message %d", i), validation.MessageExpression)
	}
	for i, mutation := range p.Spec.Mutations {
		check(fmt.Sprintf("mutation %d", i), mutation.JSONPatch.Expression)
	}
	return count
}
