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
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// plainly says what a filter selects in the plainest words, and computes everything anew.
func plainly(f Filter, i *v1alpha1.Incident, now time.Time) bool {
	state := StateOf(i)
	over := state == v1alpha1.IncidentResolved || state == v1alpha1.IncidentRedirected
	owned := has(f.Assignees, i.Spec.Assignee)
	if f.Unassigned {
		owned = i.Spec.Assignee == "" || (len(f.Assignees) > 0 && owned)
	}
	lacked := func(tag string) bool { return !hasTag([]string{tag}, TagsOf(i)) }
	searched := append(TagsOf(i), i.Name, TitleOf(i), i.Spec.Description, i.Spec.Resolution.Note)
	return (len(f.States) > 0 || f.Any || !over) && owned && has(f.States, state) &&
		has(f.Verdicts, cmp.Or(i.Spec.Classification.Verdict, v1alpha1.VerdictNotSet)) && has(f.Determinations, i.Spec.Classification.Determination) &&
		has(f.Severities, i.Status.Severity) && i.Status.Severity.Rank() >= f.MinSeverity.Rank() &&
		hasTag(f.Tags, TagsOf(i)) && !slices.ContainsFunc(f.AllTags, lacked) &&
		overlap(f.Sources, i.Status.Sources) && overlap(f.Categories, i.Status.Categories) &&
		(f.Search == "" || Mentions(strings.Join(searched, "\n"), f.Search)) &&
		(f.Since <= 0 || !i.EffectiveLastActivity(now).Before(now.Add(-f.Since)))
}

// Whatever is asked of a prepared incident, in whatever order, the answer is that of the plain words.
func TestPreparedSelectsAsPlainWordsDo(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	words := []string{"Stra\u00dfe", "STRASSE", "M\u00fcller", "Mu\u0308ller", "falco", "Falco", "Execution", "execution", ""}
	selected, asked := 0, 0
	for range 400 {
		incident := lagging(random, randomIncident(random))
		at := metav1.NewTime(now.Add(-time.Duration(random.Int64N(int64(48*time.Hour))) + time.Hour))
		incident.Status.LastActivityTime = &at
		incident.Status.Sources, incident.Status.Categories = some(random, words...), some(random, words...)
		incident.Spec.Name, incident.Spec.Description, incident.Spec.Resolution.Note = one(random, words...), one(random, words...), one(random, words...)
		prepared := Prepare(incident)
		for range 60 {
			filter := randomFilter(random)
			if random.IntN(2) == 0 { // Else hardly anything is selected.
				filter = Filter{Any: true, Tags: filter.Tags, AllTags: filter.AllTags}
			}
			filter.Sources, filter.Categories, filter.Search = some(random, words...), some(random, words...), one(random, words...)
			filter.Since = one(random, 0, 0, time.Hour, 24*time.Hour)
			want := plainly(filter, incident, now)
			if got := filter.Question().Selects(prepared, now); got != want || filter.Matches(incident, now) != want {
				t.Fatalf("%+v selects %v, want %v, of\n%+v", filter, got, want, incident)
			}
			asked++
			if want {
				selected++
			}
		}
	}
	if selected < asked/20 || selected > asked/2 {
		t.Errorf("%d of %d were selected: the draw tests too little", selected, asked)
	}
}

// Pages of one person ask at the same time.
func TestPreparedIsAskedAtTheSameTime(t *testing.T) {
	prepared := Prepare(newIncident(func(i *v1alpha1.Incident) {
		i.Spec.Name, i.Spec.Tags, i.Status.Sources = "Odd", []v1alpha1.Tag{"Crown Jewels"}, []string{"Falco"}
	}))
	question := Filter{Tags: []string{"crown jewels"}, Sources: []string{"FALCO"}, Search: "odd"}.Question()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if !question.Selects(prepared, now) {
				t.Error("it is not selected")
			}
		})
	}
	group.Wait()
}

// The first of a list are those of the list that is sorted as a whole, whatever the order was before.
func TestFirstIsTheBeginningOfAll(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		all := make([]*v1alpha1.Incident, random.IntN(60))
		for i := range all {
			all[i] = randomIncident(random)
			all[i].Name = strings.Repeat("i", i+1)
		}
		key, number := one(random, Keys...), random.IntN(len(all)+1)
		sorted := slices.Clone(all)
		if err := SortPointers(sorted, key, now); err != nil {
			t.Fatal(err)
		}
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		if err := First(all, number, key, now); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(sorted[:number], all[:number]) {
			t.Fatalf("the first %d of %d by %s are others", number, len(all), key)
		}
		slices.SortFunc(all, func(a, b *v1alpha1.Incident) int { return cmp.Compare(a.Name, b.Name) })
		if len(slices.Compact(all)) != len(sorted) {
			t.Fatal("one is lost")
		}
	}
	if err := First(nil, 0, "size", now); err == nil {
		t.Error("a key that does not exist must be refused")
	}
}
