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
	"context"
	"errors"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

// anEntry is an entry of the log of the incident one by bob.
func anEntry(sequence int64, change func(*v1alpha1.ActivitySpec)) *v1alpha1.Activity {
	entry := &v1alpha1.Activity{ObjectMeta: metav1.ObjectMeta{Namespace: "soc"}}
	entry.Spec = v1alpha1.ActivitySpec{
		IncidentRef: v1alpha1.ActivityIncident{Name: "one", UID: "uid-of-one"}, Sequence: sequence,
		Actor: "bob", ActorKind: v1alpha1.ActorUser, Summary: "in words",
		After: v1alpha1.ActivityRecord{Generation: ptr.To(sequence)},
	}
	change(&entry.Spec)
	entry.Name = activity.Name(entry.Spec.IncidentRef, sequence)
	return entry
}

func assignedEntry(from, to string) func(*v1alpha1.ActivitySpec) {
	return func(spec *v1alpha1.ActivitySpec) {
		spec.Type = v1alpha1.ActivityAssigned
		spec.Changes = []v1alpha1.ActivityChange{{Field: "spec.assignee", From: from, To: to}}
	}
}

func movedEntry(from string, names ...string) func(*v1alpha1.ActivitySpec) {
	return func(spec *v1alpha1.ActivitySpec) {
		spec.Type, spec.OtherIncident = v1alpha1.ActivityAlertsLinked, from
		spec.Alerts = v1alpha1.ActivityAlerts{Count: int64(len(names)), Names: names}
		spec.After.Alerts.Total = int64(len(names))
	}
}

func assignedTo(user string) func(*v1alpha1.Incident) {
	return func(i *v1alpha1.Incident) { i.UID, i.Generation, i.Spec.Assignee = "uid-of-one", 2, user }
}

// notedAlert is linked to the incident one, as its log knows.
func notedAlert(name string) *v1alpha1.Alert {
	alert := anAlert(name, "one")
	alert.Annotations = map[string]string{v1alpha1.NotesAnnotation: "1"}
	return alert
}

// arrivedAlert was linked when it was created.
func arrivedAlert(name string) *v1alpha1.Alert {
	alert := notedAlert(name)
	alert.Annotations[v1alpha1.EditorAnnotationPrefix+"incidentRef"] = "ingest@1"
	return alert
}

// impatient keeps a test from waiting for a log that nobody writes.
func impatient(t *testing.T) {
	patience := logPatience
	logPatience = 0
	t.Cleanup(func() { logPatience = patience })
}

func TestUndo(t *testing.T) {
	c := newCluster(t, anIncident("one", assignedTo("bob")), anEntry(1, assignedEntry("", "carol")), anEntry(2, assignedEntry("carol", "bob")),
		anEntry(3, movedEntry("", "new")), arrivedAlert("new"))
	if out := c.done("undo", "one", "--dry-run"); !strings.Contains(out, "Undo of entry 2 (Assigned by bob: in words)\nincident/one: assignee: bob → carol\n") {
		t.Errorf("got %q", out)
	}
	if out := c.done("undo", "one"); out != "incident/one undid entry 2 (Assigned by bob: in words) (was bob)\n" || c.incident("one").Spec.Assignee != "carol" {
		t.Errorf("got %q", out)
	}
	c.refused(1, `incident/one: spec.assignee is "carol" now, not "bob"`, "undo", "one")
	c.refused(2, `"none" not found`, "undo", "none")
	c.refused(2, "name at least one incident, or a --request", "undo")
}

// Authentication may name a user in any way.
func TestUndoEscapesWhoDidIt(t *testing.T) {
	c := newCluster(t, anIncident("one", assignedTo("bob")), anEntry(2, func(spec *v1alpha1.ActivitySpec) {
		assignedEntry("carol", "bob")(spec)
		spec.Actor = "eve\x1b[2J"
	}))
	for _, args := range [][]string{{"undo", "one", "--dry-run"}, {"undo", "one"}} {
		if out := c.done(args...); !strings.Contains(out, `Assigned by eve\x1b[2J`) || strings.Contains(out, "\x1b") {
			t.Errorf("got %q", out)
		}
	}
}

func TestUndoOfAMove(t *testing.T) {
	impatient(t)
	c := newCluster(t, anIncident("one", assignedTo("")), anIncident("two"), anEntry(2, movedEntry("two", "a", "b")), notedAlert("a"), notedAlert("b"))
	if out := c.done("undo", "one"); out != "alert/a moved to two (was in one)\nalert/b moved to two (was in one)\n" {
		t.Errorf("got %q", out)
	}
	if reason := c.alert("a").Annotations[v1alpha1.MoveReasonAnnotation]; reason != `{"reason":"undo of entry 2 of one","to":"two"}` {
		t.Errorf("the reason is %s", reason)
	}
	c.refused(1, "incident/one: the activity log has not come as far as the incident: it has 2 alerts, the incident 0", "undo", "one")
}

// TestUndoMeetsOthers has somebody write the incident between looking at it and reverting.
func TestUndoMeetsOthers(t *testing.T) {
	conflict := apierrors.NewConflict(schema.GroupResource{Resource: "incidents"}, "one", errors.New("changed"))
	for name, test := range map[string]struct {
		meanwhile client.Object
		assignee  string
		want      string
		code      int
	}{
		"the operator": {nil, "bob", "undid entry 2", 0},
		"a person":     {anEntry(3, assignedEntry("bob", "dave")), "dave", "it changed meanwhile: the last change is entry 3", 1},
		"unrecorded":   {nil, "dave", `spec.assignee is "dave" now, not "bob"`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, anIncident("one", assignedTo("bob")), anEntry(2, assignedEntry("carol", "bob")))
			met := false
			c.intercept = interceptor.Funcs{Patch: func(ctx context.Context, w client.WithWatch, object client.Object, p client.Patch, options ...client.PatchOption) error {
				if met {
					return w.Patch(ctx, object, p, options...)
				}
				met = true
				incident := c.incident("one")
				incident.Spec.Assignee = test.assignee
				err := w.Update(ctx, incident)
				if err == nil && test.meanwhile != nil {
					err = w.Create(ctx, test.meanwhile)
				}
				return errors.Join(err, conflict)
			}}
			e := c.run("undo", "one")
			if e.code != test.code || !strings.Contains(e.out+e.errOut, test.want) {
				t.Errorf("got %d, %s%s", e.code, e.out, e.errOut)
			}
		})
	}
}
