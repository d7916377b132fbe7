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
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestAutomatic(t *testing.T) {
	for name, tc := range map[string]struct {
		facts Facts
		want  string
	}{
		"no alerts": {
			facts: Facts{},
			want:  "Empty incident",
		},
		"no alerts, whatever else is claimed": {
			facts: Facts{Title: "Phish", Categories: []string{"Ransomware"}, Endpoints: 2, Users: 2, Sources: 2},
			want:  "Empty incident",
		},
		"a negative count is no alerts": {
			facts: Facts{Alerts: -1, Title: "Phish"},
			want:  "Empty incident",
		},
		"one title": {
			facts: Facts{Alerts: 3, Title: "Suspected DCSync attack", Categories: []string{"CredentialAccess"}},
			want:  "Suspected DCSync attack",
		},
		"one title and several categories": {
			facts: Facts{Alerts: 3, Title: "Odd sign-in", Categories: []string{"InitialAccess", "Persistence"}},
			want:  "Odd sign-in",
		},
		"several titles, one category": {
			facts: Facts{Alerts: 2, Categories: []string{"CommandAndControl"}},
			want:  "Command and control incident",
		},
		"several titles, one category named twice": {
			facts: Facts{Alerts: 2, Categories: []string{"Malware", "Malware"}},
			want:  "Malware incident",
		},
		"several titles, no category": {
			facts: Facts{Alerts: 2, Categories: []string{""}},
			want:  "Suspicious activity incident",
		},
		"several titles, no list of categories": {
			facts: Facts{Alerts: 2},
			want:  "Suspicious activity incident",
		},
		"no category is the same as SuspiciousActivity": {
			facts: Facts{Alerts: 2, Categories: []string{"", "SuspiciousActivity"}},
			want:  "Suspicious activity incident",
		},
		"a blank title is none": {
			facts: Facts{Alerts: 2, Title: " \t", Categories: []string{"Impact"}},
			want:  "Impact incident",
		},
		"two tactics": {
			facts: Facts{Alerts: 2, Categories: []string{"Discovery", "DefenseEvasion"}},
			want:  "Multi-stage incident involving Defense evasion & Discovery",
		},
		"many tactics: the first and the last": {
			facts: Facts{Alerts: 9, Categories: []string{"LateralMovement", "Execution", "InitialAccess", "Discovery"}},
			want:  "Multi-stage incident involving Initial access & Lateral movement",
		},
		"two tactics among other categories": {
			facts: Facts{Alerts: 9, Categories: []string{"Malware", "Impact", "AAA", "Execution", ""}},
			want:  "Multi-stage incident involving Execution & Impact",
		},
		"one tactic among other categories": {
			facts: Facts{Alerts: 2, Categories: []string{"Malware", "PrivilegeEscalation", "SuspiciousActivity"}},
			want:  "Multi-stage incident involving Privilege escalation",
		},
		"one tactic and no category": {
			facts: Facts{Alerts: 2, Categories: []string{"", "Exfiltration"}},
			want:  "Multi-stage incident involving Exfiltration",
		},
		"several categories, none a tactic": {
			facts: Facts{Alerts: 2, Categories: []string{"Malware", "UnwantedSoftware"}},
			want:  "Multi-stage incident",
		},
		"Microsoft's documented example": {
			facts: Facts{Alerts: 2, Categories: []string{"Malware", ""}, Endpoints: 4, Users: 1, Sources: 2},
			want:  "Multi-stage incident on multiple endpoints reported by multiple sources",
		},
		"ransomware besides tactics": {
			facts: Facts{Alerts: 3, Categories: []string{"Ransomware", "Execution", "Impact"}, Endpoints: 1},
			want:  "Multi-stage incident involving Execution & Impact including Ransomware on one endpoint",
		},
		"ransomware besides a generic category": {
			facts: Facts{Alerts: 3, Categories: []string{"Ransomware", "Malware"}},
			want:  "Multi-stage incident including Ransomware",
		},
		"ransomware under another title": {
			facts: Facts{Alerts: 1, Title: "File encrypted", Categories: []string{"Ransomware"}, Users: 1, Sources: 2},
			want:  "File encrypted including Ransomware involving one user reported by multiple sources",
		},
		"ransomware that the title says": {
			facts: Facts{Alerts: 1, Title: "RansomWare behavior", Categories: []string{"Ransomware"}},
			want:  "RansomWare behavior",
		},
		"ransomware that the category says": {
			facts: Facts{Alerts: 2, Categories: []string{"Ransomware"}},
			want:  "Ransomware incident",
		},
		"ransomware in capitals": {
			facts: Facts{Alerts: 2, Title: "File encrypted", Categories: []string{"RANSOMWARE"}},
			want:  "File encrypted including Ransomware",
		},
		"a title that speaks of ransomware is no category": {
			facts: Facts{Alerts: 2, Title: "Possible ransomware", Categories: []string{"Impact"}},
			want:  "Possible ransomware",
		},
		"one endpoint, users not named": {
			facts: Facts{Alerts: 1, Title: "T", Endpoints: 1, Users: 5},
			want:  "T on one endpoint",
		},
		"multiple endpoints": {
			facts: Facts{Alerts: 1, Title: "T", Endpoints: 2},
			want:  "T on multiple endpoints",
		},
		"one user": {
			facts: Facts{Alerts: 1, Title: "T", Users: 1},
			want:  "T involving one user",
		},
		"multiple users": {
			facts: Facts{Alerts: 1, Title: "T", Users: 2},
			want:  "T involving multiple users",
		},
		"one source": {
			facts: Facts{Alerts: 1, Title: "T", Sources: 1},
			want:  "T",
		},
		"multiple sources": {
			facts: Facts{Alerts: 1, Title: "T", Sources: 2},
			want:  "T reported by multiple sources",
		},
		"a title that already ends like a suffix is not second-guessed": {
			facts: Facts{Alerts: 1, Title: "Scan on one endpoint", Endpoints: 1},
			want:  "Scan on one endpoint on one endpoint",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Automatic(tc.facts)); diff != "" {
				t.Errorf("Automatic(%+v) (-want +got):\n%s", tc.facts, diff)
			}
		})
	}
}

