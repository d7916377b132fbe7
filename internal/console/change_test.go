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
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// changeAll makes a change and returns the lines of the answer.
func changeAll(w *world, asked changeRequest) []ended {
	w.t.Helper()
	answer := w.do(w.request(http.MethodPost, "/api/changes", asked))
	if answer.Code != http.StatusOK {
		w.t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	var lines []ended
	scanner := bufio.NewScanner(answer.Body)
	for scanner.Scan() {
		var line ended
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			w.t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}

func one(e edit) changeRequest {
	return changeRequest{chosen: chosen{Incidents: []named{reference("a")}}, Edit: e}
}

func TestEdits(t *testing.T) {
	before := func(i *v1alpha1.Incident) {
		i.Spec.Name, i.Spec.Assignee, i.Spec.Tags = "Old", bob, []v1alpha1.Tag{"a", "b"}
		i.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "Done."}
		i.Spec.Severity = v1alpha1.SeverityLow
	}
	tests := map[string]struct {
		edit edit
		want func(*v1alpha1.IncidentSpec)
	}{
		"name":                  {edit{Name: seen("Old", "New")}, func(s *v1alpha1.IncidentSpec) { s.Name = "New" }},
		"name cleared":          {edit{Name: seen("Old", "")}, func(s *v1alpha1.IncidentSpec) { s.Name = "" }},
		"assignee":              {edit{Assignee: seen(bob, alice)}, func(s *v1alpha1.IncidentSpec) { s.Assignee = alice }},
		"severity computed":     {edit{Severity: seen("Low", "")}, func(s *v1alpha1.IncidentSpec) { s.Severity = "" }},
		"tags":                  {edit{AddTags: []string{"c"}, RemoveTags: []string{"A"}}, func(s *v1alpha1.IncidentSpec) { s.Tags = []v1alpha1.Tag{"b", "c"} }},
		"note":                  {edit{Note: seen("Done.", "Really done.")}, func(s *v1alpha1.IncidentSpec) { s.Resolution.Note = "Really done." }},
		"opened again: no note": {edit{State: seen("Resolved", "Active")}, func(s *v1alpha1.IncidentSpec) { s.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionActive} }},
		"work goes on": {edit{State: seen("Resolved", "InProgress")}, func(s *v1alpha1.IncidentSpec) {
			s.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionInProgress}
		}},
		"classification": {edit{Classification: seen("NotSet", "TruePositive/Malware")}, func(s *v1alpha1.IncidentSpec) {
			s.Classification = v1alpha1.Classification{Verdict: v1alpha1.VerdictTruePositive, Determination: v1alpha1.DeterminationMalware}
		}},
		"without what was seen":     {edit{Assignee: wanted(alice)}, func(s *v1alpha1.IncidentSpec) { s.Assignee = alice }},
		"what somebody else wanted": {edit{Assignee: seen("", bob)}, func(*v1alpha1.IncidentSpec) {}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, interceptor.Funcs{}, anIncident("a", before))
			lines := changeAll(w, one(test.edit))
			want := anIncident("a", before).Spec
			test.want(&want)
			if diff := cmp.Diff(want, w.incidentNow("a").Spec); diff != "" || len(lines) != 1 || lines[0].Problem != nil {
				t.Errorf("lines %+v (-want +got)\n%s", lines, diff)
			}
		})
	}
}

func TestRefusedEdits(t *testing.T) {
	for name, test := range map[string]struct {
		edit edit
		says string
	}{
		"state":             {edit{State: wanted("Closed")}, "state must be"},
		"verdict":           {edit{Classification: wanted("Maybe")}, "verdict must be"},
		"unfit":             {edit{Classification: wanted("FalsePositive/Malware")}, "determination of FalsePositive"},
		"severity":          {edit{Severity: wanted("Huge")}, "severity must be"},
		"long name":         {edit{Name: wanted(strings.Repeat("ä", 257))}, "at most 256"},
		"empty tag":         {edit{AddTags: []string{" "}}, "a tag is empty"},
		"long tag":          {edit{AddTags: []string{strings.Repeat("x", 129)}}, "at most 128"},
		"assignee too long": {edit{Assignee: wanted(strings.Repeat("x", 257))}, "at most 256"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, interceptor.Funcs{}, anIncident("a"))
			answer := w.do(w.request(http.MethodPost, "/api/changes", one(test.edit)))
			if !strings.Contains(answer.Body.String(), test.says) {
				t.Errorf("got %d %s, want it to say %q", answer.Code, answer.Body, test.says)
			}
			if diff := cmp.Diff(v1alpha1.IncidentSpec{}, w.incidentNow("a").Spec); diff != "" {
				t.Errorf("it was written all the same:\n%s", diff)
			}
		})
	}
}

