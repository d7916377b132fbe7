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

package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// placeOf is the incident that an alert names now.
func placeOf(w *world, name string) string {
	w.t.Helper()
	alert := &v1alpha1.Alert{}
	if err := w.cluster.Get(w.t.Context(), client.ObjectKey{Namespace: "soc", Name: name}, alert); err != nil {
		w.t.Fatal(err)
	}
	return alert.Spec.IncidentRef.Name
}

func incidents(w *world) int {
	w.t.Helper()
	list := &v1alpha1.IncidentList{}
	if err := w.cluster.List(w.t.Context(), list); err != nil {
		w.t.Fatal(err)
	}
	return len(list.Items)
}

func linesOf(w *world, path string, body any) []ended {
	w.t.Helper()
	answer := w.do(w.request(http.MethodPost, path, body))
	if answer.Code != http.StatusOK {
		w.t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	var lines []ended
	for line := range strings.Lines(answer.Body.String()) {
		var one ended
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			w.t.Fatal(err)
		}
		lines = append(lines, one)
	}
	return lines
}

func TestMoveToANewIncident(t *testing.T) {
	w := newWorld(t, interceptor.Funcs{}, anIncident("a"), anAlert("a-1", "a"), anAlert("a-2", "a"))
	asked := moveRequest{Namespace: "soc", Alerts: []string{"a-1", "a-2"}, From: "a", Create: &newIncident{Title: " The second story "}}
	found := ask[outcomes](w, http.MethodPost, "/api/moves/preview", asked)
	if found.Changes != 2 || found.Alerts[0].After.Incident != unnamed || incidents(w) != 1 {
		t.Errorf("got %+v, and %d incidents", found, incidents(w))
	}
	lines := linesOf(w, "/api/moves", asked)
	if len(lines) != 3 || lines[0].Done != incidentCreated || incidents(w) != 2 {
		t.Fatalf("lines %+v, and %d incidents", lines, incidents(w))
	}
	made := lines[0].Object
	if w.incidentNow(made).Spec.Name != "The second story" || placeOf(w, "a-1") != made || placeOf(w, "a-2") != made {
		t.Errorf("%s has the title %q; the alerts are in %s and %s", made, w.incidentNow(made).Spec.Name, placeOf(w, "a-1"), placeOf(w, "a-2"))
	}
}

// What cannot move creates no incident that stays empty.
func TestNoIncidentIsCreatedInVain(t *testing.T) {
	for name, test := range map[string]struct {
		asked moveRequest
		code  int
	}{
		"an alert is elsewhere": {moveRequest{Alerts: []string{"a-1", "b-1"}, From: "a", Create: &newIncident{}}, http.StatusConflict},
		"an alert is gone":      {moveRequest{Alerts: []string{"a-1", "gone"}, From: "a", Create: &newIncident{}}, http.StatusNotFound},
		"two places":            {moveRequest{Alerts: []string{"a-1"}, From: "a", To: "b", Create: &newIncident{}}, http.StatusBadRequest},
		"no alert":              {moveRequest{From: "a", Create: &newIncident{}}, http.StatusBadRequest},
		"a title too long":      {moveRequest{Alerts: []string{"a-1"}, From: "a", Create: &newIncident{Title: strings.Repeat("ä", 257)}}, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, interceptor.Funcs{}, anIncident("a"), anIncident("b"), anAlert("a-1", "a"), anAlert("b-1", "b"))
			test.asked.Namespace = "soc"
			for _, path := range []string{"/api/moves/preview", "/api/moves"} {
				if answer := w.do(w.request(http.MethodPost, path, test.asked)); answer.Code != test.code {
					t.Errorf("%s: got %d %s, want %d", path, answer.Code, answer.Body, test.code)
				}
			}
			if incidents(w) != 2 || placeOf(w, "a-1") != "a" {
				t.Errorf("there are %d incidents, and a-1 is in %s", incidents(w), placeOf(w, "a-1"))
			}
		})
	}
}

