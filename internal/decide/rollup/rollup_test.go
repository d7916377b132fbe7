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

package rollup_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/facts"
	"github.com/incident-operator/incident-operator/internal/decide/plan"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

const (
	active     = v1alpha1.ResolutionActive
	inProgress = v1alpha1.ResolutionInProgress
	resolved   = v1alpha1.ResolutionResolved
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func minutes(n int) *metav1.Time {
	return ptr.To(metav1.NewTime(noon.Add(time.Duration(n) * time.Minute)))
}

// incident returns one that was created at noon and never looked at.
func incident(changes ...func(*v1alpha1.Incident)) *v1alpha1.Incident {
	i := &v1alpha1.Incident{}
	i.Namespace, i.Name, i.UID, i.Generation = "default", "inc-1", "uid-1", 1
	i.CreationTimestamp = metav1.NewTime(noon)
	i.Spec.Resolution.State = active
	for _, change := range changes {
		change(i)
	}
	return i
}

// alert returns one that is linked to the incident, was created at noon and carries what an incident gives that gives
// nothing.
func alert(changes ...func(*v1alpha1.Alert)) v1alpha1.Alert {
	a := v1alpha1.Alert{}
	a.Namespace, a.Name = "default", "a"
	a.CreationTimestamp = metav1.NewTime(noon)
	a.Annotations = map[string]string{v1alpha1.InheritedAnnotation: `{"incident":"inc-1","uid":"uid-1"}`}
	a.Spec.Name = "Suspicious sign-in"
	a.Spec.Resolution.State = active
	a.Spec.IncidentRef.Name = "inc-1"
	for _, change := range changes {
		change(&a)
	}
	return a
}

func inState(state v1alpha1.ResolutionState) func(*v1alpha1.Alert) {
	return func(a *v1alpha1.Alert) { a.Spec.Resolution.State = state }
}

func severe(severity v1alpha1.Severity) func(*v1alpha1.Alert) {
	return func(a *v1alpha1.Alert) { a.Spec.Severity = severity }
}

func titled(title string) func(*v1alpha1.Alert) {
	return func(a *v1alpha1.Alert) { a.Spec.Name = title }
}

func category(name string) func(*v1alpha1.Alert) {
	return func(a *v1alpha1.Alert) { a.Spec.Category = name }
}

func from(service string) func(*v1alpha1.Alert) {
	return func(a *v1alpha1.Alert) { a.Spec.Source.Service = service }
}

func seen(first, last *metav1.Time) func(*v1alpha1.Alert) {
	return func(a *v1alpha1.Alert) { a.Spec.FirstActivityTime, a.Spec.LastActivityTime = first, last }
}

// about adds evidence, written "<kind> <name>" or "<kind> <namespace>/<name>".
func about(things ...string) func(*v1alpha1.Alert) {
	return func(a *v1alpha1.Alert) {
		for _, thing := range things {
			kind, name, _ := strings.Cut(thing, " ")
			namespace, within, namespaced := strings.Cut(name, "/")
			evidence := v1alpha1.Evidence{Kind: v1alpha1.EvidenceKind(kind), Name: name}
			if namespaced {
				evidence.Namespace, evidence.Name = namespace, within
			}
			a.Spec.Evidence = append(a.Spec.Evidence, evidence)
		}
	}
}

func remembers(memory string) func(*v1alpha1.Alert) {
	return func(a *v1alpha1.Alert) { a.Annotations[v1alpha1.InheritedAnnotation] = memory }
}

func createdAt(when *metav1.Time) func(*v1alpha1.Alert) {
	return func(a *v1alpha1.Alert) { a.CreationTimestamp = *when }
}

func compute(i *v1alpha1.Incident, alerts ...v1alpha1.Alert) v1alpha1.IncidentStatus {
	return look(rollup.Subject{Incident: i}, alerts, noon, rollup.Options{}).Status
}

// result is what a look at an incident finds.
type result struct {
	Status  v1alpha1.IncidentStatus
	Pending int
}

// look looks at an incident as the operator does: first when it was resolved, then how its alerts stand to that.
func look(subject rollup.Subject, alerts []v1alpha1.Alert, now time.Time, options rollup.Options) result {
	subject.Incident = rollup.Observed(subject.Incident, now)
	t := tallyOf(plan.Place{Incident: subject.Incident, Target: subject.Target}, alerts)
	return result{rollup.Compute(subject, t, now, options), t.Standing(rollup.Pending)}
}

func tallyOf(place plan.Place, alerts []v1alpha1.Alert) *rollup.Tally {
	t := rollup.NewTally()
	for i := range alerts {
		known := facts.Read(&alerts[i], noon)
		t.Add(known, rollup.Stand(known, place))
	}
	return t
}

func expect(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// Every field of the status at once. A field that is added to the status fails this test until it is expected here.
func TestComputeFillsEveryField(t *testing.T) {
	i := incident(func(i *v1alpha1.Incident) {
		i.Generation = 7
		i.Spec.Resolution.State = resolved
		i.Spec.Severity = v1alpha1.SeverityLow
		i.Spec.Tags = []v1alpha1.Tag{"Ransomware"}
		i.Labels = map[string]string{v1alpha1.TagLabelPrefix + "by-hand": "yes"}
		i.Status.ResolvedTime = minutes(10)
		i.Status.Activity = v1alpha1.ActivityHead{Entries: 2, Head: "an older one"}
		i.Spec.MergeInto.Name = "inc-2"
		i.Status.MergedInto = v1alpha1.MergedInto{Name: "inc-2", UID: "uid-2"}
	})
	carries := remembers(`{"incident":"inc-1","uid":"uid-1","resolution":{"value":"Resolved","over":"Active"}}`)
	alerts := []v1alpha1.Alert{
		alert(severe(v1alpha1.SeverityHigh), category("Execution"), from("Falco"), about("Node node-1", "User eve"),
			seen(minutes(-9), minutes(-3)), inState(resolved), carries),
		alert(severe(v1alpha1.SeverityMedium), titled("Odd process"), category("InitialAccess"), from("Trivy"), seen(minutes(-5), minutes(-1))),
	}
	head := v1alpha1.ActivityHead{Entries: 3, Head: "head of the log"}
	got := look(rollup.Subject{Incident: i, Log: head}, alerts, noon, rollup.Options{}).Status
	want := v1alpha1.IncidentStatus{
		ObservedGeneration: 7,
		Conditions: []metav1.Condition{
			{
				Type: "Propagated", Status: "False", Reason: "AlertsPending", ObservedGeneration: 7,
				LastTransitionTime: metav1.NewTime(noon), Message: "1 of 2 linked alerts are still to be changed",
			},
			{
				Type: "ResolutionHeld", Status: "True", Reason: "NoNewAlerts", ObservedGeneration: 7,
				LastTransitionTime: metav1.NewTime(noon), Message: "no active alert arrived after the resolution",
			},
			{
				Type: "Merged", Status: "False", Reason: "TargetGone", ObservedGeneration: 7,
				LastTransitionTime: metav1.NewTime(noon), Message: `the incident "inc-2" is gone: alerts that have not moved stay here`,
			},
			{
				Type: "Stalled", Status: "True", Reason: "TargetGone", ObservedGeneration: 7,
				LastTransitionTime: metav1.NewTime(noon), Message: `the incident "inc-2" is gone: alerts that have not moved stay here`,
			},
			{
				Type: "Ready", Status: "False", Reason: "TargetGone", ObservedGeneration: 7,
				LastTransitionTime: metav1.NewTime(noon), Message: `the incident "inc-2" is gone: alerts that have not moved stay here`,
			},
		},
		State:            v1alpha1.IncidentRedirected,
		MergedInto:       v1alpha1.MergedInto{Name: "inc-2", UID: "uid-2"},
		RedirectedTo:     "inc-2",
		Name:             "Multi-stage incident involving Initial access & Execution on one endpoint reported by multiple sources",
		AutomaticName:    "Multi-stage incident involving Initial access & Execution on one endpoint reported by multiple sources",
		NameSource:       v1alpha1.NameSourceAutomatic,
		Severity:         v1alpha1.SeverityLow,
		ComputedSeverity: v1alpha1.SeverityHigh,
		Tags: []v1alpha1.IncidentTag{
			{Tag: "by-hand", Label: v1alpha1.TagLabelPrefix + "by-hand"},
			{Tag: "Ransomware", Label: v1alpha1.TagLabelPrefix + "ransomware"},
		},
		TagCount:          2,
		TagSummary:        "by-hand, Ransomware",
		Alerts:            v1alpha1.AlertCounts{Total: ptr.To(int32(2)), Active: ptr.To(int32(1)), Resolved: ptr.To(int32(1)), Summary: "1/2"},
		Endpoints:         ptr.To(int32(1)),
		Users:             ptr.To(int32(1)),
		Sources:           []string{"Falco", "Trivy"},
		SourceCount:       2,
		SourceSummary:     "Falco, Trivy",
		Categories:        []string{"InitialAccess", "Execution"},
		CategoryCount:     2,
		FirstActivityTime: minutes(-9),
		LastActivityTime:  minutes(-1),
		ResolvedTime:      minutes(10),
		Activity:          head,
	}
	expect(t, "status", want, got)
	for field, value := range reflect.ValueOf(want).Fields() {
		if value.IsZero() {
			t.Errorf("nothing is expected of %s", field.Name)
		}
	}
}

func TestComputeOfNoAlerts(t *testing.T) {
	want := v1alpha1.IncidentStatus{
		ObservedGeneration: 1,
		Conditions: []metav1.Condition{
			{
				Type: "Propagated", Status: "True", Reason: "AlertsUpToDate", ObservedGeneration: 1,
				LastTransitionTime: metav1.NewTime(noon), Message: "every linked alert carries what the incident gives it",
			},
			{
				Type: "Ready", Status: "True", Reason: "UpToDate", ObservedGeneration: 1,
				LastTransitionTime: metav1.NewTime(noon), Message: "everything that the incident asks for is done",
			},
		},
		State:         v1alpha1.IncidentActive,
		Name:          "Empty incident",
		AutomaticName: "Empty incident",
		NameSource:    v1alpha1.NameSourceAutomatic,
		Tags:          []v1alpha1.IncidentTag{},
		Alerts:        v1alpha1.AlertCounts{Total: ptr.To(int32(0)), Active: ptr.To(int32(0)), Resolved: ptr.To(int32(0)), Summary: "0/0"},
		Endpoints:     ptr.To(int32(0)),
		Users:         ptr.To(int32(0)),
	}
	expect(t, "status", want, compute(incident()))
}

func TestAlertCounts(t *testing.T) {
	tests := map[string]struct {
		states                  []v1alpha1.ResolutionState
		total, active, resolved int32
		summary                 string
	}{
		"all active":                             {[]v1alpha1.ResolutionState{active, active}, 2, 2, 0, "2/2"},
		"in progress is not resolved":            {[]v1alpha1.ResolutionState{inProgress, resolved}, 2, 1, 1, "1/2"},
		"a state that is not set counts as open": {[]v1alpha1.ResolutionState{"", resolved, resolved}, 3, 1, 2, "1/3"},
		"all resolved":                           {[]v1alpha1.ResolutionState{resolved}, 1, 0, 1, "0/1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var alerts []v1alpha1.Alert
			for _, state := range test.states {
				alerts = append(alerts, alert(inState(state)))
			}
			want := v1alpha1.AlertCounts{Total: &test.total, Active: &test.active, Resolved: &test.resolved, Summary: test.summary}
			expect(t, "alerts", want, compute(incident(), alerts...).Alerts)
		})
	}
}

func TestState(t *testing.T) {
	for state, want := range map[v1alpha1.ResolutionState]v1alpha1.IncidentState{
		"": v1alpha1.IncidentActive, active: v1alpha1.IncidentActive,
		inProgress: v1alpha1.IncidentInProgress, resolved: v1alpha1.IncidentResolved,
	} {
		i := incident(func(i *v1alpha1.Incident) { i.Spec.Resolution.State = state })
		expect(t, fmt.Sprintf("state of %q", state), want, compute(i).State)
	}
}

func TestSeverity(t *testing.T) {
	const (
		informational, low, medium = v1alpha1.SeverityInformational, v1alpha1.SeverityLow, v1alpha1.SeverityMedium
		high, critical             = v1alpha1.SeverityHigh, v1alpha1.SeverityCritical
	)
	tests := map[string]struct {
		pin, before        v1alpha1.Severity
		alerts             []v1alpha1.Severity
		severity, computed v1alpha1.Severity
	}{
		"no alerts":                       {},
		"alerts without a severity":       {alerts: []v1alpha1.Severity{"", ""}},
		"one without and one with":        {alerts: []v1alpha1.Severity{"", informational}, severity: informational, computed: informational},
		"low is above informational":      {alerts: []v1alpha1.Severity{low, informational}, severity: low, computed: low},
		"medium is above low":             {alerts: []v1alpha1.Severity{low, medium}, severity: medium, computed: medium},
		"high is above medium":            {alerts: []v1alpha1.Severity{medium, high, low}, severity: high, computed: high},
		"critical is above high":          {alerts: []v1alpha1.Severity{high, critical, high}, severity: critical, computed: critical},
		"what the API does not know":      {alerts: []v1alpha1.Severity{"Apocalyptic"}},
		"a pin above the alerts":          {pin: critical, alerts: []v1alpha1.Severity{low}, severity: critical, computed: low},
		"a pin below the alerts":          {pin: informational, alerts: []v1alpha1.Severity{critical}, severity: informational, computed: critical},
		"a pin without alerts":            {pin: high, severity: high},
		"a pin that was cleared":          {before: critical, alerts: []v1alpha1.Severity{low}, severity: low, computed: low},
		"the severest alert was unlinked": {before: high, alerts: []v1alpha1.Severity{medium}, severity: medium, computed: medium},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			i := incident(func(i *v1alpha1.Incident) {
				i.Spec.Severity = test.pin
				i.Status.Severity, i.Status.ComputedSeverity = test.before, test.before
			})
			var alerts []v1alpha1.Alert
			for _, severity := range test.alerts {
				alerts = append(alerts, alert(severe(severity)))
			}
			status := compute(i, alerts...)
			expect(t, "severity", test.severity, status.Severity)
			expect(t, "computedSeverity", test.computed, status.ComputedSeverity)
		})
	}
}