// A title of the greatest length that the API allows stays whole; a longer one is cut, never the suffixes.
func TestAutomaticLongTitle(t *testing.T) {
	const suffixes = " including Ransomware on multiple endpoints reported by multiple sources"
	facts := Facts{Alerts: 2, Categories: []string{"Ransomware"}, Endpoints: 2, Sources: 2}
	for name, tc := range map[string]struct{ title, want string }{
		"256 letters": {
			title: strings.Repeat("a", 256),
			want:  strings.Repeat("a", 256) + suffixes,
		},
		"256 characters of three bytes": {
			title: strings.Repeat("勒", 256),
			want:  strings.Repeat("勒", 256) + suffixes,
		},
		"10,000 characters of three bytes": {
			title: strings.Repeat("勒", 10_000),
			want:  strings.Repeat("勒", 399) + "…" + suffixes,
		},
		"ransomware only in what is cut off": {
			title: strings.Repeat("a", 400) + " ransomware",
			want:  strings.Repeat("a", 399) + "…" + suffixes,
		},
	} {
		t.Run(name, func(t *testing.T) {
			facts.Title = tc.title
			if diff := cmp.Diff(tc.want, Automatic(facts)); diff != "" {
				t.Errorf("Automatic (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAutomaticProperties(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 5_000 {
		facts := randomFacts(random)
		before := slices.Clone(facts.Categories)
		name := Automatic(facts)
		if strings.TrimSpace(name) == "" || utf8.RuneCountInString(name) > 512 || !utf8.ValidString(name) {
			t.Fatalf("Automatic(%+v) = %q: want 1 to 512 valid characters", facts, name)
		}
		if diff := cmp.Diff(before, facts.Categories); diff != "" {
			t.Fatalf("Automatic changed its input (-before +after):\n%s", diff)
		}
		shuffled := facts
		shuffled.Categories = append(slices.Clone(before), before...)
		random.Shuffle(len(shuffled.Categories), func(i, j int) {
			shuffled.Categories[i], shuffled.Categories[j] = shuffled.Categories[j], shuffled.Categories[i]
		})
		if diff := cmp.Diff(name, Automatic(shuffled)); diff != "" {
			t.Fatalf("the order or repetition of %q changes the name (-want +got):\n%s", before, diff)
		}
		more := facts
		more.Alerts, more.Endpoints, more.Users, more.Sources = grow(more.Alerts), grow(more.Endpoints), grow(more.Users), grow(more.Sources)
		if diff := cmp.Diff(name, Automatic(more)); diff != "" {
			t.Fatalf("counts beyond two change the name of %+v (-want +got):\n%s", facts, diff)
		}
	}
}

// grow makes a multitude larger: a name tells none, one and several apart, and never holds a number.
func grow(n int) int {
	if n > 1 {
		return n * 1000
	}
	return n
}

func randomFacts(random *rand.Rand) Facts {
	pool := append(slices.Clone(killChain), "", "Malware", "Ransomware", "SuspiciousActivity", "DNSTunneling", strings.Repeat("X", 64))
	titles := []string{"", "", " ", "Phish", "Ransomware", strings.Repeat("é", 256), strings.Repeat("勒", 3_000)}
	facts := Facts{
		Alerts: random.IntN(4), Title: titles[random.IntN(len(titles))],
		Endpoints: random.IntN(4), Users: random.IntN(4), Sources: random.IntN(4),
	}
	for range random.IntN(8) {
		facts.Categories = append(facts.Categories, pool[random.IntN(len(pool))])
	}
	return facts
}
