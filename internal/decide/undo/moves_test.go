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

package undo_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/undo"
)

func TestMoves(t *testing.T) {
	for name, test := range map[string]struct {
		kind  v1alpha1.ActivityType
		other string
		want  undo.Move
	}{
		"in":           {v1alpha1.ActivityAlertsLinked, "other", undo.Move{From: "inc", To: "other"}},
		"in, unlinked": {v1alpha1.ActivityAlertsLinked, "", undo.Move{From: "inc"}},
		"out":          {v1alpha1.ActivityAlertsUnlinked, "other", undo.Move{From: "other", To: "inc"}},
		"out of any":   {v1alpha1.ActivityAlertsUnlinked, "", undo.Move{To: "inc"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := begin(t, nothing)
			h.tell(test.kind, v1alpha1.ActorUser, test.other, 2, "a", "new-b")
			test.want.Alerts = []string{"a", "new-b"}
			if name == "in, unlinked" {
				test.want.Alerts = []string{"a"} // The other one was created there.
			}
			reversal, err := h.decide()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&test.want, reversal.Move); diff != "" || reversal.After != nil {
				t.Errorf("(-want +got)\n%s", diff)
			}
			a := v1alpha1.Alert{}
			a.Name, a.Spec.IncidentRef.Name = "a", test.want.From
			if err := reversal.Move.Check([]v1alpha1.Alert{a}); err != nil {
				t.Error(err)
			}
			a.Spec.IncidentRef.Name = "elsewhere"
			if err := reversal.Move.Check([]v1alpha1.Alert{a}); err == nil || !strings.Contains(err.Error(), "a is in elsewhere now") {
				t.Errorf("got %v", err)
			}
		})
	}
}