func TestDistinctEndpointsAndUsers(t *testing.T) {
	tests := map[string]struct {
		alerts           []v1alpha1.Alert
		endpoints, users int32
	}{
		"none": {alerts: []v1alpha1.Alert{alert()}},
		"all kinds of endpoints": {
			alerts:    []v1alpha1.Alert{alert(about("Device d", "Node n", "Pod shop/p"))},
			endpoints: 3,
		},
		"all kinds of users": {
			alerts: []v1alpha1.Alert{alert(about("User u", "ServiceAccount shop/s", "Mailbox m"))},
			users:  3,
		},
		"the same one in several alerts": {
			alerts:    []v1alpha1.Alert{alert(about("Node n", "User u")), alert(about("Node n", "User u"))},
			endpoints: 1, users: 1,
		},
		"case does not tell them apart": {
			alerts:    []v1alpha1.Alert{alert(about("Device WEB-01", "User Eve@Example.com")), alert(about("Device web-01", "User eve@example.com"))},
			endpoints: 1, users: 1,
		},
		"one machine that two products call by different kinds": {
			alerts:    []v1alpha1.Alert{alert(about("Device web-01")), alert(about("Node web-01"))},
			endpoints: 1,
		},
		"one person by two kinds": {
			alerts: []v1alpha1.Alert{alert(about("User eve@example.com", "Mailbox eve@example.com"))},
			users:  1,
		},
		"an endpoint and a user of one name are two things": {
			alerts:    []v1alpha1.Alert{alert(about("Device eve", "User eve"))},
			endpoints: 1, users: 1,
		},
		"pods of one name in two namespaces": {
			alerts:    []v1alpha1.Alert{alert(about("Pod shop/web-0", "Pod test/web-0", "Pod Shop/web-0"))},
			endpoints: 2,
		},
		"what is neither": {
			alerts: []v1alpha1.Alert{alert(about("Container c", "ContainerImage i", "Namespace n", "IP 10.0.0.1", "URL u", "DNS d",
				"File f", "Process p", "RegistryKey r", "CloudResource c", "Secret s", "Other o"))},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			status := compute(incident(), test.alerts...)
			expect(t, "endpoints", &test.endpoints, status.Endpoints)
			expect(t, "users", &test.users, status.Users)
		})
	}
}

