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
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// TestUndoOfARequest finds what a bulk changed, and leaves what somebody changed since.
func TestUndoOfARequest(t *testing.T) {
	c := newCluster(t, anIncident("one", assignedTo("")), anIncident("two", assignedTo("")), anIncident("other", assignedTo("")), assigned(2, "", "carol"), assigned(3, "carol", "bob"))
	request := NewRequest()
	for _, name := range []string{"one", "two"} {
		if _, err := (&ChangeTask{Client: c, Incident: c.incident(name), Change: AssignTo("bob"), Request: request}).Do(t.Context(), false); err != nil {
			t.Fatal(err)
		}
	}
	undos, err := UndoRequest(t.Context(), c, "soc", request)
	if err != nil || len(undos) != 2 || undos[0].Generation != 3 {
		t.Fatalf("got %v, %v", undos, err)
	}
	if none, err := UndoRequest(t.Context(), c, "soc", request[1:]); err != nil || len(none) != 0 {
		t.Errorf("got %v, %v", none, err)
	}
	// The fake leaves the generation to its users.
	now := c.incident("one")
	now.Generation = 3
	if err := c.Update(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	if _, err := undos[0].Decide(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := undos[0].Do(t.Context(), false); err != nil || c.incident("one").Spec.Assignee != "carol" {
		t.Errorf("assigned to %q, %v", c.incident("one").Spec.Assignee, err)
	}
	since := &Undo{Client: c, Incident: undos[0].Incident, Generation: 2}
	if _, err := since.Decide(t.Context()); !isRefused(err) || !strings.Contains(err.Error(), "spec.assignee is") {
		t.Errorf("changed since: got %v", err)
	}
}

// TestUndoOfWhatChangedSince has a later change than the one that is to be undone.
func TestUndoOfWhatChangedSince(t *testing.T) {
	c := newCluster(t, anIncident("one", assignedTo("bob")), assigned(2, "carol", "dave"), assigned(3, "dave", "bob"))
	u := &Undo{Client: c, Incident: client.ObjectKey{Namespace: "soc", Name: "one"}, Generation: 2}
	if _, err := u.Decide(t.Context()); !isRefused(err) || !strings.Contains(err.Error(), "it changed since: the last change is entry 3") {
		t.Errorf("got %v", err)
	}
}

func TestMarkOfLabels(t *testing.T) {
	before := anIncident("one", func(i *v1alpha1.Incident) { i.Generation = 7 })
	after := before.DeepCopy()
	after.Labels = map[string]string{"x": ""}
	markRequest(before, after, "r")
	if request, generation := requestOf(after); request != "r" || generation != 7 {
		t.Errorf("labels alone make no generation: %s@%d", request, generation)
	}
	after.Annotations[v1alpha1.RequestAnnotation] = "forged"
	if request, generation := requestOf(after); request != "" || generation != 0 {
		t.Errorf("got %s@%d", request, generation)
	}
}
