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

package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/util/sets"
)

const (
	// allRounds make the scenario of 20 changes and 10 comments; the sample takes as many as its time allows.
	allRounds, sampleRounds = 5, 2
	// sampleFaults is how many writes a sample ends the operator at, in one run.
	sampleFaults = 15
	// tailBytes is how much of the operator's log is shown after a failure.
	tailBytes = 16 << 10
)

// lifetimes are at which of its writes an operator is killed at the earliest, where all writes are gone through: one that
// has lived longer remembers more.
var lifetimes = []int{1, 3, 10}

// everything is whether all writes are gone through, which takes half an hour, or a sample of them.
var everything = os.Getenv("FAULTS") == "all"

var _ = Describe("The activity log of an operator that is killed at its writes", Ordered, ContinueOnFailure, func() {
	var want result
	BeforeAll(func(ctx context.Context) {
		rounds := sampleRounds
		if everything {
			rounds = allRounds
		}
		begin := time.Now()
		want = run(ctx, rounds, noFaults)
		GinkgoWriter.Printf("without faults: %d entries, %d writes, %s\n", len(want.log), len(want.writes), time.Since(begin).Round(time.Second))
		Expect(want.log).To(HaveLen(4 + 7*rounds))
	})

	if !everything {
		It("is the one of an operator that was not, at a sample of them", func(ctx context.Context) {
			got := expectSame(ctx, want, sampleRounds, sampleOf(want.writes))
			Expect(got.faults).NotTo(BeEmpty())
		})
		return
	}
	for _, lifetime := range lifetimes {
		for at := range position(positions) {
			It(fmt.Sprintf("is the one of an operator that was not, at each of them, %s, at its write %d or later", at, lifetime), func(ctx context.Context) {
				goThrough(ctx, want, at, lifetime)
			})
		}
	}
})

var _ = JustAfterEach(func() {
	if !CurrentSpecReport().Failed() {
		return
	}
	log, err := os.ReadFile(local.Log("operator"))
	GinkgoWriter.Printf("the end of the operator's log (%v):\n%s\n", err, log[max(0, len(log)-tailBytes):])
})

// goThrough runs the scenario until the operator was killed at each of the writes that it has without faults.
func goThrough(ctx context.Context, want result, at position, lifetime int) {
	GinkgoHelper()
	left := sets.New(want.writes...)
	total := left.Len()
	for i := 1; left.Len() > 0; i++ {
		begin, before := time.Now(), left.Len()
		got := expectSame(ctx, want, allRounds, eachOf(left, at, lifetime))
		GinkgoWriter.Printf("%s, at its write %d or later: run %d, %d faults, %d writes, %d of %d done, %s\n", at, lifetime, i,
			len(got.faults), len(got.writes), total-left.Len(), total, time.Since(begin).Round(time.Second))
		if left.Len() == before {
			break
		}
	}
	// How often the same is written in one step is up to timing: of that some may never come again.
	for name := range left {
		Expect(name).NotTo(HaveSuffix(" #1"))
	}
}

// expectSame runs the scenario with faults and compares what it leaves with what it leaves without.
func expectSame(ctx context.Context, want result, rounds int, faults plan) result {
	GinkgoHelper()
	got := run(ctx, rounds, faults)
	GinkgoWriter.Printf("faults: %s\n", strings.Join(got.faults, "\n        "))
	Expect(inWords(got.log)).To(Equal(inWords(want.log)), "faults: %q", got.faults)
	Expect(got.log).To(Equal(want.log), "faults: %q", got.faults)
	return got
}

func inWords(log []entry) []string {
	lines := make([]string, 0, len(log))
	for i := range log {
		lines = append(lines, log[i].words)
	}
	return lines
}

// sampleOf kills the operator at some of the writes, by the seed of the suite, in each position equally often.
func sampleOf(writes []string) plan {
	seed := uint64(GinkgoRandomSeed())
	random := rand.New(rand.NewPCG(seed, 0))
	chosen := map[string]position{}
	for i, index := range random.Perm(len(writes))[:sampleFaults] {
		chosen[writes[index]] = position(i % positions)
	}
	return func(w write) (position, bool) {
		at, isFault := chosen[w.name]
		delete(chosen, w.name)
		return at, isFault
	}
}

// eachOf kills the operator at one position of all writes that are left, and takes these away, but no process before it
// has lived a while: the scenario has to run some times until none is left.
func eachOf(left sets.Set[string], at position, lifetime int) plan {
	last := -lifetime // The first of them has lived before.
	return func(w write) (position, bool) {
		if !left.Has(w.name) || w.number < last+lifetime {
			return 0, false
		}
		left.Delete(w.name)
		last = w.number
		return at, true
	}
}
