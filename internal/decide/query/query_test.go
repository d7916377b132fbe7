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

package query

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// newIncident is one that the operator has seen: status and labels say what follows from the spec.
func newIncident(change func(*v1alpha1.Incident)) *v1alpha1.Incident {
	incident := &v1alpha1.Incident{}
	incident.Namespace, incident.Name = "default", "inc-7"
	incident.CreationTimestamp = metav1.NewTime(now.Add(-48 * time.Hour))
	incident.Status.LastActivityTime = ptr.To(metav1.NewTime(now.Add(-time.Hour)))
	change(incident)
	return asSeen(incident)
}

func asSeen(incident *v1alpha1.Incident) *v1alpha1.Incident {
	if incident.Spec.Classification.Verdict == "" {
		incident.Spec.Classification.Verdict = v1alpha1.VerdictNotSet
	}
	if incident.Spec.Resolution.State == "" {
		incident.Spec.Resolution.State = v1alpha1.ResolutionActive
	}
	if incident.Status.State != v1alpha1.IncidentRedirected {
		incident.Status.State = v1alpha1.IncidentState(incident.Spec.Resolution.State)
	}
	for _, tag := range incident.Spec.Tags {
		if incident.Labels == nil {
			incident.Labels = map[string]string{}
		}
		incident.Labels[tags.LabelKey(string(tag))] = ""
	}
	return incident
}

