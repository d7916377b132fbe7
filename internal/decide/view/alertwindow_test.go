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
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

func TestAlertsAsked(t *testing.T) {
	web := of(v1alpha1.EvidenceDevice, "Web-1", "")
	pod := v1alpha1.Evidence{Kind: v1alpha1.EvidencePod, Name: "api:1", Namespace: "prod"}
	alerts := []*v1alpha1.Alert{
		alert("a", -5, func(s *v1alpha1.AlertSpec) { s.Name, s.Evidence = "Odd", []v1alpha1.Evidence{web} }),
		alert("b", -4, func(s *v1alpha1.AlertSpec) { s.Name, s.Evidence = "Odd one", []v1alpha1.Evidence{web, pod} }),
		alert("c", -3, func(s *v1alpha1.AlertSpec) { s.Name, s.Techniques = "odd", []v1alpha1.Technique{"T1059.001"} }),
		alert("d", -2, func(s *v1alpha1.AlertSpec) {
			s.Techniques, s.Severity = []v1alpha1.Technique{"T1059"}, v1alpha1.SeverityHigh
		}),
	}
	for name, test := range map[string]struct {
		asked view.AlertsAsked
		want  []string
	}{
		"anything":             {view.AlertsAsked{}, []string{"a", "b", "c", "d"}},
		"a whole title":        {view.AlertsAsked{Title: "Odd"}, []string{"a"}},
		"a thing":              {view.AlertsAsked{Entity: "Device::web-1"}, []string{"a", "b"}},
		"a thing of a space":   {view.AlertsAsked{Entity: "Pod:PROD:api:1"}, []string{"b"}},
		"a thing of none":      {view.AlertsAsked{Entity: "Pod::api:1"}, nil},
		"another kind":         {view.AlertsAsked{Entity: "Node::web-1"}, nil},
		"no thing":             {view.AlertsAsked{Entity: view.None}, []string{"c", "d"}},
		"a technique":          {view.AlertsAsked{Technique: "T1059"}, []string{"d"}},
		"no technique":         {view.AlertsAsked{Technique: view.None}, []string{"a", "b"}},
		"a thing and a filter": {view.AlertsAsked{Technique: "T1059", AlertFilter: query.AlertFilter{Severities: []v1alpha1.Severity{v1alpha1.SeverityLow}}}, nil},
	} {
		var got []string
		for _, one := range alerts {
			if test.asked.Matches(one, now) {
				got = append(got, one.Name)
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

// However many there are and however they are sorted: the pages have each alert once, in the order, and a page that is not
// there is the last one.
func TestPagesHaveEachAlertOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for round := range 40 {
		number, size := random.IntN(40), 1+random.IntN(9)
		var alerts []*v1alpha1.Alert
		for i := range number {
			alerts = append(alerts, alert(fmt.Sprintf("a-%02d", i), -random.IntN(9), nil))
		}
		random.Shuffle(number, func(i, j int) { alerts[i], alerts[j] = alerts[j], alerts[i] })
		compare, err := query.CompareAlerts(query.AlertKeys[random.IntN(len(query.AlertKeys))], now)
		if err != nil {
			t.Fatal(err)
		}
		byName := map[string]*v1alpha1.Alert{}
		for _, one := range alerts {
			byName[one.Name] = one
		}
		var seen []*v1alpha1.Alert
		first := view.WindowOf(alerts, compare, 1, size, now)
		for page := 1; page <= first.Pages; page++ {
			window := view.WindowOf(alerts, compare, page, size, now)
			if window.Page != page || window.Matched != number || len(window.Rows) > size {
				t.Fatalf("round %d: page %d of %d is %d, with %d rows of %d", round, page, first.Pages, window.Page, len(window.Rows), window.Matched)
			}
			for _, row := range window.Rows {
				seen = append(seen, byName[row.Name])
				delete(byName, row.Name)
			}
		}
		if len(byName) > 0 || len(seen) != number {
			t.Fatalf("round %d: %d of %d are on %d pages, %d are missing", round, len(seen), number, first.Pages, len(byName))
		}
		for i := 1; i < len(seen); i++ {
			if compare(seen[i-1], seen[i]) > 0 {
				t.Fatalf("round %d: %s comes before %s", round, seen[i-1].Name, seen[i].Name)
			}
		}
		if beyond := view.WindowOf(alerts, compare, first.Pages+7, size, now); beyond.Page != first.Pages {
			t.Fatalf("round %d: behind the last page %d comes %d", round, first.Pages, beyond.Page)
		}
	}
}

func TestGroupAlerts(t *testing.T) {
	has := func(name string, techniques []v1alpha1.Technique, things ...v1alpha1.Evidence) *v1alpha1.Alert {
		return alert(name, -1, func(s *v1alpha1.AlertSpec) { s.Techniques, s.Evidence = techniques, things })
	}
	web, upper, db := of(v1alpha1.EvidenceDevice, "web", ""), of(v1alpha1.EvidenceDevice, "WEB", ""), of(v1alpha1.EvidenceDevice, "db", "")
	alerts := []*v1alpha1.Alert{
		has("a", []v1alpha1.Technique{"T1", "T2"}, web, upper), has("b", []v1alpha1.Technique{"T2"}, upper, db), has("c", nil),
	}
	for name, test := range map[string]struct {
		by    string
		bound int
		want  view.AlertGroups
	}{
		"titles":           {"title", 9, view.AlertGroups{Groups: []view.AlertGroup{{"Title of a", 1}, {"Title of b", 1}, {"Title of c", 1}}}},
		"techniques":       {"technique", 9, view.AlertGroups{Groups: []view.AlertGroup{{"T2", 2}, {"T1", 1}, {view.None, 1}}}},
		"things":           {"entity", 9, view.AlertGroups{Groups: []view.AlertGroup{{"Device::WEB", 2}, {"Device::db", 1}, {view.None, 1}}}},
		"only the largest": {"entity", 1, view.AlertGroups{Groups: []view.AlertGroup{{"Device::WEB", 2}, {view.None, 1}}, More: 1}},
	} {
		got := view.GroupAlerts(alerts, test.by, test.bound)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		// A group leads to as many alerts as it counts.
		for _, group := range got.Groups {
			asked := map[string]view.AlertsAsked{"title": {Title: group.Value}, "technique": {Technique: group.Value}, "entity": {Entity: group.Value}}[test.by]
			matched := 0
			for _, one := range alerts {
				if asked.Matches(one, now) {
					matched++
				}
			}
			if matched != group.Alerts {
				t.Errorf("%s: %s has %d alerts, and leads to %d", name, group.Value, group.Alerts, matched)
			}
		}
	}
}

func TestChoices(t *testing.T) {
	made := func(assignee, service, category string) *v1alpha1.Alert {
		return alert("a", -1, func(s *v1alpha1.AlertSpec) { s.Assignee, s.Source.Service, s.Category = assignee, service, category })
	}
	alerts := []*v1alpha1.Alert{made("bob", "Falco", "Impact"), made("bob", "Wazuh", ""), made("alice", "Falco", "Execution"), made("carol", "", "Impact")}
	want := view.AlertChoices{Assignees: []string{"alice", "bob"}, Sources: []string{"Falco", "Wazuh"}, Categories: []string{"Execution", "Impact"}}
	if diff := cmp.Diff(want, view.ChoicesOf(alerts, 2)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if !view.ChoicesOf([]*v1alpha1.Alert{made("", "", "")}, 2).Unassigned {
		t.Error("nobody is not offered")
	}
}
