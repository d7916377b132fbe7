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

package actions

import (
	"context"
	"fmt"

	authorizationv1 "k8s.io/api/authorization/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Right is one thing that people do in a namespace, and whether the user may.
type Right struct {
	// Does says it in words, such as "change incidents".
	Does           string
	resource, verb string
	Granted        bool
}

// Rights asks the cluster what the user may do in a namespace.
func Rights(ctx context.Context, c client.Writer, namespace string) ([]Right, error) {
	rights := []Right{
		{Does: "read incidents", resource: "incidents", verb: "list"},
		{Does: "change incidents", resource: "incidents", verb: "patch"},
		{Does: "create incidents", resource: "incidents", verb: "create"},
		{Does: "change alerts", resource: "alerts", verb: "patch"},
		{Does: "comment", resource: "comments", verb: "create"},
		{Does: "read the log", resource: "activities", verb: "list"},
		{Does: "delete incidents", resource: "incidents", verb: "delete"},
	}
	for i := range rights {
		review := &authorizationv1.SelfSubjectAccessReview{}
		review.Spec.ResourceAttributes = &authorizationv1.ResourceAttributes{
			Namespace: namespace, Group: v1alpha1.GroupVersion.Group, Resource: rights[i].resource, Verb: rights[i].verb,
		}
		if err := c.Create(ctx, review); err != nil {
			return nil, fmt.Errorf("asking what you may do: %w", err)
		}
		rights[i].Granted = review.Status.Allowed
	}
	return rights, nil
}