func TestMatches(t *testing.T) {
	incident := newIncident
	nothing := incident(func(*v1alpha1.Incident) {})
	to := func(assignee string) *v1alpha1.Incident {
		return incident(func(i *v1alpha1.Incident) { i.Spec.Assignee = assignee })
	}
	tagged := func(texts ...v1alpha1.Tag) *v1alpha1.Incident {
		return incident(func(i *v1alpha1.Incident) { i.Spec.Tags = texts })
	}
	severe := func(severity v1alpha1.Severity) *v1alpha1.Incident {
		return incident(func(i *v1alpha1.Incident) { i.Status.Severity = severity })
	}
	in := func(state v1alpha1.ResolutionState) *v1alpha1.Incident {
		return incident(func(i *v1alpha1.Incident) { i.Spec.Resolution.State = state })
	}
	merged := incident(func(i *v1alpha1.Incident) { i.Status.State = v1alpha1.IncidentRedirected })
	classified := func(verdict v1alpha1.Verdict, determination v1alpha1.Determination) *v1alpha1.Incident {
		return incident(func(i *v1alpha1.Incident) {
			i.Spec.Classification = v1alpha1.Classification{Verdict: verdict, Determination: determination}
		})
	}
	seen := func(sources, categories []string) *v1alpha1.Incident {
		return incident(func(i *v1alpha1.Incident) { i.Status.Sources, i.Status.Categories = sources, categories })
	}
	active := func(last time.Time) *v1alpha1.Incident {
		return incident(func(i *v1alpha1.Incident) { i.Status.LastActivityTime = ptr.To(metav1.NewTime(last)) })
	}
	malware := classified(v1alpha1.VerdictTruePositive, v1alpha1.DeterminationMalware)
	titled := incident(func(i *v1alpha1.Incident) {
		i.Spec.Name, i.Status.Name, i.Spec.Description = "Größe OVERFLOW", "other", "seen on host-9"
	})

	tests := map[string]struct {
		filter Filter
		yes    []*v1alpha1.Incident
		no     []*v1alpha1.Incident
	}{
		"nothing asked for: the queue": {
			Filter{},
			[]*v1alpha1.Incident{nothing, to("bob"), in(v1alpha1.ResolutionInProgress)},
			[]*v1alpha1.Incident{in(v1alpha1.ResolutionResolved), merged},
		},
		"any": {Filter{Any: true}, []*v1alpha1.Incident{nothing, in(v1alpha1.ResolutionResolved), merged}, nil},
		"assignees": {
			Filter{Assignees: []string{"bob", "eve"}},
			[]*v1alpha1.Incident{to("bob"), to("eve")},
			[]*v1alpha1.Incident{nothing, to("Bob"), to("alice")},
		},
		"unassigned": {Filter{Unassigned: true}, []*v1alpha1.Incident{nothing}, []*v1alpha1.Incident{to("bob")}},
		"unassigned, or one's own": {
			Filter{Unassigned: true, Assignees: []string{"bob"}},
			[]*v1alpha1.Incident{nothing, to("bob")},
			[]*v1alpha1.Incident{to("eve")},
		},
		"one of the tags": {
			Filter{Tags: []string{"ransomware", "VIP"}},
			[]*v1alpha1.Incident{tagged("Ransomware"), tagged("x", "vip")},
			[]*v1alpha1.Incident{nothing, tagged("Ransomware 2")},
		},
		"all of the tags": {
			Filter{AllTags: []string{"ransomware", "VIP"}},
			[]*v1alpha1.Incident{tagged("vip", "x", "Ransomware")},
			[]*v1alpha1.Incident{nothing, tagged("Ransomware")},
		},
		"a tag that is only a label": {
			Filter{Tags: []string{"by-hand"}},
			[]*v1alpha1.Incident{incident(func(i *v1alpha1.Incident) {
				i.Labels = map[string]string{v1alpha1.TagLabelPrefix + "by-hand": ""}
			})},
			nil,
		},
		"states": {
			Filter{States: []v1alpha1.IncidentState{v1alpha1.IncidentResolved, v1alpha1.IncidentRedirected}},
			[]*v1alpha1.Incident{in(v1alpha1.ResolutionResolved), merged},
			[]*v1alpha1.Incident{nothing, in(v1alpha1.ResolutionInProgress)},
		},
		"severities": {
			Filter{Severities: []v1alpha1.Severity{v1alpha1.SeverityLow, v1alpha1.SeverityHigh}},
			[]*v1alpha1.Incident{severe(v1alpha1.SeverityLow), severe(v1alpha1.SeverityHigh)},
			[]*v1alpha1.Incident{nothing, severe(v1alpha1.SeverityMedium)},
		},
		"minimal severity": {
			Filter{MinSeverity: v1alpha1.SeverityMedium},
			[]*v1alpha1.Incident{severe(v1alpha1.SeverityMedium), severe(v1alpha1.SeverityCritical)},
			[]*v1alpha1.Incident{nothing, severe(v1alpha1.SeverityLow), severe("Unheard")},
		},
		"verdicts": {
			Filter{Verdicts: []v1alpha1.Verdict{v1alpha1.VerdictTruePositive}},
			[]*v1alpha1.Incident{malware},
			[]*v1alpha1.Incident{nothing, classified(v1alpha1.VerdictFalsePositive, "")},
		},
		"no verdict": {
			Filter{Verdicts: []v1alpha1.Verdict{v1alpha1.VerdictNotSet}},
			[]*v1alpha1.Incident{nothing, {}},
			[]*v1alpha1.Incident{malware},
		},
		"determinations": {
			Filter{Determinations: []v1alpha1.Determination{v1alpha1.DeterminationMalware, v1alpha1.DeterminationPhishing}},
			[]*v1alpha1.Incident{malware},
			[]*v1alpha1.Incident{nothing, classified(v1alpha1.VerdictTruePositive, v1alpha1.DeterminationOther)},
		},
		"sources": {
			Filter{Sources: []string{"falco"}},
			[]*v1alpha1.Incident{seen([]string{"A", "Falco"}, nil)},
			[]*v1alpha1.Incident{nothing, seen([]string{"Falco 2"}, nil)},
		},
		"categories": {
			Filter{Categories: []string{"malware", "Phishing"}},
			[]*v1alpha1.Incident{seen(nil, []string{"Malware"})},
			[]*v1alpha1.Incident{nothing, seen(nil, []string{"Impact"})},
		},
		"since": {
			Filter{Since: time.Hour},
			[]*v1alpha1.Incident{nothing},
			[]*v1alpha1.Incident{incident(func(i *v1alpha1.Incident) {
				i.Status.LastActivityTime = ptr.To(metav1.NewTime(now.Add(-time.Hour - time.Second)))
			}), incident(func(i *v1alpha1.Incident) { i.Status.LastActivityTime = nil })},
		},
		"since, with a last activity in the future: the creation counts": {
			Filter{Since: 48 * time.Hour},
			[]*v1alpha1.Incident{active(now), active(now.Add(time.Second)), active(now.AddDate(7000, 0, 0))},
			[]*v1alpha1.Incident{incident(func(i *v1alpha1.Incident) {
				i.CreationTimestamp = metav1.NewTime(now.Add(-48*time.Hour - time.Second))
				i.Status.LastActivityTime = ptr.To(metav1.NewTime(now.Add(time.Second)))
			})},
		},
		"a tag composed in another way": {
			Filter{Tags: []string{"mu\u0308ller"}},
			[]*v1alpha1.Incident{tagged("M\u00fcller"), tagged("Mu\u0308ller")},
			[]*v1alpha1.Incident{tagged("Muller")},
		},
		"all tags, composed in another way": {
			Filter{AllTags: []string{"M\u00fcller"}},
			[]*v1alpha1.Incident{tagged("x", "Mu\u0308ller")},
			[]*v1alpha1.Incident{tagged("Muller")},
		},
		"search folds letter case and composition": {
			Filter{Search: "GRO\u0308SSE"},
			[]*v1alpha1.Incident{titled, tagged("gr\u00f6\u00dfe")},
			[]*v1alpha1.Incident{nothing, tagged("grosse")},
		},
		"search passes soft hyphens over": {
			Filter{Search: "datenabfluss"},
			[]*v1alpha1.Incident{tagged("Daten\u00adabfluss")},
			[]*v1alpha1.Incident{tagged("Daten-abfluss")},
		},
		"sources in any script": {
			Filter{Sources: []string{"sicherheitsb\u00dcRO", "STRASSE"}},
			[]*v1alpha1.Incident{seen([]string{"Sicherheitsbu\u0308ro"}, nil), seen([]string{"Stra\u00dfe"}, nil)},
			[]*v1alpha1.Incident{seen([]string{"Sicherheitsburo"}, nil)},
		},
		"search in the title":       {Filter{Search: "größe over"}, []*v1alpha1.Incident{titled}, []*v1alpha1.Incident{nothing}},
		"search in the description": {Filter{Search: "HOST-9"}, []*v1alpha1.Incident{titled}, []*v1alpha1.Incident{nothing}},
		"search in the tags":        {Filter{Search: "jewels"}, []*v1alpha1.Incident{tagged("Crown Jewels")}, []*v1alpha1.Incident{nothing}},
		"search in the name":        {Filter{Search: "INC-7"}, []*v1alpha1.Incident{nothing, titled}, nil},
		"all together": {
			Filter{Assignees: []string{"bob"}, MinSeverity: v1alpha1.SeverityHigh},
			[]*v1alpha1.Incident{incident(func(i *v1alpha1.Incident) {
				i.Spec.Assignee, i.Status.Severity = "bob", v1alpha1.SeverityHigh
			})},
			[]*v1alpha1.Incident{to("bob"), severe(v1alpha1.SeverityHigh)},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for i, incident := range test.yes {
				if !test.filter.Matches(incident, now) {
					t.Errorf("incident %d does not match", i)
				}
			}
			for i, incident := range test.no {
				if test.filter.Matches(incident, now) {
					t.Errorf("incident %d matches", i)
				}
			}
		})
	}
}

