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

package replay_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/correlate"
	"github.com/incident-operator/incident-operator/internal/decide/replay"
)

func policies(t *testing.T, change func(*v1alpha1.CorrelationPolicySpec)) []*correlate.Policy {
	t.Helper()
	policy := &v1alpha1.CorrelationPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: "p"},
		Spec: v1alpha1.CorrelationPolicySpec{
			WindowSeconds: 3600,
			GroupBy:       []v1alpha1.CorrelationKey{{Evidence: []v1alpha1.EvidenceKind{v1alpha1.EvidenceDevice, v1alpha1.EvidenceUser}}},
		},
	}
	change(&policy.Spec)
	compiled, err := correlate.Compile(policy)
	if err != nil {
		t.Fatal(err)
	}
	return []*correlate.Policy{compiled}
}

// event is what was last seen at a minute, on things such as Device vm-1.
func event(alert string, minute int, evidence ...v1alpha1.Evidence) replay.Event {
	when := metav1.NewTime(time.Date(2026, 11, 2, 9, minute, 0, 0, time.UTC))
	return replay.Event{Alert: alert, Spec: v1alpha1.AlertSpec{Name: alert, LastActivityTime: &when, Evidence: evidence}}
}

var (
	device = v1alpha1.Evidence{Kind: v1alpha1.EvidenceDevice, Name: "vm-1"}
	user   = v1alpha1.Evidence{Kind: v1alpha1.EvidenceUser, Name: "bob"}
)

func ended(e replay.Event) replay.Event {
	e.Resolved = true
	return e
}

// outcome is by incident the keys of its alerts, "" for those that were linked to none.
func outcome(r replay.Result) map[string][]string {
	titles := map[string]string{"": ""}
	for _, i := range r.Incidents {
		titles[i.Name] = r.Alerts[i.Alerts[0]].Key + "'s, " + string(i.State)
	}
	groups := map[string][]string{}
	for _, a := range r.Alerts {
		groups[titles[a.Incident]] = append(groups[titles[a.Incident]], a.Key)
	}
	return groups
}

func TestRun(t *testing.T) {
	auto := func(s *v1alpha1.CorrelationPolicySpec) { s.AutoResolve = v1alpha1.AutoResolveWhenAllAlertsResolve }
	for name, tc := range map[string]struct {
		change func(*v1alpha1.CorrelationPolicySpec)
		events []replay.Event
		want   map[string][]string
	}{
		"in the order of activity, whatever that of the file": {
			events: []replay.Event{event("c", 90, device), event("a", 0, device), event("b", 45, device)},
			want:   map[string][]string{"a's, Active": {"a", "b", "c"}},
		},
		"repeats are no new alerts, and make an activity last": {
			events: []replay.Event{event("a", 0, device), event("a", 50, device), event("b", 100, device)},
			want:   map[string][]string{"a's, Active": {"a", "b"}},
		},
		"what the first event of an alert tells is how it ended later": {
			events: []replay.Event{ended(event("a", 0, device))},
			want:   map[string][]string{"a's, Active": {"a"}},
		},
		"resolved with its alerts, and begun anew when they fire again": {
			change: auto,
			events: []replay.Event{
				event("a", 0, device), event("b", 1, device), ended(event("a", 5)), ended(event("b", 6)), event("a", 10, device),
			},
			want: map[string][]string{"a's, Resolved": {"a", "b"}, "a's, Active": {"a"}},
		},
		"not resolved while one is active": {
			change: auto,
			events: []replay.Event{event("a", 0, device), event("b", 1, device), ended(event("a", 5))},
			want:   map[string][]string{"a's, Active": {"a", "b"}},
		},
		"resolved before an incident was begun": {
			change: func(s *v1alpha1.CorrelationPolicySpec) { s.SettleSeconds = 600 },
			events: []replay.Event{event("a", 0, device), ended(event("a", 5)), event("b", 20, device)},
			want:   map[string][]string{"": {"a"}, "b's, Active": {"b"}},
		},
		"related": {
			events: []replay.Event{event("a", 0, device), event("b", 1, user), event("c", 2, device, user)},
			want:   map[string][]string{"a's, Active": {"a"}, "b's, Active": {"b", "c"}},
		},
		"merged": {
			change: func(s *v1alpha1.CorrelationPolicySpec) { s.MergeRelated = true },
			events: []replay.Event{event("a", 0, device), event("b", 1, user), event("c", 2, device, user), event("d", 3, user)},
			want:   map[string][]string{"a's, Active": {"a", "b", "c", "d"}},
		},
		"not selected": {
			change: func(s *v1alpha1.CorrelationPolicySpec) { s.When = `alert.spec.severity == "High"` },
			events: []replay.Event{event("a", 0, device)},
			want:   map[string][]string{"": {"a"}},
		},
		"without any time": {
			events: []replay.Event{{Alert: "a", Spec: v1alpha1.AlertSpec{Name: "a", Evidence: []v1alpha1.Evidence{device}}}, event("b", 0, device)},
			want:   map[string][]string{"a's, Active": {"a", "b"}},
		},
		"nothing": {want: map[string][]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			change := tc.change
			if change == nil {
				change = func(*v1alpha1.CorrelationPolicySpec) {}
			}
			r := replay.Run(policies(t, change), tc.events)
			if diff := cmp.Diff(tc.want, outcome(r)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			events := 0
			for _, a := range r.Alerts {
				events += len(a.Events)
				if a.Why == "" {
					t.Errorf("%s does not say why", a.Key)
				}
			}
			if events != len(tc.events) {
				t.Errorf("%d of %d events are told", events, len(tc.events))
			}
		})
	}
}

func TestWhatIsTold(t *testing.T) {
	r := replay.Run(policies(t, func(*v1alpha1.CorrelationPolicySpec) {}), []replay.Event{
		event("a", 0, device), event("b", 1, user), event("c", 2, device, user),
	})
	if len(r.Relations) != 1 || r.Relations[0].Why != "alert alert-000003 shares Device vm-1 and User bob with 1 alert" {
		t.Errorf("relations %+v", r.Relations)
	}
	if a := r.Alerts[2]; a.Began || a.Policy != "p" || a.Why != "shares Device vm-1 and User bob with 1 alert" && a.Why != "shares User bob with 1 alert" {
		t.Errorf("alert %+v", a)
	}
	if !r.Alerts[0].Began || r.Incidents[0].Title == "" || r.Incidents[0].Why == "" || r.Incidents[0].First.IsZero() {
		t.Errorf("alert %+v, incident %+v", r.Alerts[0], r.Incidents[0])
	}
}
