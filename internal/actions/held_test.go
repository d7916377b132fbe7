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
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const heldMemory = `{"incident":"inc","uid":"u","resolution":{"value":"Resolved","over":"Active","held":true}}`

func aHeldAlert(name, incident string) *v1alpha1.Alert {
	alert := anAlert(name, incident)
	alert.Annotations = map[string]string{v1alpha1.InheritedAnnotation: heldMemory}
	return alert
}

func TestResolveHeldReachesWhatIsHeldThere(t *testing.T) {
	resolved := anIncident("inc", func(i *v1alpha1.Incident) { i.Spec.Resolution.State = v1alpha1.ResolutionResolved })
	seenTo := aHeldAlert("seen-to", "inc")
	seenTo.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "By bob."}
	c := newCluster(t, resolved, aHeldAlert("held", "inc"), aHeldAlert("moved", "other"), anAlert("active", "inc"), seenTo)
	tasks, err := ResolveHeld(t.Context(), c, resolved, []string{"held", "moved", "active", "seen-to"}, "The same.")
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		result, err := task.Do(t.Context(), false)
		want := NotSelected
		if task.Alert.Name == "held" {
			want = Changed
		}
		if err != nil || result.Ending != want {
			t.Errorf("%s: %s, %v, want %s", task.Alert.Name, result.Ending, err, want)
		}
	}
	for name, want := range map[string]v1alpha1.Resolution{
		"held":    {State: v1alpha1.ResolutionResolved, Note: "The same."},
		"seen-to": {State: v1alpha1.ResolutionResolved, Note: "By bob."},
		"moved":   {}, "active": {},
	} {
		alert := &v1alpha1.Alert{}
		if err := c.Get(t.Context(), client.ObjectKey{Namespace: "soc", Name: name}, alert); err != nil {
			t.Fatal(err)
		}
		if alert.Spec.Resolution != want {
			t.Errorf("%s: %+v, want %+v", name, alert.Spec.Resolution, want)
		}
	}
}

func TestNothingIsHeldInAnOpenIncident(t *testing.T) {
	c := newCluster(t, anIncident("inc"), aHeldAlert("held", "inc"))
	_, err := ResolveHeld(t.Context(), c, c.incident("inc"), []string{"held"}, "")
	if _, refused := errors.AsType[*RefusedError](err); !refused {
		t.Errorf("got %v", err)
	}
}

func TestNewDestination(t *testing.T) {
	c := newCluster(t)
	made, err := NewDestination(t.Context(), c, "soc", "", "A title", false)
	if err != nil || len(made.Name) <= len(GeneratedPrefix) || c.incident(made.Name).Spec.Name != "A title" {
		t.Errorf("got %+v, %v", made, err)
	}
	if _, err := NewDestination(t.Context(), c, "soc", "named", "", true); err != nil {
		t.Fatal(err)
	}
	list := &v1alpha1.IncidentList{}
	if err := c.List(t.Context(), list); err != nil || len(list.Items) != 1 {
		t.Errorf("a dry run leaves %d incidents, want 1: %v", len(list.Items), err)
	}
}
