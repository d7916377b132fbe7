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

package detect

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func lookup(values map[string]string) func(string) string {
	return func(field string) string { return values[field] }
}

func TestIdentity(t *testing.T) {
	values := map[string]string{"rule": "r", "pod": "p", "host": "h", "blank": " ", "quoted": `a",pod="b`}
	for name, tc := range map[string]struct {
		chosen   []string
		identity string
		used     []string
	}{
		"all fields":                {chosen: []string{"rule", "pod"}, identity: `rule="r",pod="p"`, used: []string{"rule", "pod"}},
		"the first that is there":   {chosen: []string{"none|pod|host"}, identity: `pod="p"`, used: []string{"pod"}},
		"what is missing is absent": {chosen: []string{"rule", "none"}, identity: `rule="r"`, used: []string{"rule"}},
		"blank is missing":          {chosen: []string{"blank|host"}, identity: `host="h"`, used: []string{"host"}},
		"values cannot pose as two": {chosen: []string{"quoted"}, identity: `quoted="a\",pod=\"b"`, used: []string{"quoted"}},
	} {
		t.Run(name, func(t *testing.T) {
			identity, used, err := Identity(tc.chosen, lookup(values))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]any{tc.identity, tc.used}, []any{identity, used}); diff != "" {
				t.Errorf("Identity (-want +got):\n%s", diff)
			}
		})
	}
}

func TestIdentityOfNothing(t *testing.T) {
	for _, chosen := range [][]string{{"none", "blank"}, {""}, {"|"}, nil} {
		if got, _, err := Identity(chosen, lookup(map[string]string{"blank": "\t"})); err == nil {
			t.Errorf("Identity(%q) = %q, want an error", chosen, got)
		}
	}
}

func TestIdentityStaysWithinItsBound(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	a, _, errA := Identity([]string{"f"}, lookup(map[string]string{"f": long}))
	b, _, errB := Identity([]string{"f"}, lookup(map[string]string{"f": long + "y"}))
	if errA != nil || errB != nil || len(a) > MaxIdentity || a == b {
		t.Errorf("two long identities are %q (%v) and %q (%v), want two short ones", a, errA, b, errB)
	}
}

// Different values of the same fields never give one identity, whatever they hold.
func TestIdentityTellsApart(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	value := func() string {
		b := make([]byte, random.IntN(4))
		for i := range b {
			b[i] = `a",=\|`[random.IntN(6)]
		}
		return string(b)
	}
	seen := map[string]map[string]string{}
	for range 20_000 {
		values := map[string]string{"a": value(), "b": value()}
		identity, _, err := Identity([]string{"a", "b"}, lookup(values))
		if err != nil {
			continue
		}
		if before, ok := seen[identity]; ok && cmp.Diff(before, values) != "" {
			t.Fatalf("%v and %v have one identity: %s", before, values, identity)
		}
		seen[identity] = values
	}
	if len(seen) < 1000 {
		t.Errorf("only %d identities were tried", len(seen))
	}
}

func TestObjectName(t *testing.T) {
	event := Event{Identity: `rule="r"`, stem: "Terminal shell in container"}
	name := event.ObjectName("falco")
	if !strings.HasPrefix(name, "terminal-shell-in-container-") || len(name) != len("terminal-shell-in-container-")+nameDigits {
		t.Errorf("name is %q", name)
	}
	names := map[string]string{name: "the event"}
	for what, other := range map[string]string{
		"another source":   event.ObjectName("falco-2"),
		"another identity": Event{Identity: `rule="s"`, stem: event.stem}.ObjectName("falco"),
	} {
		if before, ok := names[other]; ok {
			t.Errorf("%s and %s share the name %s", what, before, other)
		}
		names[other] = what
	}
	for source, want := range map[string]string{"falco.prod": "falco-prod-", "勒索": "alert-"} {
		if got := (Event{Identity: "i", stem: "勒索"}).ObjectName(source); !strings.HasPrefix(got, want) {
			t.Errorf("without a readable title the name is %q, want it to begin with %q", got, want)
		}
	}
}

// The title begins the name only if every event of the identity bears it; else one alert would get two objects.
func TestObjectNameHoldsStillWhileTitlesChange(t *testing.T) {
	mapping := Mapping{Map: func(item Object, d *Draft) error {
		d.IdentifyBy(item.Lookup, "rule")
		d.Title(item.Text("rule"), "rule")
		return nil
	}}
	names := func(identity ...string) map[string]bool {
		got := map[string]bool{}
		for _, rule := range []string{"a", "b"} {
			body := fmt.Appendf(nil, `{"rule":%q,"host":"h"}`, rule)
			for _, event := range mapping.Decode(body, Reading{Identity: identity}).Events {
				got[event.ObjectName("s")] = true
			}
		}
		return got
	}
	if got := names("host"); len(got) != 1 {
		t.Errorf("two titles of one identity have the names %v, want one name", got)
	}
	if got := names(); len(got) != 2 {
		t.Errorf("two rules have the names %v, want two names", got)
	}
}
