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

package correlation

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/correlate"
)

// policies are those of one namespace.
type policies struct {
	all []v1alpha1.CorrelationPolicy
	// compiled are those in force, in the order in which they are asked; problems say why others make no sense.
	compiled []*correlate.Policy
	problems map[string]error
	// version is another one whenever one in force is.
	version string
}

// compiled is what became of one generation of a policy.
type compiled struct {
	generation int64
	policy     *correlate.Policy
	err        error
}

// compile compiles a policy once for each of its generations.
func (n *namespace) compile(policy *v1alpha1.CorrelationPolicy) (*correlate.Policy, error) {
	known, ok := n.compiled[policy.UID]
	if !ok || known.generation != policy.Generation {
		known = compiled{generation: policy.Generation}
		known.policy, known.err = correlate.Compile(policy)
	}
	n.compiled[policy.UID] = known
	return known.policy, known.err
}

// keepCompiled forgets what is compiled of policies that are gone.
func (n *namespace) keepCompiled(all []v1alpha1.CorrelationPolicy) {
	maps.DeleteFunc(n.compiled, func(uid types.UID, _ compiled) bool {
		return !slices.ContainsFunc(all, func(policy v1alpha1.CorrelationPolicy) bool { return policy.UID == uid })
	})
}

// policies reads those of a namespace. One that makes no sense does not stop the others.
func (r *Reconciler) policies(ctx context.Context, space *namespace) (policies, error) {
	var list v1alpha1.CorrelationPolicyList
	if err := r.Client.List(ctx, &list, client.InNamespace(space.name), client.UnsafeDisableDeepCopy); err != nil {
		return policies{}, fmt.Errorf("listing policies: %w", err)
	}
	in := policies{all: list.Items, problems: map[string]error{}}
	slices.SortFunc(in.all, func(a, b v1alpha1.CorrelationPolicy) int { return cmp.Compare(a.Name, b.Name) })
	space.keepCompiled(in.all)
	var version strings.Builder
	for i := range in.all {
		policy := &in.all[i]
		compiled, err := space.compile(policy)
		if err != nil {
			in.problems[policy.Name] = err
			continue
		}
		if policy.Spec.Suspend || !policy.DeletionTimestamp.IsZero() {
			continue
		}
		in.compiled = append(in.compiled, compiled)
		fmt.Fprintf(&version, "%s/%s/%d\n", policy.Name, policy.UID, policy.Generation)
	}
	correlate.Sort(in.compiled)
	in.version = version.String()
	return in, nil
}
