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
	"cmp"
	"slices"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Graph joins alerts, grouped by their titles, with the things that at least two of the alerts have in their evidence. It is
// laid out in two columns, each in its order: titles as the attack went on, things beside the titles that have them.
type Graph struct {
	Titles []Titled `json:"titles"`
	Things []Shared `json:"things"`
	Edges  []Edge   `json:"edges"`
	// MoreTitles and MoreThings are how many were left out for want of room.
	MoreTitles int `json:"moreTitles,omitempty"`
	MoreThings int `json:"moreThings,omitempty"`
	// Alone is how many alerts share nothing with another one; they are not in the graph.
	Alone int `json:"alone,omitempty"`
}

// Titled are the alerts of one title.
type Titled struct {
	Title string `json:"title"`
	// Alerts is how many of them share something.
	Alerts int `json:"alerts"`
	// Severity is the highest of them, and First when the activity of the first one began.
	Severity v1alpha1.Severity `json:"severity"`
	First    time.Time         `json:"first"`
}

// Shared is a thing that several alerts have.
type Shared struct {
	Kind      v1alpha1.EvidenceKind `json:"kind"`
	Name      string                `json:"name"`
	Namespace string                `json:"namespace,omitempty"`
	Alerts    int                   `json:"alerts"`
}

// Edge says how many alerts of a title have a thing.
type Edge struct {
	// Title and Thing are the places in Graph.Titles and Graph.Things.
	Title  int `json:"title"`
	Thing  int `json:"thing"`
	Alerts int `json:"alerts"`
}

// maxNodes is how many nodes people can still read; each column gets at least half of them.
const maxNodes = 60

// link is an edge before the graph is laid out.
type link struct {
	title string
	thing identity
}

// GraphOf joins the alerts of an incident that is looked at now.
func GraphOf(alerts []*v1alpha1.Alert, now time.Time) Graph {
	found := evidence{}
	for _, alert := range alerts {
		first, last := alert.EffectiveActivity(now)
		found.add(alert, first, last)
	}
	titles, links, alone := map[string]*Titled{}, map[link]int{}, 0
	for _, alert := range alerts {
		shared := sharedOf(alert, found)
		if len(shared) == 0 {
			alone++
			continue
		}
		addTitle(titles, alert, now)
		for id := range shared {
			links[link{alert.Spec.Name, id}]++
		}
	}
	graph := layOut(titles, found, links)
	graph.Alone = alone
	return graph
}

// sharedOf are the things of an alert that another one has too.
func sharedOf(alert *v1alpha1.Alert, all evidence) map[identity]bool {
	shared := map[identity]bool{}
	for i := range alert.Spec.Evidence {
		if id := identityOf(&alert.Spec.Evidence[i]); all[id].thing.Alerts > 1 {
			shared[id] = true
		}
	}
	return shared
}

func addTitle(titles map[string]*Titled, alert *v1alpha1.Alert, now time.Time) {
	first, _ := alert.EffectiveActivity(now)
	title := titles[alert.Spec.Name]
	if title == nil {
		title = &Titled{Title: alert.Spec.Name, First: first}
		titles[title.Title] = title
	}
	title.Alerts++
	title.First = earlier(title.First, first)
	if alert.Spec.Severity.Rank() > title.Severity.Rank() {
		title.Severity = alert.Spec.Severity
	}
}

// layOut keeps what tells most, and brings it into its order.
func layOut(titles map[string]*Titled, all evidence, links map[link]int) Graph {
	var things []identity
	linked := map[identity]bool{}
	for l := range links {
		if !linked[l.thing] {
			linked[l.thing] = true
			things = append(things, l.thing)
		}
	}
	slices.SortFunc(things, func(a, b identity) int { return compareThings(a, b, all) })
	keptThings := placed(things[:min(len(things), max(maxNodes/2, maxNodes-len(titles)))])
	keptTitles := titlesOf(titles, links, keptThings, maxNodes-len(keptThings))

	graph := Graph{Titles: []Titled{}, Things: []Shared{}, Edges: []Edge{}, MoreTitles: len(titles) - len(keptTitles)}
	place := map[string]int{}
	for i, title := range keptTitles {
		graph.Titles, place[title.Title] = append(graph.Titles, *title), i
	}
	order := besides(keptThings, place, links)
	graph.MoreThings = len(things) - len(order)
	for i, id := range order {
		thing := all[id].thing
		graph.Things = append(graph.Things, Shared{id.kind, thing.Name, thing.Namespace, thing.Alerts})
		keptThings[id] = i
	}
	for l, alerts := range links {
		title, there := place[l.title]
		if thing, known := keptThings[l.thing]; there && known {
			graph.Edges = append(graph.Edges, Edge{title, thing, alerts})
		}
	}
	slices.SortFunc(graph.Edges, func(a, b Edge) int { return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.Thing, b.Thing)) })
	return graph
}

// compareThings puts hosts, users, addresses and names first, then what most alerts have.
func compareThings(a, b identity, all evidence) int {
	telling := func(id identity) int {
		if tells(id.kind) {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(telling(a), telling(b)), cmp.Compare(all[b].thing.Alerts, all[a].thing.Alerts), compareIdentities(a, b),
	)
}

func compareIdentities(a, b identity) int {
	return cmp.Or(compareKinds(a.kind, b.kind), cmp.Compare(a.name, b.name), cmp.Compare(a.namespace, b.namespace))
}

func placed(things []identity) map[identity]int {
	places := map[identity]int{}
	for i, id := range things {
		places[id] = i
	}
	return places
}

// titlesOf are the most severe titles that have one of the things, in the order in which their activity began.
func titlesOf(titles map[string]*Titled, links map[link]int, things map[identity]int, bound int) []*Titled {
	var kept []*Titled
	seen := map[string]bool{}
	for l := range links {
		if _, there := things[l.thing]; there && !seen[l.title] {
			seen[l.title] = true
			kept = append(kept, titles[l.title])
		}
	}
	slices.SortFunc(kept, func(a, b *Titled) int {
		return cmp.Or(cmp.Compare(b.Severity.Rank(), a.Severity.Rank()), cmp.Compare(b.Alerts, a.Alerts), cmp.Compare(a.Title, b.Title))
	})
	kept = kept[:min(len(kept), bound)]
	slices.SortFunc(kept, func(a, b *Titled) int { return cmp.Or(a.First.Compare(b.First), cmp.Compare(a.Title, b.Title)) })
	return kept
}

// besides orders things by the mean place of the titles that have them, so that few edges cross. Things that no title of
// these has are left out.
func besides(things map[identity]int, place map[string]int, links map[link]int) []identity {
	sum, number := map[identity]int{}, map[identity]int{}
	for l := range links {
		title, there := place[l.title]
		if _, known := things[l.thing]; there && known {
			sum[l.thing] += title
			number[l.thing]++
		}
	}
	var order []identity
	for id := range things {
		if number[id] > 0 {
			order = append(order, id)
		}
	}
	slices.SortFunc(order, func(a, b identity) int {
		// The fractions are compared without dividing.
		return cmp.Or(cmp.Compare(sum[a]*number[b], sum[b]*number[a]), compareIdentities(a, b))
	})
	return order
}