// The first line names the incident also if alerts fail, so that these can follow.
func TestFailedMoveNamesTheNewIncident(t *testing.T) {
	w := newWorld(t, interceptor.Funcs{Patch: func(ctx context.Context, c client.WithWatch, object client.Object, patch client.Patch, options ...client.PatchOption) error {
		if object.GetName() == "a-2" {
			return errors.New("no luck")
		}
		return c.Patch(ctx, object, patch, options...)
	}}, anIncident("a"), anAlert("a-1", "a"), anAlert("a-2", "a"))
	lines := linesOf(w, "/api/moves", moveRequest{Namespace: "soc", Alerts: []string{"a-1", "a-2"}, From: "a", Create: &newIncident{}})
	if len(lines) != 3 || lines[0].Done != incidentCreated || lines[1].Ending != actions.Changed || lines[2].Problem == nil {
		t.Fatalf("lines %+v", lines)
	}
	if placeOf(w, "a-1") != lines[0].Object || placeOf(w, "a-2") != "a" {
		t.Errorf("a-1 is in %s, a-2 in %s", placeOf(w, "a-1"), placeOf(w, "a-2"))
	}
}

func TestUnlinkedAlerts(t *testing.T) {
	objects := []client.Object{anIncident("a"), anAlert("a-1", "a")}
	for i := range maxUnlinked + 20 {
		objects = append(objects, anAlert(fmt.Sprintf("free-%03d", i), "", func(a *v1alpha1.Alert) {
			if i%40 == 0 {
				a.Spec.Name = "Rare"
			}
		}))
	}
	w := newWorld(t, interceptor.Funcs{}, objects...)
	for query, want := range map[string][2]int{"": {maxUnlinked, 20}, "&text=rARE": {3, 0}, "&text=nothing": {0, 0}} {
		found := ask[unlinkedReply](w, http.MethodGet, "/api/unlinked?namespace=soc"+query, nil)
		if diff := cmp.Diff(want, [2]int{len(found.Alerts), found.More}); diff != "" {
			t.Errorf("%q (-want +got)\n%s", query, diff)
		}
		for _, row := range found.Alerts {
			if row.Incident != "" {
				t.Errorf("%s is in %s", row.Name, row.Incident)
			}
		}
	}
	for _, wrong := range []string{"", "?namespace=soc&text=" + strings.Repeat("x", maxSearch+1)} {
		if answer := w.do(w.request(http.MethodGet, "/api/unlinked"+wrong, nil)); answer.Code != http.StatusBadRequest {
			t.Errorf("%q: got %d", wrong, answer.Code)
		}
	}
}

func TestHeldRequestsAreChecked(t *testing.T) {
	w := newWorld(t, interceptor.Funcs{}, anIncident("open"), anAlert("a", "open"))
	for name, test := range map[string]struct {
		asked heldRequest
		code  int
	}{
		"an open incident": {heldRequest{Incident: reference("open"), Alerts: []string{"a"}}, http.StatusConflict},
		"no alert":         {heldRequest{Incident: reference("open")}, http.StatusBadRequest},
		"too many":         {heldRequest{Incident: reference("open"), Alerts: make([]string, maxAlerts+1)}, http.StatusBadRequest},
		"a note too long":  {heldRequest{Incident: reference("open"), Alerts: []string{"a"}, Note: strings.Repeat("x", actions.MaxNote+1)}, http.StatusBadRequest},
		"one of before":    {heldRequest{Incident: named{"soc", "open", "other"}, Alerts: []string{"a"}}, http.StatusNotFound},
		"one that is gone": {heldRequest{Incident: reference("gone"), Alerts: []string{"a"}}, http.StatusNotFound},
	} {
		if answer := w.do(w.request(http.MethodPost, "/api/held", test.asked)); answer.Code != test.code {
			t.Errorf("%s: got %d %s, want %d", name, answer.Code, answer.Body, test.code)
		}
	}
}
