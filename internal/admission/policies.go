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
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// policy is a policy with the binding that puts it into force.
type policy struct {
	definition *admissionregistrationv1.MutatingAdmissionPolicy
	binding    *admissionregistrationv1.MutatingAdmissionPolicyBinding
}

// readPolicies reads the policies that change objects from files of manifests. Their parameter is the ClusterRoleBinding
// identities, whatever name the files give it: that name follows the prefix of an installation.
func readPolicies(files fs.FS, identities string) ([]policy, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("listing the policies: %w", err)
	}
	var policies []policy
	for _, name := range names {
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("reading the policies: %w", err)
		}
		found, err := policyIn(content)
		if err != nil {
			return nil, fmt.Errorf("reading the policy in %s: %w", name, err)
		}
		if err := found.complete(identities); err != nil {
			return nil, fmt.Errorf("reading the policy in %s: %w", name, err)
		}
		policies = append(policies, found)
	}
	return policies, nil
}

// policyIn reads one policy and its binding. What else a file holds, the API server follows itself.
func policyIn(content []byte) (policy, error) {
	found := policy{
		definition: &admissionregistrationv1.MutatingAdmissionPolicy{},
		binding:    &admissionregistrationv1.MutatingAdmissionPolicyBinding{},
	}
	wanted := map[string]any{"MutatingAdmissionPolicy": found.definition, "MutatingAdmissionPolicyBinding": found.binding}
	documents := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(content)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return policy{}, err
		}
		kind := metav1.TypeMeta{}
		if err := yaml.Unmarshal(document, &kind); err != nil {
			return policy{}, err
		}
		into, ok := wanted[kind.Kind]
		if !ok {
			continue
		}
		if err := yaml.UnmarshalStrict(document, into); err != nil {
			return policy{}, err
		}
		delete(wanted, kind.Kind)
	}
	if len(wanted) > 0 || found.binding.Spec.PolicyName != found.definition.Name {
		return policy{}, errors.New("it must hold one MutatingAdmissionPolicy and the binding of it")
	}
	return found, nil
}

// complete sets what the API server sets by default, and the parameter.
func (p policy) complete(identities string) error {
	constraints := p.definition.Spec.MatchConstraints
	if constraints == nil {
		return errors.New("it must have matchConstraints")
	}
	if constraints.NamespaceSelector == nil {
		constraints.NamespaceSelector = &metav1.LabelSelector{}
	}
	if constraints.ObjectSelector == nil {
		constraints.ObjectSelector = &metav1.LabelSelector{}
	}
	kind := p.definition.Spec.ParamKind
	if kind == nil {
		return nil
	}
	if kind.APIVersion != rbacv1.SchemeGroupVersion.String() || kind.Kind != "ClusterRoleBinding" || p.binding.Spec.ParamRef == nil {
		return errors.New("its parameter must be a ClusterRoleBinding that the binding names")
	}
	p.binding.Spec.ParamRef.Name = identities
	return nil
}
