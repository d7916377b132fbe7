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
	"errors"
	"fmt"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/policy/mutating"
	"k8s.io/apiserver/pkg/admission/plugin/policy/mutating/patch"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/matchconditions"
	"k8s.io/apiserver/pkg/cel/environment"
)

// compile makes a policy ready to be carried out. Here, unlike in the API server, an expression that is wrong is an error at
// once: the policies are known when the program is built.
func compile(definition *admissionregistrationv1.MutatingAdmissionPolicy) (mutating.PolicyEvaluator, error) {
	spec := definition.Spec
	compiler, err := cel.NewCompositedCompiler(environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion()))
	if err != nil {
		return mutating.PolicyEvaluator{}, fmt.Errorf("preparing the compiler: %w", err)
	}
	declared := cel.OptionalVariableDeclarations{HasParams: spec.ParamKind != nil, HasAuthorizer: true}
	for _, variable := range spec.Variables {
		named := &mutating.Variable{Name: variable.Name, Expression: variable.Expression}
		if result := compiler.CompileAndStoreVariable(named, declared, environment.StoredExpressions); result.Error != nil {
			return mutating.PolicyEvaluator{}, fmt.Errorf("compiling the variable %s: %w", variable.Name, result.Error)
		}
	}

	conditions := make([]cel.ExpressionAccessor, 0, len(spec.MatchConditions))
	for i := range spec.MatchConditions {
		conditions = append(conditions, (*matchconditions.MatchCondition)(&spec.MatchConditions[i]))
	}
	filter := compiler.CompileCondition(conditions, declared, environment.StoredExpressions)
	if err := errors.Join(filter.CompilationErrors()...); err != nil {
		return mutating.PolicyEvaluator{}, fmt.Errorf("compiling the match conditions: %w", err)
	}

	declared.HasPatchTypes = true
	patchers := make([]patch.Patcher, 0, len(spec.Mutations))
	for i, mutation := range spec.Mutations {
		if mutation.JSONPatch == nil {
			return mutating.PolicyEvaluator{}, fmt.Errorf("mutation %d must be a JSON patch", i)
		}
		expression := &patch.JSONPatchCondition{Expression: mutation.JSONPatch.Expression}
		evaluator := compiler.CompileMutatingEvaluator(expression, declared, environment.StoredExpressions)
		if err := errors.Join(evaluator.CompilationErrors()...); err != nil {
			return mutating.PolicyEvaluator{}, fmt.Errorf("compiling mutation %d: %w", i, err)
		}
		patchers = append(patchers, patch.NewJSONPatcher(evaluator))
	}
	return mutating.PolicyEvaluator{
		Matcher:  matchconditions.NewMatcher(filter, spec.FailurePolicy, "policy", "mutate", definition.Name),
		Mutators: patchers, CompositedCompiler: compiler,
	}, nil
}
