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

package naming

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSortCategories(t *testing.T) {
	for name, tc := range map[string]struct{ categories, want []string }{
		"none": {},
		"tactics in kill-chain order": {
			categories: []string{"Impact", "Collection", "InitialAccess", "CommandAndControl"},
			want:       []string{"InitialAccess", "Collection", "CommandAndControl", "Impact"},
		},
		"others after all tactics, by name": {
			categories: []string{"SuspiciousActivity", "AAA", "Impact", "Malware", "Reconnaissance"},
			want:       []string{"Reconnaissance", "Impact", "AAA", "Malware", "SuspiciousActivity"},
		},
		"a tactic in another spelling is none": {
			categories: []string{"initialAccess", "Impact"},
			want:       []string{"Impact", "initialAccess"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := slices.Clone(tc.categories)
			if diff := cmp.Diff(tc.want, SortCategories(tc.categories)); diff != "" {
				t.Errorf("SortCategories(%q) (-want +got):\n%s", tc.categories, diff)
			}
			if diff := cmp.Diff(before, tc.categories); diff != "" {
				t.Errorf("SortCategories changed its input (-before +after):\n%s", diff)
			}
		})
	}
}

func TestSortCategoriesKnowsTheWholeKillChain(t *testing.T) {
	shuffled := slices.Clone(killChain)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) {
		shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
	})
	if diff := cmp.Diff(killChain, SortCategories(shuffled)); diff != "" {
		t.Errorf("SortCategories (-want +got):\n%s", diff)
	}
}

func TestSentence(t *testing.T) {
	for category, want := range map[string]string{
		"":                   "",
		"Impact":             "Impact",
		"InitialAccess":      "Initial access",
		"CommandAndControl":  "Command and control",
		"SuspiciousActivity": "Suspicious activity",
		"DNSTunneling":       "DNS tunneling",
		"BruteForceSSH":      "Brute force SSH",
		"BlockedURLAccess":   "Blocked URL access",
		"C2Traffic":          "C2 traffic",
		"OutboundC2Traffic":  "Outbound C2 traffic",
		"TakeAChance":        "Take a chance",
		"DNS":                "DNS",
		"X":                  "X",
	} {
		t.Run(category, func(t *testing.T) {
			if diff := cmp.Diff(want, Sentence(category)); diff != "" {
				t.Errorf("Sentence(%q) (-want +got):\n%s", category, diff)
			}
		})
	}
}
