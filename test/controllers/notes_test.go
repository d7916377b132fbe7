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

package controllers

import (
	"context"
	"fmt"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

var _ = Describe("Requests between two looks", func() {
	var w *world
	var incident *v1alpha1.Incident

	BeforeEach(func(ctx SpecContext) {
		w = newWorld(ctx)
		incident = w.newIncident(ctx, "inc")
		w.settle(ctx)
	})

	AfterEach(func(ctx SpecContext) { w.expectRest(ctx) })

	It("of two people who contradict each other at once are two entries, 100 times", func(ctx SpecContext) {
		for i := range 100 {
			var requests sync.WaitGroup
			for _, user := range []string{alice, bob} {
				requests.Go(func() {
					defer GinkgoRecover()
					Expect(users[user].Patch(ctx, incident.DeepCopy(), verdictOf(user, i))).To(Succeed())
				})
			}
			requests.Wait()
			if i%10 == 9 {
				w.settle(ctx)
			}
		}
		log := w.log(ctx, incident)
		Expect(log).To(HaveLen(201))
		said := map[string]int{}
		known := map[string]string{"spec.resolution.state": "Active", "spec.classification.verdict": "NotSet"}
		for _, entry := range log[1:] {
			Expect(entry.Spec.ActorKind).To(Equal(v1alpha1.ActorUser))
			Expect(entry.Spec.CoversGenerations).To(BeEquivalentTo(1))
			for _, change := range entry.Spec.Changes {
				Expect(change.From).To(Equal(known[change.Field]), entry.Name)
				known[change.Field] = change.To
			}
			said[entry.Spec.Actor+": "+known["spec.classification.verdict"]+", "+known["spec.resolution.note"]]++
		}
		want := map[string]int{}
		for i := range 100 {
			want[fmt.Sprintf("alice@example.com: TruePositive, round %d by alice@example.com", i)] = 1
			want[fmt.Sprintf("bob@example.com: FalsePositive, round %d by bob@example.com", i)] = 1
		}
		Expect(said).To(Equal(want))
	})

	bothEntries := []string{
		"2 Resolved by alice: resolution.state: Active → Resolved; resolution.note: none → a drill",
		"3 Reopened by bob: resolution.state: Resolved → Active; resolution.note: a drill → none",
	}
	resolve := func(ctx context.Context) {
		edit(ctx, alice, incident, func(i *v1alpha1.Incident) { i.Spec.Resolution = v1alpha1.Resolution{State: resolved, Note: "a drill"} })
	}
	reopen := func(ctx context.Context) {
		edit(ctx, bob, incident, func(i *v1alpha1.Incident) { i.Spec.Resolution = v1alpha1.Resolution{State: active} })
	}

	It("that resolve and re-open are two entries", func(ctx SpecContext) {
		resolve(ctx)
		reopen(ctx)
		w.settle(ctx)
		Expect(w.told(ctx, incident)[1:]).To(Equal(bothEntries))
	})

	It("that resolve and re-open while the operator is stopped are two entries", func(ctx SpecContext) {
		resolve(ctx)
		reopen(ctx)
		w.restart(ctx)
		w.settle(ctx)
		Expect(w.told(ctx, incident)[1:]).To(Equal(bothEntries))
	})

	It("that resolve and re-open are two entries, wherever the operator is killed in between", func(ctx SpecContext) {
		for at := range position(positions) {
			for number := 1; number <= 3; number++ { // The resolution's time, its entry, and the head in the status.
				w = newWorld(ctx)
				incident = w.newIncident(ctx, "inc")
				w.settle(ctx)
				resolve(ctx)
				kills := w.killOnce(at, number)
				w.round(ctx)
				w.round(ctx)
				w.crash = nil
				Expect(*kills).To(HaveLen(1))
				reopen(ctx)
				w.settle(ctx)
				Expect(w.told(ctx, incident)[1:]).To(Equal(bothEntries), "at write %d, position %d", number, at)
			}
		}
	})

	// manyEdits are edits by three people in turn.
	manyEdits := func(ctx context.Context, edits int) (want []string) {
		before := "none"
		for i := range edits {
			user, name := []string{alice, bob, carol}[i%3], fmt.Sprintf("Name %d", i)
			edit(ctx, user, incident, called(name))
			want = append(want, fmt.Sprintf("%d Renamed by %s: name: %s → %s", i+2, strings.TrimSuffix(user, "@example.com"), before, name))
			before = name
		}
		return want
	}

	It("are each an entry if they are 32 and the operator was stopped", func(ctx SpecContext) {
		want := manyEdits(ctx, 32)
		w.restart(ctx)
		w.settle(ctx)
		Expect(w.told(ctx, incident)[1:]).To(Equal(want))
		Expect(refresh(ctx, incident).Annotations[v1alpha1.NotesAnnotation]).To(Equal("33"), "many notes are dropped, not their number")
	})

	It("are counted past what notes have room for, with those who made them", func(ctx SpecContext) {
		want := manyEdits(ctx, 34)
		w.restart(ctx)
		w.settle(ctx)
		// The creation's own note, which the log has taken, takes one of the 32 places.
		log := w.log(ctx, incident)
		Expect(log).To(HaveLen(33))
		Expect(w.told(ctx, incident)[1:32]).To(Equal(want[:31]))
		last := log[32].Spec
		Expect(last.Requests).To(BeEquivalentTo(3))
		Expect(last.ActorKind).To(Equal(v1alpha1.ActorUnknown), "there were three")
		Expect(last.Summary).To(Equal("3 requests by bob@example.com, carol@example.com, alice@example.com, noted by their number only: name: Name 30 → Name 33"))
		Expect(last.CoversGenerations).To(BeEquivalentTo(3))
		edit(ctx, bob, incident, called("At last"))
		w.settle(ctx)
		Expect(w.told(ctx, incident)[33:]).To(Equal([]string{"34 Renamed by bob: name: Name 33 → At last"}))
	})

	It("are the person's of whom all counted ones are", func(ctx SpecContext) {
		for i := range 33 {
			edit(ctx, alice, incident, called(fmt.Sprintf("Name %d", i)))
		}
		w.settle(ctx)
		log := w.log(ctx, incident)
		Expect(log).To(HaveLen(33))
		Expect(log[32].Spec.Actor).To(Equal(alice))
		Expect(log[32].Spec.Requests).To(BeEquivalentTo(2))
		Expect(log[32].Spec.Changes).To(Equal([]v1alpha1.ActivityChange{{Field: "spec.name", From: "Name 30", To: "Name 32"}}))
	})

	It("of an alert past its room are counted in one entry", func(ctx SpecContext) {
		alert := w.newAlert(ctx, "a", "inc")
		w.settle(ctx)
		for i := range 40 {
			edit(ctx, []string{alice, bob}[i%2], alert, assignedTo(fmt.Sprintf("person-%d", i)))
		}
		w.settle(ctx)
		requests := int64(0)
		for _, entry := range w.log(ctx, incident)[2:] {
			Expect(entry.Spec.Type).To(Equal(v1alpha1.ActivityAlertsChanged))
			Expect(entry.Spec.Alerts.Names).To(Equal([]string{"a"}))
			requests += max(1, entry.Spec.Requests)
		}
		Expect(requests).To(BeEquivalentTo(40))
	})

	It("with values too large to be noted are entries of their own all the same", func(ctx SpecContext) {
		large := func(seed string) string { return strings.Repeat(seed, 4900) }
		tags := func(seed string) []v1alpha1.Tag {
			var all []v1alpha1.Tag
			for i := range 64 {
				all = append(all, v1alpha1.Tag(fmt.Sprintf("%s %02d%s", seed, i, strings.Repeat("勒", 120))))
			}
			return all
		}
		seeds := []string{"勒", "索", "軟"}
		for _, seed := range seeds {
			edit(ctx, bob, incident, func(i *v1alpha1.Incident) { i.Spec.Description, i.Spec.Tags = large(seed), tags(seed) })
			edit(ctx, carol, incident, called(seed))
			w.settle(ctx)
		}
		log := w.log(ctx, incident)[1:]
		Expect(log).To(HaveLen(2 * len(seeds)))
		for i, seed := range seeds {
			Expect(log[2*i].Spec.Actor).To(Equal(bob))
			Expect(log[2*i].Spec.Changes).To(HaveLen(2))
			Expect(log[2*i].Spec.Changes[0].Field).To(Equal("spec.description"))
			Expect(log[2*i].Spec.Changes[0].To).To(Equal(large(seed)))
			Expect(log[2*i].Spec.Changes[1].Field).To(Equal("spec.tags"))
			Expect(log[2*i+1].Spec.Actor).To(Equal(carol))
			Expect(log[2*i+1].Spec.Changes).To(HaveLen(1))
			Expect(log[2*i+1].Spec.Changes[0].To).To(Equal(seed))
		}
	})
})

// verdictOf is what one of two people says in a round: a request that knows nothing of the other's.
func verdictOf(user string, round int) client.Patch {
	verdict := v1alpha1.VerdictTruePositive
	if user == bob {
		verdict = v1alpha1.VerdictFalsePositive
	}
	return client.RawPatch(types.MergePatchType, fmt.Appendf(nil,
		`{"spec":{"classification":{"verdict":%q},"resolution":{"note":"round %d by %s"}}}`, verdict, round, user))
}
