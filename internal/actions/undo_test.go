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
	"errors"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

// assigned is an entry of the log of the incident one by bob.
func assigned(sequence int64, from, to string) *v1alpha1.Activity {
	entry := &v1alpha1.Activity{ObjectMeta: metav1.ObjectMeta{Namespace: "soc"}}
	entry.Spec = v1alpha1.ActivitySpec{
		IncidentRef: v1alpha1.ActivityIncident{Name: "one", UID: "uid-of-one"}, Sequence: sequence,
		Type: v1alpha1.ActivityAssigned, Actor: "bob", ActorKind: v1alpha1.ActorUser, Summary: "in words",
		Changes: []v1alpha1.ActivityChange{{Field: "spec.assignee", From: from, To: to}},
		After:   v1alpha1.ActivityRecord{Generation: ptr.To(sequence)},
	}
	entry.Name = activity.Name(entry.Spec.IncidentRef, sequence)
	return entry
}

func assignedTo(user string) func(*v1alpha1.Incident) {
	return func(i *v1alpha1.Incident) { i.UID, i.Generation, i.Spec.Assignee = "uid-of-one", 2, user }
}

// TestUndoLeavesWhatChangedSince has the incident written between the decision and the patch. No conflict is feigned: the
// patch itself has to say which version it is meant for.
func TestUndoLeavesWhatChangedSince(t *testing.T) {
	for name, test := range map[string]struct {
		write    func(*v1alpha1.Incident)
		recorded client.Object
		assignee string
		want     string
	}{
		"the operator":             {func(i *v1alpha1.Incident) { i.Status.Name = "x" }, nil, "carol", ""},
		"a person, as recorded":    {func(i *v1alpha1.Incident) { i.Spec.Assignee = "dave" }, assigned(3, "bob", "dave"), "dave", "it changed meanwhile: the last change is entry 3"},
		"a person, not recorded":   {func(i *v1alpha1.Incident) { i.Spec.Assignee = "dave" }, nil, "dave", `spec.assignee is "dave" now, not "bob"`},
		"a person, the same field": {func(*v1alpha1.Incident) {}, assigned(3, "dave", "bob"), "bob", "it changed meanwhile"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, anIncident("one", assignedTo("bob")), assigned(2, "carol", "bob"))
			writing := c.meanwhile("one", func(i *v1alpha1.Incident) {
				test.write(i)
				if test.recorded != nil {
					if err := c.Create(t.Context(), test.recorded); err != nil {
						t.Error(err)
					}
				}
			})
			u := &Undo{Client: writing, Incident: client.ObjectKey{Namespace: "soc", Name: "one"}}
			if _, err := u.Decide(t.Context()); err != nil {
				t.Fatal(err)
			}
			_, err := u.Do(t.Context(), false)
			if (err == nil) != (test.want == "") || (err != nil && !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if got := c.incident("one").Spec.Assignee; got != test.assignee {
				t.Errorf("assigned to %q, want %q", got, test.assignee)
			}
		})
	}
}

// TestUndoRefuses says by the kind of the error that it is not a matter of reading.
func TestUndoRefuses(t *testing.T) {
	c := newCluster(t, anIncident("one", assignedTo("dave")), assigned(2, "carol", "bob"))
	u := &Undo{Client: c, Incident: client.ObjectKey{Namespace: "soc", Name: "one"}}
	if _, err := u.Decide(t.Context()); !isRefused(err) {
		t.Errorf("got %v", err)
	}
	u.Incident.Name = "none"
	if _, err := u.Decide(t.Context()); err == nil || isRefused(err) {
		t.Errorf("got %v", err)
	}
}

func isRefused(err error) bool {
	_, ok := errors.AsType[*RefusedError](err)
	return ok
}