// TestEveryFieldSelects keeps a new field from being left out of Matches.
func TestEveryFieldSelects(t *testing.T) {
	incident := newIncident(func(i *v1alpha1.Incident) {
		i.Spec.Assignee = "alice"
		i.Status.LastActivityTime = ptr.To(metav1.NewTime(now.Add(-72 * time.Hour)))
		i.Status.Severity = v1alpha1.SeverityInformational
	})
	other := map[string]any{
		"States":      []v1alpha1.IncidentState{v1alpha1.IncidentInProgress},
		"MinSeverity": v1alpha1.SeverityCritical,
		"Since":       time.Hour,
		"Search":      "none such",
		"Unassigned":  true,
	}
	for field := range reflect.TypeFor[Filter]().Fields() {
		if field.Name == "Any" {
			continue
		}
		var filter Filter
		target := reflect.ValueOf(&filter).Elem().FieldByIndex(field.Index)
		switch value, known := other[field.Name]; {
		case known:
			target.Set(reflect.ValueOf(value))
		default:
			one := reflect.New(field.Type.Elem()).Elem()
			one.SetString("none such")
			target.Set(reflect.Append(target, one))
		}
		if filter.Matches(incident, now) {
			t.Errorf("%s does not select", field.Name)
		}
	}
}

// TestSelectorsLetThroughWhatMatches draws filters and incidents: what the API server leaves out would never be seen.
func TestSelectorsLetThroughWhatMatches(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	matched, narrowed := 0, 0
	for range 20000 {
		filter, incident := randomFilter(random), lagging(random, randomIncident(random))
		byLabel, byField := filter.Selectors()
		selected := byLabel.Matches(labels.Set(incident.Labels)) && byField.Matches(fieldsOf(incident))
		if !selected {
			narrowed++
		}
		if !filter.Matches(incident, now) {
			continue
		}
		matched++
		if !selected {
			t.Fatalf("the selectors %q and %q leave out an incident that matches %+v:\n%+v", byLabel, byField, filter, incident)
		}
	}
	if matched < 500 || narrowed < 500 {
		t.Errorf("%d matched and %d were left out: the draw tests too little", matched, narrowed)
	}
}