func TestSources(t *testing.T) {
	status := compute(incident(), alert(from("Trivy")), alert(from("")), alert(from("Falco")), alert(from("Trivy")))
	expect(t, "sources", []string{"Falco", "Trivy"}, status.Sources)
	expect(t, "sourceCount", int32(2), status.SourceCount)
	expect(t, "sourceSummary", "Falco, Trivy", status.SourceSummary)
}

func TestCategories(t *testing.T) {
	status := compute(incident(),
		alert(category("Malware")), alert(category("Impact")), alert(category("Execution")),
		alert(category("")), alert(category("Execution")), alert(category("CommandAndControl")), alert(category("Ransomware")),
	)
	want := []string{"Execution", "CommandAndControl", "Impact", "Malware", "Ransomware", "SuspiciousActivity"}
	expect(t, "categories", want, status.Categories)
	expect(t, "categoryCount", int32(6), status.CategoryCount)
}

// What does not fit is left out and counted, and what is left in does not depend on the order of the alerts.
func TestListsAreCutAtTheirBounds(t *testing.T) {
	for _, n := range []int{32, 33, 300} {
		var alerts []v1alpha1.Alert
		for k := range n {
			alerts = append(alerts, alert(from(fmt.Sprintf("S%03d", n-1-k)), category(fmt.Sprintf("C%03d", n-1-k))))
		}
		status := compute(incident(), alerts...)
		if len(status.Sources) != 32 || status.Sources[0] != "S000" || status.Sources[31] != "S031" || status.SourceCount != int32(n) {
			t.Errorf("%d sources are shown as %d of %d: %v", n, len(status.Sources), status.SourceCount, status.Sources)
		}
		if len(status.Categories) != 32 || status.Categories[0] != "C000" || status.Categories[31] != "C031" || status.CategoryCount != int32(n) {
			t.Errorf("%d categories are shown as %d of %d: %v", n, len(status.Categories), status.CategoryCount, status.Categories)
		}
	}
	for n, shown := range map[int]int{256: 256, 257: 256, 1000: 256} {
		i := incident(func(i *v1alpha1.Incident) {
			i.Labels = map[string]string{}
			for k := range n {
				i.Labels[fmt.Sprintf("%st%04d", v1alpha1.TagLabelPrefix, k)] = ""
			}
		})
		if status := compute(i); len(status.Tags) != shown || status.TagCount != int32(n) || status.Tags[0].Tag != "t0000" {
			t.Errorf("%d tags are shown as %d of %d", n, len(status.Tags), status.TagCount)
		}
	}
}