func TestConflictTellsEveryFieldAndWritesNothing(t *testing.T) {
	w := newWorld(t, interceptor.Funcs{}, anIncident("a", func(i *v1alpha1.Incident) {
		i.Spec.Assignee, i.Spec.Name, i.Spec.Severity = bob, "Theirs", v1alpha1.SeverityLow
		i.Annotations = map[string]string{v1alpha1.EditorAnnotationPrefix + "assignee": bob + "@3"}
	}))
	lines := changeAll(w, one(edit{
		Assignee: seen("", alice), Name: seen("Old", "Mine"), Severity: seen("Low", "High"), AddTags: []string{"x"},
	}))
	want := []conflict{
		{Field: "name", Seen: "Old", Mine: "Mine", Theirs: "Theirs"},
		{Field: "assignee", Seen: "", Mine: alice, Theirs: bob, By: bob},
	}
	if len(lines) != 1 || lines[0].Ending != actions.Failed {
		t.Fatalf("lines %+v", lines)
	}
	if diff := cmp.Diff(want, lines[0].Conflicts); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if now := w.incidentNow("a"); now.Spec.Severity != v1alpha1.SeverityLow || len(now.Spec.Tags) > 0 {
		t.Errorf("half of it was written: %+v", now.Spec)
	}
}

// Somebody writes between the read and the write of the same request.
func TestConflictInTheLastMoment(t *testing.T) {
	var w *world
	once := true
	w = newWorld(t, interceptor.Funcs{Patch: func(ctx context.Context, c client.WithWatch, object client.Object, patch client.Patch, options ...client.PatchOption) error {
		if once {
			once = false
			incident := w.incidentNow("a")
			incident.Spec.Assignee = bob
			if err := c.Update(ctx, incident); err != nil {
				return err
			}
		}
		return c.Patch(ctx, object, patch, options...)
	}}, anIncident("a"))
	lines := changeAll(w, one(edit{Assignee: seen("", alice)}))
	if len(lines) != 1 || len(lines[0].Conflicts) != 1 || w.incidentNow("a").Spec.Assignee != bob {
		t.Errorf("lines %+v, assignee %s", lines, w.incidentNow("a").Spec.Assignee)
	}
}

func TestRecreatedIncidentIsNotMeant(t *testing.T) {
	w := newWorld(t, interceptor.Funcs{}, anIncident("a"))
	asked := one(edit{Assignee: wanted(alice)})
	asked.Incidents[0].UID = "uid-of-an-earlier-one"
	lines := changeAll(w, asked)
	if len(lines) != 1 || lines[0].Problem == nil || lines[0].Problem.Kind != kindGone || w.incidentNow("a").Spec.Assignee != "" {
		t.Errorf("got %+v", lines)
	}
}

func TestPreviewWritesNothing(t *testing.T) {
	w := newWorld(t, interceptor.Funcs{}, anIncident("a"),
		anAlert("a-1", "a"), anAlert("a-2", "a", func(a *v1alpha1.Alert) { a.Spec.Assignee = alice }))
	found := ask[previewReply](w, http.MethodPost, "/api/preview", one(edit{Assignee: seen("", alice)}))
	if found.Changed != 1 || found.Alerts != 1 || found.Staying != 1 {
		t.Errorf("got %+v", found)
	}
	if got := found.Incidents[0].Alerts[0]; got.Alert != "a-1" || got.After.Assignee != alice {
		t.Errorf("got %+v", got)
	}
	if w.incidentNow("a").Spec.Assignee != "" {
		t.Error("a preview must write nothing")
	}
}

func TestChangeOfAllThatMatch(t *testing.T) {
	w := newWorld(t, interceptor.Funcs{}, anIncident("a"), anIncident("b"), anIncident("c"),
		anIncident("d", func(i *v1alpha1.Incident) { i.Spec.Assignee = bob }))
	query := "unassigned=true"
	lines := changeAll(w, changeRequest{chosen: chosen{Query: &query, Except: []string{"soc/b"}}, Edit: edit{AddTags: []string{"HR"}}})
	if len(lines) != 2 {
		t.Errorf("lines %+v, want 2", lines)
	}
	for name, want := range map[string]int{"a": 1, "b": 0, "c": 1, "d": 0} {
		if got := len(w.incidentNow(name).Spec.Tags); got != want {
			t.Errorf("%s has %d tags, want %d", name, got, want)
		}
	}
}