// fieldsOf are the selectable fields of the API.
func fieldsOf(incident *v1alpha1.Incident) fields.Set {
	return fields.Set{
		"spec.assignee":                     incident.Spec.Assignee,
		"spec.resolution.state":             string(incident.Spec.Resolution.State),
		"spec.classification.verdict":       string(incident.Spec.Classification.Verdict),
		"spec.classification.determination": string(incident.Spec.Classification.Determination),
		"status.severity":                   string(incident.Status.Severity),
		"status.state":                      string(incident.Status.State),
	}
}

func some[T any](random *rand.Rand, values ...T) []T {
	var chosen []T
	for random.IntN(4) == 0 {
		chosen = append(chosen, values[random.IntN(len(values))])
	}
	return chosen
}

func one[T any](random *rand.Rand, values ...T) T { return values[random.IntN(len(values))] }

var tagTexts = []string{"ransomware", "Ransomware", "Crown Jewels", "crown jewels", "Ünicode", "ünicode", "kelvin", "\u212aelvin", "M\u00fcller", "Mu\u0308ller", "a/b", "by-hand-0123456789", strings.Repeat("x", 128), "VIP"}

func randomFilter(random *rand.Rand) Filter {
	return Filter{
		Assignees:      some(random, "alice", "bob"),
		Unassigned:     random.IntN(4) == 0,
		Tags:           some(random, tagTexts...),
		AllTags:        some(random, tagTexts...),
		States:         some(random, v1alpha1.IncidentActive, v1alpha1.IncidentInProgress, v1alpha1.IncidentResolved, v1alpha1.IncidentRedirected),
		Severities:     some(random, v1alpha1.Severities()...),
		MinSeverity:    one(random, "", "", v1alpha1.SeverityLow, v1alpha1.SeverityHigh),
		Verdicts:       some(random, v1alpha1.VerdictNotSet, v1alpha1.VerdictTruePositive),
		Determinations: some(random, v1alpha1.DeterminationMalware, v1alpha1.DeterminationOther),
		Any:            random.IntN(2) == 0,
	}
}

func randomIncident(random *rand.Rand) *v1alpha1.Incident {
	return newIncident(func(i *v1alpha1.Incident) {
		i.Spec.Assignee = one(random, "", "alice", "bob")
		i.Spec.Resolution.State = one(random, v1alpha1.ResolutionActive, v1alpha1.ResolutionInProgress, v1alpha1.ResolutionResolved)
		i.Status.State = one(random, "", "", v1alpha1.IncidentRedirected)
		i.Status.Severity = one(random, append(v1alpha1.Severities(), "")...)
		i.Spec.Classification.Verdict = one(random, v1alpha1.VerdictNotSet, v1alpha1.VerdictTruePositive)
		i.Spec.Classification.Determination = one(random, "", v1alpha1.DeterminationMalware, v1alpha1.DeterminationOther)
		for range random.IntN(4) {
			i.Spec.Tags = append(i.Spec.Tags, v1alpha1.Tag(one(random, tagTexts...)))
		}
		if random.IntN(3) == 0 {
			i.Labels = map[string]string{v1alpha1.TagLabelPrefix + one(random, "vip", "by-hand", "by-hand-0123456789"): ""}
		}
	})
}

