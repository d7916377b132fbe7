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
	"errors"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

// ErrNotStamped says that the admission policies do not say who did something: the log cannot name anybody then.
var ErrNotStamped = errors.New("they do not stamp who did it")

// TryPolicies finds out by requests that change nothing whether the admission policies stamp who creates incidents and
// comments. It returns ErrNotStamped if they do not, and any other error if the user may not try it, or something refused
// it.
func TryPolicies(ctx context.Context, c client.Writer, namespace string) error {
	incident := &v1alpha1.Incident{}
	incident.Namespace, incident.GenerateName = namespace, "status-"
	incident.Spec.Name = "Are the policies in place?"
	if err := c.Create(ctx, incident, client.DryRunAll); err != nil {
		return fmt.Errorf("trying to create an incident: %w", err)
	}
	comment := &v1alpha1.Comment{}
	comment.Namespace, comment.GenerateName = namespace, "status-"
	comment.Spec.IncidentRef.Name, comment.Spec.Text = "status", "Are the policies in place?"
	if err := c.Create(ctx, comment, client.DryRunAll); err != nil {
		return fmt.Errorf("trying to create a comment: %w", err)
	}
	if activity.EditorOf(incident.Annotations, stampOf[fieldName]) == "" || comment.Spec.Author == "" {
		return ErrNotStamped
	}
	return nil
}