func TestQueryThatIsWrongChangesNothing(t *testing.T) {
	w := newWorld(t, interceptor.Funcs{}, anIncident("a"))
	query := "assigne=bob"
	answer := w.do(w.request(http.MethodPost, "/api/changes", changeRequest{chosen: chosen{Query: &query}, Edit: edit{AddTags: []string{"HR"}}}))
	if answer.Code != http.StatusBadRequest || len(w.incidentNow("a").Spec.Tags) > 0 {
		t.Errorf("a filter that is not understood must not select everything: %d %s", answer.Code, answer.Body)
	}
}

// A change of many incidents costs a request for each and no more: they are not read, since they are followed. Who changed
// one unseen is not overwritten.
func TestManyAreChangedWithoutReading(t *testing.T) {
	const number = 30
	var objects []client.Object
	asked := changeRequest{Edit: edit{Assignee: wanted(alice), AddTags: []string{"mine"}}}
	for i := range number {
		name := fmt.Sprintf("inc-%02d", i)
		objects = append(objects, anIncident(name, func(i *v1alpha1.Incident) { i.Annotations = map[string]string{"example.com/kept": "yes"} }))
		asked.Incidents = append(asked.Incidents, reference(name))
	}
	var reads, writes atomic.Int64
	deaf := watch.NewFake() // So what is kept is old.
	w := newWorld(t, interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, object client.Object, options ...client.GetOption) error {
			reads.Add(1)
			return c.Get(ctx, key, object, options...)
		},
		Patch: func(ctx context.Context, c client.WithWatch, object client.Object, patch client.Patch, options ...client.PatchOption) error {
			writes.Add(1)
			return c.Patch(ctx, object, patch, options...)
		},
		Watch: func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) (watch.Interface, error) {
			return deaf, nil
		},
	}, objects...)
	w.feed.waitReady(t.Context())
	his := w.incidentNow("inc-07")
	his.Spec.Tags = []v1alpha1.Tag{"his"}
	if err := w.cluster.Update(t.Context(), his); err != nil {
		t.Fatal(err)
	}
	for _, line := range changeAll(w, asked) {
		if line.Ending != actions.Changed {
			t.Errorf("%+v", line)
		}
	}
	// One was old: it is tried, read, and tried once more.
	if reads.Load() != 1 || writes.Load() != number+1 {
		t.Errorf("%d reads and %d writes", reads.Load(), writes.Load())
	}
	for i := range number {
		incident := w.incidentNow(fmt.Sprintf("inc-%02d", i))
		want := []v1alpha1.Tag{"mine"}
		if i == 7 {
			want = []v1alpha1.Tag{"his", "mine"}
		}
		if diff := cmp.Diff(want, incident.Spec.Tags); diff != "" || incident.Spec.Assignee != alice || incident.Annotations["example.com/kept"] != "yes" {
			t.Errorf("%s is of %q, annotated %v\n%s", incident.Name, incident.Spec.Assignee, incident.Annotations, diff)
		}
	}
	// Another incident of the same name is not meant.
	asked.Incidents[3].UID = "another"
	if lines := changeAll(w, asked); lines[3].Problem == nil || lines[3].Problem.Kind != kindGone {
		t.Errorf("got %+v", lines[3])
	}
}

// What a filter selects is judged again when it is changed: what somebody else changed meanwhile, so that it is not selected any
// more, stays as it is.
func TestWhatFellOutIsNotChanged(t *testing.T) {
	var w *world
	first := sync.OnceFunc(func() {
		his := w.incidentNow("a")
		his.Spec.Resolution.State = v1alpha1.ResolutionResolved
		if err := w.cluster.Update(t.Context(), his); err != nil {
			t.Error(err)
		}
	})
	w = newWorld(t, interceptor.Funcs{Patch: func(ctx context.Context, c client.WithWatch, object client.Object, patch client.Patch, options ...client.PatchOption) error {
		first()
		return c.Patch(ctx, object, patch, options...)
	}}, anIncident("a"))
	open := "state=Active"
	lines := changeAll(w, changeRequest{chosen: chosen{Query: &open}, Edit: edit{Assignee: wanted(alice)}})
	if len(lines) != 1 || lines[0].Ending != actions.NotSelected {
		t.Errorf("got %+v", lines)
	}
	if got := w.incidentNow("a").Spec.Assignee; got != "" {
		t.Errorf("it is assigned to %s", got)
	}
}