// lagging is the incident, often with a state that the operator has not brought up to the spec yet.
func lagging(random *rand.Rand, incident *v1alpha1.Incident) *v1alpha1.Incident {
	if incident.Status.State != v1alpha1.IncidentRedirected && random.IntN(2) == 0 {
		incident.Status.State = one(random, "", v1alpha1.IncidentActive, v1alpha1.IncidentInProgress, v1alpha1.IncidentResolved)
	}
	if random.IntN(8) == 0 && incident.Spec.Resolution.State == v1alpha1.ResolutionActive {
		incident.Spec.Resolution.State = ""
	}
	return incident
}

func TestSort(t *testing.T) {
	named := func(name string, change func(*v1alpha1.Incident)) v1alpha1.Incident {
		incident := newIncident(change)
		incident.Name = name
		return *incident
	}
	all := []v1alpha1.Incident{
		named("b", func(i *v1alpha1.Incident) {
			i.Status.Severity, i.Spec.Assignee, i.Spec.Name = v1alpha1.SeverityLow, "zoe", "m"
			i.Status.Alerts.Total = ptr.To[int32](3)
		}),
		named("c", func(i *v1alpha1.Incident) {
			i.Status.Severity, i.Spec.Name = v1alpha1.SeverityCritical, "a"
			i.CreationTimestamp = metav1.NewTime(now)
			i.Status.LastActivityTime = ptr.To(metav1.NewTime(now.Add(-2 * time.Hour)))
		}),
		named("a", func(i *v1alpha1.Incident) {
			i.Spec.Assignee, i.Spec.Name = "bob", "z"
			i.Status.Alerts.Total = ptr.To[int32](3)
			i.Status.LastActivityTime = nil
		}),
		// Were the year 9999 believed, this would be the first of the queue.
		named("d", func(i *v1alpha1.Incident) {
			i.Spec.Assignee, i.Spec.Name, i.Status.Severity = "zoe", "zz", v1alpha1.SeverityInformational
			i.CreationTimestamp = metav1.NewTime(now.Add(-90 * time.Minute))
			i.Status.LastActivityTime = ptr.To(metav1.NewTime(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)))
		}),
	}
	want := map[string]string{
		ByActivity: "b d c a", ByName: "a b c d", BySeverity: "c b d a", ByAge: "c d a b", ByAlerts: "a b c d", ByAssignee: "c a b d", ByTitle: "c b a d", ByUrgency: "c b d a",
	}
	for _, key := range Keys {
		sorted := slices.Clone(all)
		if err := Sort(sorted, key, now); err != nil {
			t.Fatal(err)
		}
		var names []string
		for i := range sorted {
			names = append(names, sorted[i].Name)
		}
		if diff := cmp.Diff(want[key], strings.Join(names, " ")); diff != "" {
			t.Errorf("by %s (-want +got):\n%s", key, diff)
		}
	}
	if err := Sort(nil, "size", now); err == nil || !strings.Contains(err.Error(), `must be one of activity, name`) {
		t.Errorf("an unknown key: got %v", err)
	}
}

