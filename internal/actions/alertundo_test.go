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
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// bobs is an alert of the incident that bob got by a request of which the alert bears the note.
func bobs(name string) *v1alpha1.Alert {
	alert := anAlert(name, "one")
	alert.UID, alert.Generation, alert.Spec.Assignee = types.UID("uid-of-"+name), 2, "bob"
	alert.Annotations = map[string]string{
		v1alpha1.NotesAnnotation:                     "1\n" + `1 2 "alice" in "one" "uid-of-one" assignee "carol" "bob"`,
		v1alpha1.EditorAnnotationPrefix + "assignee": "alice@2",
	}
	return alert
}

// given tells that alerts were given to somebody by alice.
func given(sequence int64, from, to string, names ...string) *v1alpha1.Activity {
	entry := assigned(sequence, from, to)
	entry.Spec.Type, entry.Spec.Actor = v1alpha1.ActivityAlertsChanged, "alice"
	entry.Spec.Alerts = v1alpha1.ActivityAlerts{Count: int64(len(names)), Names: names}
	for _, name := range names {
		entry.Spec.After.Alerts.Taken = append(entry.Spec.After.Alerts.Taken, v1alpha1.ActivityTakenNote{Alert: "uid-of-" + name, Note: 1})
	}
	return entry
}

func (c *cluster) alert(name string) *v1alpha1.Alert {
	c.t.Helper()
	alert := &v1alpha1.Alert{}
	if err := c.Get(c.t.Context(), client.ObjectKey{Namespace: "soc", Name: name}, alert); err != nil {
		c.t.Fatal(err)
	}
	return alert
}

// undoOf is decided.
func (c *cluster) undoOf(w client.WithWatch, name string) *AlertUndo {
	c.t.Helper()
	u := &AlertUndo{Client: w, Alert: c.alert(name)}
	if err := DecideAlertUndos(c.t.Context(), []*AlertUndo{u}); err != nil {
		c.t.Fatal(err)
	}
	return u
}

func TestAlertUndo(t *testing.T) {
	c := newCluster(t, anIncident("one", assignedTo("")), bobs("a"), bobs("b"), given(2, "carol", "bob", "a", "b"))
	u := c.undoOf(c, "a")
	if u.Refused != nil {
		t.Fatal(u.Refused)
	}
	found, err := u.Preview(t.Context())
	if diff := cmp.Diff([]Difference{{"assignee", "bob", "carol"}}, found.Fields); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	result, err := u.Do(t.Context(), false)
	want := Result{Ending: Changed, Done: "undid entry 2 (AlertsChanged by alice: in words)", Replaced: []Difference{{"assignee", "bob", "carol"}}}
	if diff := cmp.Diff(want, result); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	if a, b := c.alert("a").Spec.Assignee, c.alert("b").Spec.Assignee; a != "carol" || b != "bob" {
		t.Errorf("assigned to %q and %q", a, b)
	}
}

func TestAlertUndoMeetsOthers(t *testing.T) {
	for name, test := range map[string]struct {
		write    func(*v1alpha1.Alert)
		recorded client.Object
		assignee string
		refused  string
	}{
		"the operator drops notes": {func(a *v1alpha1.Alert) { a.Annotations[v1alpha1.NotesAnnotation] = "1" }, nil, "carol", ""},
		"a person, as recorded": {
			func(a *v1alpha1.Alert) { a.Spec.Assignee, a.Generation = "dave", 3 }, given(3, "bob", "dave", "a"), "dave",
			"it changed meanwhile: the last change is entry 3",
		},
		"a person, not recorded":   {func(a *v1alpha1.Alert) { a.Spec.Assignee, a.Generation = "dave", 3 }, nil, "dave", `spec.assignee is "dave" now, not "bob"`},
		"a person, there and back": {func(a *v1alpha1.Alert) { a.Generation = 4 }, given(3, "dave", "bob", "a"), "bob", "it changed meanwhile"},
		"a person, who moves it":   {func(a *v1alpha1.Alert) { a.Spec.IncidentRef.Name = "" }, nil, "bob", "it belongs to no incident"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, anIncident("one", assignedTo("")), bobs("a"), given(2, "carol", "bob", "a"))
			logs, written := 0, false
			u := c.undoOf(interceptor.NewClient(c.WithWatch, interceptor.Funcs{
				List: func(ctx context.Context, w client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
					logs++
					return w.List(ctx, list, options...)
				},
				Patch: func(ctx context.Context, w client.WithWatch, object client.Object, p client.Patch, options ...client.PatchOption) error {
					if !written {
						written = true
						alert := c.alert("a")
						test.write(alert)
						if err := w.Update(ctx, alert); err != nil {
							return err
						}
						if test.recorded != nil {
							if err := w.Create(ctx, test.recorded); err != nil {
								return err
							}
						}
					}
					return w.Patch(ctx, object, p, options...)
				},
			}), "a")
			_, err := u.Do(t.Context(), false)
			if (err == nil) != (test.refused == "") || (err != nil && !strings.Contains(err.Error(), test.refused)) {
				t.Errorf("got %v, want %q", err, test.refused)
			}
			if got := c.alert("a").Spec.Assignee; got != test.assignee {
				t.Errorf("assigned to %q, want %q", got, test.assignee)
			}
			if test.refused == "" && logs != 1 {
				t.Errorf("the log was read %d times", logs)
			}
		})
	}
}

