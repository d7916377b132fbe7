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

package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// givenAlert was carol's before alice gave it to bob, by a request of which it bears the note.
func givenAlert(name string) *v1alpha1.Alert {
	alert := anAlert(name, "one")
	alert.UID, alert.Generation, alert.Spec.Assignee = types.UID("uid-of-"+name), 2, "bob"
	alert.Annotations = map[string]string{
		v1alpha1.NotesAnnotation:                     "1\n" + `1 2 "alice" in "one" "uid-of-one" assignee "carol" "bob"`,
		v1alpha1.EditorAnnotationPrefix + "assignee": "alice@2",
	}
	return alert
}

func givenEntry(names ...string) func(*v1alpha1.ActivitySpec) {
	return func(spec *v1alpha1.ActivitySpec) {
		assignedEntry("carol", "bob")(spec)
		spec.Type, spec.Actor = v1alpha1.ActivityAlertsChanged, "alice"
		spec.Alerts = v1alpha1.ActivityAlerts{Count: int64(len(names)), Names: names}
		for _, name := range names {
			spec.After.Alerts.Taken = append(spec.After.Alerts.Taken, v1alpha1.ActivityTakenNote{Alert: "uid-of-" + name, Note: 1})
		}
	}
}

func TestAlertUndo(t *testing.T) {
	impatient(t)
	c := newCluster(t, anIncident("one", assignedTo("")), anEntry(2, givenEntry("a", "b")), givenAlert("a"), givenAlert("b"), anAlert("loose", ""))
	const entry = "entry 2 (AlertsChanged by alice: in words)"
	want := "Undo of " + entry + "\nalert/a: assignee: bob → carol\nNothing was changed (dry run, client).\n"
	if diff := cmp.Diff(want, c.done("alert", "undo", "alert/a", "--dry-run")); diff != "" || c.patches != 0 {
		t.Errorf("%d patches (-want +got):\n%s", c.patches, diff)
	}
	e := c.run("alert", "undo", "a", "b", "loose")
	want = "alert/a undid " + entry + " (was bob)\nalert/b undid " + entry + " (was bob)\n"
	if diff := cmp.Diff(want, e.out); diff != "" || e.code != exitIncomplete || c.patches != 2 {
		t.Errorf("code %d, %d patches (-want +got):\n%s", e.code, c.patches, diff)
	}
	for _, said := range []string{
		"alert/loose: it belongs to no incident, so that no log tells what it said before: set it by alert assign",
		"2 changed.\nTo undo all of it: kubectl incident alert undo --request ",
	} {
		if !strings.Contains(e.errOut, said) {
			t.Errorf("got %q, want %q", e.errOut, said)
		}
	}
	if c.alert("a").Spec.Assignee != "carol" || c.alert("b").Spec.Assignee != "carol" {
		t.Error("not all is carol's again")
	}
	c.refused(exitIncomplete, `alert/a: spec.assignee is "carol" now, not "bob"`, "alert", "undo", "a")
}

// TestAlertUndoOfABulk takes back what a command with filters changed, by what it printed.
func TestAlertUndoOfABulk(t *testing.T) {
	c := newCluster(t, anIncident("one", assignedTo("")), anEntry(2, givenEntry("a", "b")), givenAlert("a"), givenAlert("b"), anAlert("loose", ""))
	for _, name := range []string{"a", "b"} {
		alert := c.alert(name)
		alert.Spec.Assignee, alert.Generation = "carol", 1
		if err := c.Update(t.Context(), alert); err != nil {
			t.Fatal(err)
		}
	}
	e := c.run("alert", "assign", "bob", "--incident", "one")
	_, after, found := strings.Cut(e.errOut, "To undo all of it: kubectl incident alert undo --request ")
	if e.code != exitDone || !found {
		t.Fatalf("code %d: %s%s", e.code, e.out, e.errOut)
	}
	if diff := cmp.Diff([]string{"--namespace=soc"}, strings.Fields(after)[1:]); diff != "" {
		t.Errorf("behind the ID (-want +got)\n%s", diff)
	}
	request := strings.Fields(after)[0]
	if out := c.done("alert", "undo", "--request", request, "-A", "--dry-run=server"); !strings.Contains(out, "alert/b in soc: assignee: bob → carol\n") {
		t.Errorf("got %q", out)
	}
	c.done("alert", "undo", "--request", request)
	if a, b := c.alert("a").Spec.Assignee, c.alert("b").Spec.Assignee; a != "carol" || b != "carol" {
		t.Errorf("assigned to %q and %q", a, b)
	}
	c.refused(exitIncomplete, "No alert says that the request "+request+" changed it last.", "alert", "undo", "--request", request)
}

func TestAlertUndoRefuses(t *testing.T) {
	c := newCluster(t, anIncident("one", assignedTo("")), givenAlert("a"))
	for message, args := range map[string][]string{
		"name at least one alert, or a --request":  {"undo"},
		"name alerts or a --request, not both":     {"undo", "a", "--request", "x"},
		"--all-namespaces goes with --request":     {"undo", "a", "-A"},
		`"none" not found`:                         {"undo", "none"},
		"--dry-run must be none, client or server": {"undo", "a", "--dry-run=x"},
		`is not an alert`:                          {"undo", "incident/a"},
	} {
		c.refused(exitFailed, message, append([]string{"alert"}, args...)...)
	}
}
