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

package preview_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/preview"
)

const (
	active     = v1alpha1.ResolutionActive
	inProgress = v1alpha1.ResolutionInProgress
	resolved   = v1alpha1.ResolutionResolved
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func incident(name, assignee string, state v1alpha1.ResolutionState) *v1alpha1.Incident {
	i := &v1alpha1.Incident{}
	i.Name, i.UID = name, types.UID("uid-of-"+name)
	i.Spec.Assignee, i.Spec.Resolution.State = assignee, state
	return i
}

// resolvedAt is an incident whose resolution the operator has recorded.
func resolvedAt(i *v1alpha1.Incident, at time.Time) *v1alpha1.Incident {
	i.Spec.Resolution.State, i.Status.ResolvedTime = resolved, &metav1.Time{Time: at}
	return i
}

// alert is one of an hour before noon; memory is what it remembers, empty for nothing.
func alert(linked, assignee string, state v1alpha1.ResolutionState, memory string) v1alpha1.Alert {
	a := v1alpha1.Alert{}
	a.Name, a.CreationTimestamp = "a", metav1.NewTime(noon.Add(-time.Hour))
	a.Spec.IncidentRef.Name, a.Spec.Assignee, a.Spec.Resolution.State = linked, assignee, state
	if memory != "" {
		a.Annotations = map[string]string{v1alpha1.InheritedAnnotation: memory}
	}
	return a
}

// late is the alert, created at noon.
func late(a v1alpha1.Alert) v1alpha1.Alert {
	a.CreationTimestamp = metav1.NewTime(noon)
	return a
}

func deleted(a v1alpha1.Alert) v1alpha1.Alert {
	a.DeletionTimestamp = &metav1.Time{Time: noon}
	return a
}

const (
	gaveNothing = `{"incident":"from","uid":"uid-of-from"}`
	gaveAlice   = `{"incident":"from","uid":"uid-of-from","assignee":{"value":"alice","over":"bob"}}`
	resolvedIt  = `{"incident":"from","uid":"uid-of-from","resolution":{"value":"Resolved","over":"InProgress"}}`
	heldIt      = `{"incident":"from","uid":"uid-of-from","resolution":{"value":"Resolved","over":"Active","held":true}}`
)

func triage(linked, assignee string, state v1alpha1.ResolutionState) preview.Triage {
	return preview.Triage{Incident: linked, Assignee: assignee, State: state}
}

func check(t *testing.T, got []preview.Outcome, before v1alpha1.Alert, after preview.Triage) {
	t.Helper()
	was := triage(before.Spec.IncidentRef.Name, before.Spec.Assignee, before.Spec.Resolution.State)
	if was.State == "" {
		was.State = active
	}
	if diff := cmp.Diff([]preview.Outcome{{Alert: "a", Before: was, After: after}}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got[0].Differs() != (was != after) {
		t.Errorf("Differs() is %v", got[0].Differs())
	}
}

func TestChange(t *testing.T) {
	for name, test := range map[string]struct {
		after *v1alpha1.Incident
		alert v1alpha1.Alert
		want  preview.Triage
	}{
		"assigned":                  {incident("from", "alice", active), alert("from", "bob", active, gaveNothing), triage("from", "alice", active)},
		"assigned to another":       {incident("from", "carol", active), alert("from", "alice", active, gaveAlice), triage("from", "carol", active)},
		"assigned, over an owner":   {incident("from", "carol", active), alert("from", "dave", active, gaveAlice), triage("from", "carol", active)},
		"nothing new":               {incident("from", "alice", active), alert("from", "dave", active, gaveAlice), triage("from", "dave", active)},
		"unassigned":                {incident("from", "", active), alert("from", "alice", active, gaveAlice), triage("from", "bob", active)},
		"unassigned, an override":   {incident("from", "", active), alert("from", "dave", active, gaveAlice), triage("from", "dave", active)},
		"resolved now":              {incident("from", "", resolved), alert("from", "", inProgress, gaveNothing), triage("from", "", resolved)},
		"resolved, state unset":     {incident("from", "", resolved), alert("from", "", "", gaveNothing), triage("from", "", resolved)},
		"resolved, too late for it": {resolvedAt(incident("from", "", ""), noon), late(alert("from", "", active, "")), triage("from", "", active)},
		"resolved before":           {resolvedAt(incident("from", "", ""), noon.Add(-2*time.Hour)), alert("from", "", active, ""), triage("from", "", active)},
		"in progress":               {incident("from", "", inProgress), alert("from", "", active, gaveNothing), triage("from", "", active)},
		"re-opened":                 {incident("from", "", active), alert("from", "", resolved, resolvedIt), triage("from", "", inProgress)},
		"re-opened, held":           {incident("from", "", active), alert("from", "", active, heldIt), triage("from", "", active)},
		"re-opened, resolved alone": {incident("from", "", active), alert("from", "", resolved, gaveNothing), triage("from", "", resolved)},
		"being deleted":             {incident("from", "alice", resolved), deleted(alert("from", "bob", active, gaveNothing)), triage("from", "bob", active)},
	} {
		t.Run(name, func(t *testing.T) {
			check(t, preview.Change(test.after, nil, []v1alpha1.Alert{test.alert}, noon.Add(500*time.Millisecond)), test.alert, test.want)
		})
	}
}

// TestReopened has the recorded time of an earlier resolution, which the operator takes away.
func TestReopened(t *testing.T) {
	after := resolvedAt(incident("from", "", active), noon)
	after.Spec.Resolution.State = active
	a := alert("from", "", resolved, resolvedIt)
	check(t, preview.Change(after, nil, []v1alpha1.Alert{a}, noon), a, triage("from", "", inProgress))
	if after.Status.ResolvedTime == nil {
		t.Error("the incident was changed")
	}
}

func TestMove(t *testing.T) {
	for name, test := range map[string]struct {
		target *v1alpha1.Incident
		alert  v1alpha1.Alert
		want   preview.Triage
	}{
		"to an incident that gives nothing": {incident("to", "", active), alert("from", "alice", active, gaveAlice), triage("to", "bob", active)},
		"to one that is assigned":           {incident("to", "carol", active), alert("from", "alice", active, gaveAlice), triage("to", "carol", active)},
		"an override goes along":            {incident("to", "", active), alert("from", "dave", active, gaveAlice), triage("to", "dave", active)},
		"out of a resolved one":             {incident("to", "", active), alert("from", "", resolved, resolvedIt), triage("to", "", inProgress)},
		"into a resolved one":               {resolvedAt(incident("to", "", ""), noon), alert("from", "", active, gaveNothing), triage("to", "", resolved)},
		"too late for its resolution":       {resolvedAt(incident("to", "", ""), noon), late(alert("from", "", active, gaveNothing)), triage("to", "", active)},
		"from nowhere":                      {incident("to", "carol", active), alert("", "", "", ""), triage("to", "carol", active)},
		"to where it is":                    {incident("from", "alice", active), alert("from", "alice", active, gaveAlice), triage("from", "alice", active)},
		"to a new incident without a UID":   {&v1alpha1.Incident{ObjectMeta: metav1.ObjectMeta{Name: "new"}}, alert("from", "alice", active, gaveAlice), triage("new", "bob", active)},
		"out of any":                        {nil, alert("from", "alice", active, gaveAlice), triage("", "bob", active)},
		"out of any, an override":           {nil, alert("from", "dave", active, gaveAlice), triage("", "dave", active)},
	} {
		t.Run(name, func(t *testing.T) {
			check(t, preview.Move(test.target, nil, []v1alpha1.Alert{test.alert}, noon), test.alert, test.want)
			if test.alert.Spec.IncidentRef.Name == "to" {
				t.Error("the alert was changed")
			}
		})
	}
}

// left is the alert of which the operator noted that a merge moved it out of from.
func left(a v1alpha1.Alert) v1alpha1.Alert {
	a.Annotations[v1alpha1.TrailAnnotation] = `{"incident":{"name":"from","uid":"uid-of-from"},"left":["uid-of-from"]}`
	return a
}

// TestMerged has an incident whose merge is accepted, and some of whose alerts have still to leave.
func TestMerged(t *testing.T) {
	into := incident("into", "carol", active)
	there := alert("from", "bob", active, gaveNothing)
	check(t, preview.Change(incident("from", "alice", active), into, []v1alpha1.Alert{there}, noon), there, triage("into", "carol", active))
	back := left(alert("from", "bob", active, gaveNothing))
	check(t, preview.Change(incident("from", "alice", active), into, []v1alpha1.Alert{back}, noon), back, triage("from", "alice", active))

	elsewhere := alert("other", "", active, "")
	check(t, preview.Move(incident("from", "alice", active), into, []v1alpha1.Alert{elsewhere}, noon), elsewhere, triage("into", "carol", active))
	again := alert("other", "", active, "")
	again.Annotations = map[string]string{}
	again = left(again)
	check(t, preview.Move(incident("from", "alice", active), into, []v1alpha1.Alert{again}, noon), again, triage("from", "alice", active))
}

func TestMerge(t *testing.T) {
	for name, test := range map[string]struct {
		source, target *v1alpha1.Incident
		alert          v1alpha1.Alert
		want           preview.Triage
	}{
		"the target is assigned":    {incident("from", "", active), incident("to", "carol", active), alert("from", "", active, gaveNothing), triage("to", "carol", active)},
		"the source is assigned":    {incident("from", "alice", active), incident("to", "", active), alert("from", "alice", active, gaveAlice), triage("to", "bob", active)},
		"both to the same":          {incident("from", "alice", active), incident("to", "alice", active), alert("from", "alice", active, gaveAlice), triage("to", "alice", active)},
		"the source is resolved":    {resolvedAt(incident("from", "", ""), noon), incident("to", "", active), alert("from", "", resolved, resolvedIt), triage("to", "", inProgress)},
		"put back, and stays":       {incident("from", "", active), incident("to", "carol", active), left(alert("from", "", active, gaveNothing)), triage("from", "", active)},
		"being deleted, and stays":  {incident("from", "", active), incident("to", "carol", active), deleted(alert("from", "", active, gaveNothing)), triage("from", "", active)},
		"resolved by itself, stays": {incident("from", "", active), incident("to", "", active), alert("from", "", resolved, gaveNothing), triage("to", "", resolved)},
	} {
		t.Run(name, func(t *testing.T) {
			check(t, preview.Merge(test.source, test.target, []v1alpha1.Alert{test.alert}, noon), test.alert, test.want)
		})
	}
}

// TestClockBehind has an alert that was created after the time that the clock here shows.
func TestClockBehind(t *testing.T) {
	a := late(alert("from", "", active, gaveNothing))
	before := noon.Add(-time.Minute)
	now := incident("from", "", resolved)
	check(t, preview.Change(now, nil, []v1alpha1.Alert{a}, before), a, triage("from", "", resolved))
	earlier := resolvedAt(incident("from", "", resolved), before)
	check(t, preview.Change(earlier, nil, []v1alpha1.Alert{a}, before), a, triage("from", "", active))
}