func TestCanonicalize(t *testing.T) {
	for name, test := range map[string]struct{ given, want Filter }{
		"nothing": {Filter{}, Filter{}},
		"the API's own spelling": {
			Filter{States: []v1alpha1.IncidentState{"Redirected"}, Severities: []v1alpha1.Severity{"Low"}, MinSeverity: "High", Verdicts: []v1alpha1.Verdict{"NotSet"}, Determinations: []v1alpha1.Determination{"Other"}},
			Filter{States: []v1alpha1.IncidentState{"Redirected"}, Severities: []v1alpha1.Severity{"Low"}, MinSeverity: "High", Verdicts: []v1alpha1.Verdict{"NotSet"}, Determinations: []v1alpha1.Determination{"Other"}},
		},
		"any letter case": {
			Filter{States: []v1alpha1.IncidentState{"resolved", "INPROGRESS"}, Severities: []v1alpha1.Severity{"low"}, MinSeverity: "high", Verdicts: []v1alpha1.Verdict{"falsepositive"}, Determinations: []v1alpha1.Determination{"malware"}},
			Filter{States: []v1alpha1.IncidentState{"Resolved", "InProgress"}, Severities: []v1alpha1.Severity{"Low"}, MinSeverity: "High", Verdicts: []v1alpha1.Verdict{"FalsePositive"}, Determinations: []v1alpha1.Determination{"Malware"}},
		},
		"another interface's name": {
			Filter{Determinations: []v1alpha1.Determination{"clean"}},
			Filter{Determinations: []v1alpha1.Determination{"NotMalicious"}},
		},
		"what stays as it is written": {
			Filter{Assignees: []string{"BOB"}, Tags: []string{"VIP"}, Search: "ABC", Unassigned: true, Since: time.Hour},
			Filter{Assignees: []string{"BOB"}, Tags: []string{"VIP"}, Search: "ABC", Unassigned: true, Since: time.Hour},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := test.given
			if err := got.Canonicalize(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("filter (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCanonicalizeNamesWhatDoesNotExist(t *testing.T) {
	for name, test := range map[string]struct {
		filter Filter
		want   []string
	}{
		"unknown state":         {Filter{States: []v1alpha1.IncidentState{"Open"}}, []string{`state must be one of Active, InProgress, Resolved, Redirected, is "Open"`}},
		"unknown severity":      {Filter{Severities: []v1alpha1.Severity{"Low", "higher"}}, []string{`severity must be one of Informational, Low, Medium, High, Critical, is "higher"`}},
		"empty severity":        {Filter{Severities: []v1alpha1.Severity{""}}, []string{`severity must be`, `is ""`}},
		"unknown minimum":       {Filter{MinSeverity: "Higher"}, []string{`min-severity must be one of`}},
		"unknown verdict":       {Filter{Verdicts: []v1alpha1.Verdict{"True"}}, []string{`verdict must be NotSet, TruePositive, InformationalExpectedActivity or FalsePositive, is "True"`}},
		"unknown determination": {Filter{Determinations: []v1alpha1.Determination{"Bad"}}, []string{`determination must be CompromisedAccount, `, `is "Bad"`}},
		"several":               {Filter{States: []v1alpha1.IncidentState{"Open"}, MinSeverity: "Higher"}, []string{`state must`, `min-severity must`}},
	} {
		t.Run(name, func(t *testing.T) {
			test.filter.Assignees, test.filter.Verdicts = []string{"bob"}, append(test.filter.Verdicts, "notset")
			before := test.filter
			before.Verdicts = slices.Clone(before.Verdicts)
			err := test.filter.Canonicalize()
			if err == nil {
				t.Fatal("it is accepted")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want %q", err, want)
				}
			}
			if diff := cmp.Diff(before, test.filter); diff != "" {
				t.Errorf("a refused filter has changed (-before +after):\n%s", diff)
			}
		})
	}
}

// A copy of a filter shares its slices: it must not change with the other.
func TestCanonicalizeLeavesCopiesAlone(t *testing.T) {
	filter := Filter{States: []v1alpha1.IncidentState{"resolved"}}
	written := filter
	if err := filter.Canonicalize(); err != nil || filter.States[0] != "Resolved" {
		t.Fatalf("got %v, %v", filter.States, err)
	}
	if written.States[0] != "resolved" {
		t.Errorf("the copy says %s", written.States[0])
	}
}

func TestParseDuration(t *testing.T) {
	tests := map[string]time.Duration{
		"90m": 90 * time.Minute, "12h": 12 * time.Hour, "7d": 7 * 24 * time.Hour, "1h30m": 90 * time.Minute, "100000d": 100_000 * 24 * time.Hour,
		"": 0, "d": 0, "0d": 0, "-1d": 0, "100001d": 0, "99999999999999999999d": 0, "1.5d": 0, "7 d": 0, "-2h": 0, "0s": 0, "7": 0, "1w": 0,
	}
	for text, want := range tests {
		got, err := ParseDuration(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("ParseDuration(%q) = %s, %v, want %s", text, got, err, want)
		}
	}
}
