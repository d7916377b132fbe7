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

package journal

import (
	"context"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
)

// CheckAlone tries, without writing anything, whether the operator may write a log. It may not if another installation, with
// another name prefix or namespace, has its policies in the same cluster: each of the two refuses the other's entries, so
// that logs would end without a word.
func CheckAlone(ctx context.Context, c client.Client) error {
	log := activity.Log{Ref: v1alpha1.ActivityIncident{Name: "probe", UID: "00000000-0000-0000-0000-000000000000"}}
	incident := &v1alpha1.Incident{ObjectMeta: metav1.ObjectMeta{Name: log.Ref.Name, ResourceVersion: "1"}}
	spec, err := log.Append(*log.Next(activity.Facts{Incident: incident, Seen: "1"}, metav1.Now().Time))
	if err != nil {
		return err
	}
	entry := &v1alpha1.Activity{Spec: spec}
	entry.Namespace, entry.Name = metav1.NamespaceDefault, activity.Name(log.Ref, spec.Sequence)
	err = c.Create(ctx, entry, client.DryRunAll, operator.FieldOwner)
	if apierrors.IsForbidden(err) && strings.Contains(err.Error(), "ValidatingAdmissionPolicy") {
		return fmt.Errorf("an admission policy of another installation refuses what this operator writes: "+
			"a cluster must have one installation only, so remove one of them: %w", err)
	}
	return nil // What else is wrong shows where it matters.
}
