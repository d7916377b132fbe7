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
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

// seen is an alert of a title that has things in its evidence.
func seen(title string, minutes int, severity v1alpha1.Severity, things ...v1alpha1.Evidence) *v1alpha1.Alert {
	return alert(title, minutes, func(s *v1alpha1.AlertSpec) { s.Name, s.Severity, s.Evidence = title, severity, things })
}

func TestGraph(t *testing.T) {
	web, db := of(v1alpha1.EvidenceDevice, "Web-1", v1alpha1.EvidenceAffected), of(v1alpha1.EvidenceDevice, "db-1", "")
	eve, file := of(v1alpha1.EvidenceUser, "eve", ""), of(v1alpha1.EvidenceFile, "a.exe", "")
	alerts := []*v1alpha1.Alert{
		seen("Dumped", -5, v1alpha1.SeverityHigh, db, eve, db),
		seen("Sign-in", -9, v1alpha1.SeverityLow, eve, of(v1alpha1.EvidenceIP, "203.0.113.1", "")),
		seen("Ran", -7, v1alpha1.SeverityLow, web, file),
		seen("Ran", -6, v1alpha1.SeverityMedium, of(v1alpha1.EvidenceDevice, "WEB-1", "")),
		seen("Ran", -3, v1alpha1.SeverityLow, db),
		seen("Odd", -8, v1alpha1.SeverityCritical, of(v1alpha1.EvidenceFile, "only-here.exe", "")),
		seen("Ran", -1, v1alpha1.SeverityLow),
	}
	want := view.Graph{
		Titles: []view.Titled{
			{Title: "Sign-in", Alerts: 1, Severity: v1alpha1.SeverityLow, First: at(-9)},
			{Title: "Ran", Alerts: 3, Severity: v1alpha1.SeverityMedium, First: at(-7)},
			{Title: "Dumped", Alerts: 1, Severity: v1alpha1.SeverityHigh, First: at(-5)},
		},
		// Eve stands between the first and the third title, and web-1 at the second: a tie, where devices come first.
		Things: []view.Shared{
			{Kind: v1alpha1.EvidenceDevice, Name: "Web-1", Alerts: 2},
			{Kind: v1alpha1.EvidenceUser, Name: "eve", Alerts: 2},
			{Kind: v1alpha1.EvidenceDevice, Name: "db-1", Alerts: 2},
		},
		Edges: []view.Edge{
			{Title: 0, Thing: 1, Alerts: 1},
			{Title: 1, Thing: 0, Alerts: 2},
			{Title: 1, Thing: 2, Alerts: 1},
			{Title: 2, Thing: 1, Alerts: 1},
			{Title: 2, Thing: 2, Alerts: 1},
		},
		Alone: 2,
	}
	if diff := cmp.Diff(want, view.GraphOf(alerts, now)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestGraphOfNothing(t *testing.T) {
	got := view.GraphOf(nil, now)
	if got.Titles == nil || got.Things == nil || got.Edges == nil || len(got.Titles)+got.MoreTitles+got.Alone > 0 {
		t.Errorf("got %+v", got)
	}
}

// However many there are: at most 60 nodes, each with an edge, none lost without being counted, and the same picture
// whatever the order of the alerts.
func TestGraphIsBoundedAndSteady(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	severities, kinds := v1alpha1.Severities(), []v1alpha1.EvidenceKind{v1alpha1.EvidenceDevice, v1alpha1.EvidenceFile, v1alpha1.EvidenceIP}
	for round := range 60 {
		titles, things := 1+random.IntN(100), 1+random.IntN(150)
		var alerts []*v1alpha1.Alert
		for range random.IntN(400) {
			var evidence []v1alpha1.Evidence
			for range random.IntN(4) {
				evidence = append(evidence, of(kinds[random.IntN(len(kinds))], fmt.Sprintf("thing-%d", random.IntN(things)), ""))
			}
			alerts = append(alerts, seen(fmt.Sprintf("title-%d", random.IntN(titles)), -random.IntN(90), severities[random.IntN(len(severities))], evidence...))
		}
		graph := view.GraphOf(alerts, now)
		if nodes := len(graph.Titles) + len(graph.Things); nodes > 60 {
			t.Fatalf("round %d: %d nodes", round, nodes)
		}
		if left := graph.MoreTitles + graph.MoreThings; left > 0 && len(graph.Titles)+len(graph.Things) < 30 {
			t.Fatalf("round %d: %d nodes are left out of %d", round, left, len(graph.Titles)+len(graph.Things))
		}
		checkEdges(t, graph)
		random.Shuffle(len(alerts), func(i, j int) { alerts[i], alerts[j] = alerts[j], alerts[i] })
		if diff := cmp.Diff(graph, view.GraphOf(alerts, now)); diff != "" {
			t.Fatalf("round %d: another order, another picture (-want +got)\n%s", round, diff)
		}
	}
}

func checkEdges(t *testing.T, graph view.Graph) {
	t.Helper()
	titles, things := make([]int, len(graph.Titles)), make([]int, len(graph.Things))
	for _, edge := range graph.Edges {
		if edge.Alerts < 1 || edge.Alerts > graph.Titles[edge.Title].Alerts || edge.Alerts > graph.Things[edge.Thing].Alerts {
			t.Errorf("the edge %+v has more alerts than its ends", edge)
		}
		titles[edge.Title]++
		things[edge.Thing]++
	}
	for i, number := range titles {
		if number == 0 {
			t.Errorf("%q has no edge", graph.Titles[i].Title)
		}
	}
	for i, number := range things {
		if number == 0 || graph.Things[i].Alerts < 2 {
			t.Errorf("%+v has %d edges", graph.Things[i], number)
		}
	}
}