func TestActivityTimes(t *testing.T) {
	tests := map[string]struct {
		alerts      []v1alpha1.Alert
		first, last *metav1.Time
	}{
		"no alerts": {},
		"both given": {
			alerts: []v1alpha1.Alert{alert(seen(minutes(-9), minutes(-3)))},
			first:  minutes(-9), last: minutes(-3),
		},
		"the earliest and the latest": {
			alerts: []v1alpha1.Alert{alert(seen(minutes(-9), minutes(-8))), alert(seen(minutes(-20), minutes(-15))), alert(seen(minutes(-5), minutes(-1)))},
			first:  minutes(-20), last: minutes(-1),
		},
		"the longest has both": {
			alerts: []v1alpha1.Alert{alert(seen(minutes(-5), minutes(-4))), alert(seen(minutes(-20), minutes(-1)))},
			first:  minutes(-20), last: minutes(-1),
		},
		"the first stands in for the last": {
			alerts: []v1alpha1.Alert{alert(seen(minutes(-9), nil))},
			first:  minutes(-9), last: minutes(-9),
		},
		"creation stands in for both": {
			alerts: []v1alpha1.Alert{alert(createdAt(minutes(5)))},
			first:  minutes(5), last: minutes(5),
		},
		"creation stands in for the first": {
			alerts: []v1alpha1.Alert{alert(createdAt(minutes(5)), seen(nil, minutes(6)))},
			first:  minutes(5), last: minutes(6),
		},
		"creation does not count beside a time that is given": {
			alerts: []v1alpha1.Alert{alert(createdAt(minutes(5)), seen(minutes(-9), minutes(-3)))},
			first:  minutes(-9), last: minutes(-3),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			status := compute(incident(), test.alerts...)
			expect(t, "firstActivityTime", test.first, status.FirstActivityTime)
			expect(t, "lastActivityTime", test.last, status.LastActivityTime)
		})
	}
}