func TestAlertUndoRefuses(t *testing.T) {
	loose, lost := anAlert("loose", ""), anAlert("lost", "none")
	c := newCluster(t, anIncident("one", assignedTo("")), bobs("a"), loose, lost, assigned(2, "carol", "bob"))
	for name, want := range map[string]string{
		"loose": "it belongs to no incident, so that no log tells",
		"lost":  "its incident none does not exist, so that no log tells",
		"a":     "it does not have all changes of the alert",
	} {
		if u := c.undoOf(c, name); !isRefused(u.Refused) || !strings.Contains(u.Refused.Error(), want) {
			t.Errorf("%s: got %v, want %q", name, u.Refused, want)
		}
	}
}

// TestAlertUndoWaitsForALogThatComesCloser has a log that tells of one alert more at each look.
func TestAlertUndoWaitsForALogThatComesCloser(t *testing.T) {
	names := []string{"a", "b", "c", "d"}
	c := newCluster(t, anIncident("one", assignedTo("")), assigned(2, "carol", "bob"))
	looks := 0
	w := interceptor.NewClient(c.WithWatch, interceptor.Funcs{
		List: func(ctx context.Context, w client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
			if _, ok := list.(*v1alpha1.ActivityList); ok && looks < len(names) {
				looks++
				if err := w.Create(ctx, given(int64(2+looks), "carol", "bob", names[looks-1])); err != nil {
					return err
				}
			}
			return w.List(ctx, list, options...)
		},
	})
	var undos []*AlertUndo
	for _, name := range names {
		if err := c.Create(t.Context(), bobs(name)); err != nil {
			t.Fatal(err)
		}
		undos = append(undos, &AlertUndo{Client: w, Alert: c.alert(name), Patience: logInterval + 50*time.Millisecond})
	}
	if err := DecideAlertUndos(t.Context(), undos); err != nil {
		t.Fatal(err)
	}
	for i, u := range undos {
		if u.Refused != nil || u.reversal.Entry.Sequence != int64(3+i) {
			t.Errorf("%s: %v, %v", u.Alert.Name, u.Refused, u.reversal)
		}
	}
}

// TestAlertUndoOfARequest finds what a bulk changed, marks what it changes itself, and leaves what somebody changed since.
func TestAlertUndoOfARequest(t *testing.T) {
	c := newCluster(t, anIncident("one", assignedTo("")), bobs("a"), bobs("b"), bobs("c"), given(2, "carol", "bob", "a", "b", "c"))
	for name, mark := range map[string]string{"a": "first@2", "b": "first@1", "c": "other@2"} {
		alert := c.alert(name)
		alert.Annotations[v1alpha1.RequestAnnotation] = mark
		if err := c.Update(t.Context(), alert); err != nil {
			t.Fatal(err)
		}
	}
	undos, err := UndoAlertsOfRequest(t.Context(), c, "soc", "first")
	if err != nil || len(undos) != 2 {
		t.Fatalf("got %v, %v", undos, err)
	}
	if err := DecideAlertUndos(t.Context(), undos); err != nil {
		t.Fatal(err)
	}
	since := undos[1].Refused
	if undos[0].Refused != nil || !isRefused(since) || !strings.Contains(since.Error(), "it changed since: the last change is entry 2 (AlertsChanged by alice") {
		t.Errorf("got %v, %v", undos[0].Refused, since)
	}
	undos[0].Request = "second"
	if _, err := undos[0].Do(t.Context(), false); err != nil || c.alert("a").Annotations[v1alpha1.RequestAnnotation] != "second@3" {
		t.Errorf("got %v, %v", err, c.alert("a").Annotations)
	}
}

func TestAlertChangeIsMarked(t *testing.T) {
	c := newCluster(t, bobs("a"))
	for _, request := range []string{"", "r"} {
		alert, want := c.alert("a"), ""
		if request != "" {
			want = "r@3"
		}
		task := &AlertTask{Client: c, Alert: alert, Change: AssignAlertTo(fmt.Sprintf("dave%s", request)), Request: request}
		if _, err := task.Do(t.Context(), false); err != nil || alert.Annotations[v1alpha1.RequestAnnotation] != want {
			t.Errorf("request %q: got %v, %v", request, alert.Annotations, err)
		}
	}
}
