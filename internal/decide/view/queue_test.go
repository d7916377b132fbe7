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

package view

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

var today = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func queued(name string, change func(*v1alpha1.Incident)) *v1alpha1.Incident {
	incident := &v1alpha1.Incident{}
	incident.Name = name
	change(incident)
	return incident
}

func prepared(incidents []*v1alpha1.Incident) []*query.Prepared {
	all := make([]*query.Prepared, 0, len(incidents))
	for _, incident := range incidents {
		all = append(all, query.Prepare(incident))
	}
	return all
}

// Each facet counts what a click on it leads to: without what the filter asks of that one, with all that it asks of others.
func TestFacets(t *testing.T) {
	all := []*v1alpha1.Incident{
		queued("a", func(i *v1alpha1.Incident) {
			i.Status.Severity, i.Spec.Assignee, i.Spec.Tags = v1alpha1.SeverityHigh, "alice", []v1alpha1.Tag{"x", "y"}
		}),
		queued("b", func(i *v1alpha1.Incident) {
			i.Status.Severity, i.Spec.Assignee, i.Spec.Tags = v1alpha1.SeverityLow, "alice", []v1alpha1.Tag{"y"}
		}),
		queued("c", func(i *v1alpha1.Incident) { i.Status.Severity = v1alpha1.SeverityHigh }),
		queued("d", func(i *v1alpha1.Incident) {
			i.Status.Severity, i.Spec.Resolution.State = v1alpha1.SeverityCritical, v1alpha1.ResolutionResolved
		}),
	}
	facets := FacetsOf(prepared(all), query.Filter{Severities: []v1alpha1.Severity{v1alpha1.SeverityHigh}}, today)
	if diff := cmp.Diff([]Count{{"High", 2}, {"Low", 1}}, facets.Severities); diff != "" {
		t.Errorf("severities, without the filter on severity (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]Count{{"", 1}, {"alice", 1}}, facets.Assignees); diff != "" {
		t.Errorf("assignees of what is severe (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]Count{{"Active", 2}}, facets.States); diff != "" {
		t.Errorf("states (-want +got)\n%s", diff)
	}
	facets = FacetsOf(prepared(all), query.Filter{}, today)
	if diff := cmp.Diff([]Count{{"Active", 3}, {"Resolved", 1}}, facets.States); diff != "" {
		t.Errorf("states count what the queue leaves out (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]Count{{"y", 2}, {"x", 1}}, facets.Tags); diff != "" {
		t.Errorf("tags, the most used first (-want +got)\n%s", diff)
	}
}

func TestFacetsAreBounded(t *testing.T) {
	var all []*v1alpha1.Incident
	for n := range maxCounts + 50 {
		all = append(all, queued("i", func(i *v1alpha1.Incident) { i.Spec.Assignee = time.Duration(n).String() }))
	}
	if got := len(FacetsOf(prepared(all), query.Filter{}, today).Assignees); got != maxCounts {
		t.Errorf("got %d, want %d", got, maxCounts)
	}
}

func TestStory(t *testing.T) {
	at := func(hours int) *metav1.Time {
		stamp := metav1.NewTime(today.Add(time.Duration(hours) * time.Hour))
		return &stamp
	}
	alert := func(category string, severity v1alpha1.Severity, hours int) *v1alpha1.Alert {
		a := &v1alpha1.Alert{}
		a.CreationTimestamp = metav1.NewTime(today)
		a.Spec.Name, a.Spec.Category, a.Spec.Severity = "Title of "+category, category, severity
		a.Spec.FirstActivityTime, a.Spec.LastActivityTime = at(hours), at(hours)
		return a
	}
	story := StoryOf([]*v1alpha1.Alert{
		alert("Impact", v1alpha1.SeverityHigh, -1), alert("InitialAccess", v1alpha1.SeverityLow, -25), alert("Impact", v1alpha1.SeverityCritical, -1), alert("", "", -13),
	}, today)
	var names []string
	var sums []int
	for _, stage := range story.Stages {
		names = append(names, stage.Category)
		sum := 0
		for _, cell := range stage.Cells {
			sum += cell.Count
		}
		sums = append(sums, sum)
	}
	if diff := cmp.Diff([]string{"Initial access", "Impact", "Suspicious activity"}, names); diff != "" {
		t.Errorf("in the order of the kill chain (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]int{1, 2, 1}, sums); diff != "" {
		t.Errorf("each alert once (-want +got)\n%s", diff)
	}
	first, last := story.Stages[0].Cells[0], story.Stages[1].Cells[parts-1]
	if first.Count != 1 || last.Count != 2 || last.Severity != v1alpha1.SeverityCritical || story.Stages[2].Cells[parts/2].Count != 1 {
		t.Errorf("first %+v, last %+v", first, last)
	}
	if diff := cmp.Diff([]string{"Title of Impact"}, story.Stages[1].Titles); diff != "" {
		t.Errorf("each title once (-want +got)\n%s", diff)
	}
	if empty := StoryOf(nil, today); len(empty.Stages) != 0 || !empty.From.IsZero() {
		t.Errorf("without alerts: %+v", empty)
	}
}

func TestTimelineIsNewestFirst(t *testing.T) {
	entry := func(sequence int64, kind v1alpha1.ActivityType, reason string) v1alpha1.Activity {
		a := v1alpha1.Activity{}
		a.Spec.Sequence, a.Spec.Type, a.Spec.Summary, a.Spec.Reason = sequence, kind, "Summary", reason
		a.Spec.Comment.UID = "c"
		return a
	}
	told := TimelineOf([]v1alpha1.Activity{entry(2, v1alpha1.ActivityCommented, "two"), entry(3, v1alpha1.ActivityAssigned, "three"), entry(1, v1alpha1.ActivityCreated, "one")},
		map[types.UID]string{"c": "the whole comment"})
	for i, want := range []struct {
		sequence     int64
		reason, text string
	}{{3, "three", "Summary"}, {2, "two", "the whole comment"}, {1, "one", "Summary"}} {
		if got := told[i]; got.Sequence != want.sequence || got.Reason != want.reason || got.Text != want.text {
			t.Errorf("entry %d: got %+v, want %+v", i, got, want)
		}
	}
}
