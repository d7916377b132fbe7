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

package view_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

func TestShift(t *testing.T) {
	incident := func(name string, created int, change func(*v1alpha1.Incident)) v1alpha1.Incident {
		i := v1alpha1.Incident{ObjectMeta: metav1.ObjectMeta{Name: name, UID: types.UID("u-" + name), CreationTimestamp: metav1.NewTime(at(created))}}
		change(&i)
		return i
	}
	resolved := func(minutes int) func(*v1alpha1.Incident) {
		return func(i *v1alpha1.Incident) {
			when := metav1.NewTime(at(minutes))
			i.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "done"}
			i.Status.ResolvedTime = &when
			i.Annotations = map[string]string{v1alpha1.EditorAnnotationPrefix + "resolution": "bob@4"}
		}
	}
	assigned := func(name string, minutes int, from, to string) v1alpha1.Activity {
		when := metav1.NewTime(at(minutes))
		return v1alpha1.Activity{Spec: v1alpha1.ActivitySpec{
			IncidentRef: v1alpha1.ActivityIncident{Name: name, UID: "u-" + name}, Time: &when, Actor: "alice",
			Changes: []v1alpha1.ActivityChange{{Field: "spec.name", To: "x"}, {Field: "spec.assignee", From: from, To: to}},
		}}
	}
	got := view.ShiftOf([]v1alpha1.Incident{
		incident("before", -200, func(i *v1alpha1.Incident) { i.Status.Severity = v1alpha1.SeverityHigh }),
		incident("new", -40, func(i *v1alpha1.Incident) { i.Spec.Assignee, i.Status.Severity = "carol", v1alpha1.SeverityCritical }),
		incident("loose", -30, func(*v1alpha1.Incident) {}),
		incident("closed", -100, resolved(-10)),
		incident("closed-before", -300, resolved(-90)),
		incident("merged", -300, func(i *v1alpha1.Incident) { i.Status.State = v1alpha1.IncidentRedirected }),
	}, []v1alpha1.Activity{
		assigned("new", -5, "bob", "carol"), assigned("new", -35, "", "bob"), assigned("before", -70, "bob", "eve"),
		assigned("before", -7, "eve", ""),
	}, at(-60), now)
	names := func(cases []view.Case) (all []string) {
		for _, one := range cases {
			all = append(all, one.Name)
		}
		return all
	}
	for what, diff := range map[string]string{
		"opened":   cmp.Diff([]string{"new", "loose"}, names(got.Opened)),
		"resolved": cmp.Diff([]string{"closed"}, names(got.Resolved)),
		"open":     cmp.Diff([]string{"new", "before", "loose"}, names(got.Open)),
		"handed over": cmp.Diff([]view.Handover{
			{Incident: "before", Time: at(-7), By: "alice", From: "eve"},
			{Incident: "new", Time: at(-5), By: "alice", From: "bob", To: "carol"},
		}, got.HandedOver),
		"acknowledged": cmp.Diff(view.Durations{Number: 1, Median: 5 * time.Minute, Longest: 5 * time.Minute}, got.Acknowledged),
		"closed":       cmp.Diff(view.Durations{Number: 1, Median: 90 * time.Minute, Longest: 90 * time.Minute}, got.Closed),
		"by severity":  cmp.Diff([]view.Counted{{Text: "Critical", Alerts: 1}, {Text: "High", Alerts: 1}, {Text: "unknown", Alerts: 1}}, view.BySeverity(got.Open)),
	} {
		if diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	if got.Unowned != 2 || got.OldestUnowned.Name != "before" || got.Resolved[0].ResolvedBy != "bob" || got.Resolved[0].Note != "done" {
		t.Errorf("got %+v", got)
	}
}
