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

package agreement_test

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/incident-operator/incident-operator/internal/decide/agreement"
)

// grouping reads "abc de" as two groups of one-letter things.
func grouping(text string) map[string]string {
	groups, n := map[string]string{}, 0
	for _, r := range text {
		if r == ' ' {
			n++
			continue
		}
		groups[string(r)] = strconv.Itoa(n)
	}
	return groups
}

func TestPairwise(t *testing.T) {
	for name, tc := range map[string]struct {
		found, truth string
		want         agreement.Score
	}{
		"the same":                     {"abc de", "de abc", agreement.Score{Precision: 1, Recall: 1, F1: 1}},
		"all in one":                   {"abcd", "ab cd", agreement.Score{Precision: 1. / 3, Recall: 1, F1: 0.5}},
		"all alone":                    {"a b c", "abc", agreement.Score{Precision: 1, Recall: 0, F1: 0}},
		"nothing belongs together":     {"a b", "a b", agreement.Score{Precision: 1, Recall: 1, F1: 1}},
		"nothing":                      {"", "", agreement.Score{Precision: 1, Recall: 1, F1: 1}},
		"one strays":                   {"abx c", "abc", agreement.Score{Precision: 1. / 3, Recall: 1. / 3, F1: 1. / 3}},
		"noise apart does not count":   {"ab xyz", "ab", agreement.Score{Precision: 1, Recall: 1, F1: 1}},
		"noise in a group does":        {"abx", "ab", agreement.Score{Precision: 1. / 3, Recall: 1, F1: 0.5}},
		"what is not found is missing": {"ab", "abc", agreement.Score{Precision: 1, Recall: 1. / 3, F1: 0.5}},
	} {
		t.Run(name, func(t *testing.T) {
			got := agreement.Pairwise(grouping(tc.found), grouping(tc.truth))
			if diff := cmp.Diff(tc.want, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Counting by groups is counting every pair.
func TestPairwiseCountsPairs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		found, truth := map[string]string{}, map[string]string{}
		for i := range 12 {
			found[strconv.Itoa(i)] = strconv.Itoa(random.IntN(4))
			if random.IntN(4) > 0 {
				truth[strconv.Itoa(i)] = strconv.Itoa(random.IntN(3))
			}
		}
		var right, wrong, missed float64
		for a := range found {
			for b := range found {
				classA, knownA := truth[a]
				classB, knownB := truth[b]
				if a >= b || (!knownA && !knownB) {
					continue
				}
				together, belong := found[a] == found[b], knownA && knownB && classA == classB
				switch {
				case together && belong:
					right++
				case together:
					wrong++
				case belong:
					missed++
				}
			}
		}
		if right == 0 {
			continue
		}
		got := agreement.Pairwise(found, truth)
		if math.Abs(got.Precision-right/(right+wrong)) > 1e-12 || math.Abs(got.Recall-right/(right+missed)) > 1e-12 {
			t.Fatalf("got %+v, want precision %v and recall %v", got, right/(right+wrong), right/(right+missed))
		}
	}
}
