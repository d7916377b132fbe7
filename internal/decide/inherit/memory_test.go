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

package inherit

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseMemoryRefusesWhatTheAPIWouldRefuse(t *testing.T) {
	long := strings.Repeat("é", 257)
	tests := map[string]struct{ annotation, want string }{
		"no JSON":                    {`alice`, "must be a JSON object"},
		"an empty string":            {``, "must be a JSON object"},
		"another JSON type":          {`["inc-1"]`, "must be a JSON object"},
		"null":                       {`null`, "incident must be the name of an Incident"},
		"no incident":                {`{"uid":"u"}`, "incident must be the name of an Incident"},
		"an impossible incident":     {`{"incident":"Inc 1","uid":"u"}`, "incident must be the name of an Incident"},
		"no uid":                     {`{"incident":"inc-1"}`, "uid must have"},
		"an endless uid":             {`{"incident":"inc-1","uid":"` + strings.Repeat("u", 129) + `"}`, "uid must have"},
		"an empty assignee":          {`{"incident":"inc-1","uid":"u","assignee":{"value":"","over":"bob"}}`, "assignee.value must not be empty"},
		"an assignee that is held":   {`{"incident":"inc-1","uid":"u","assignee":{"value":"a","over":"","held":true}}`, "assignee.held"},
		"a blank former assignee":    {`{"incident":"inc-1","uid":"u","assignee":{"value":"a","over":"  "}}`, "assignee must hold names"},
		"an invisible former one":    {"{\"incident\":\"inc-1\",\"uid\":\"u\",\"assignee\":{\"value\":\"a\",\"over\":\"\u200b\"}}", "assignee must hold names"},
		"an endless former assignee": {`{"incident":"inc-1","uid":"u","assignee":{"value":"a","over":"` + long + `"}}`, "assignee must hold names"},
		"a former one with a space":  {`{"incident":"inc-1","uid":"u","assignee":{"value":"a","over":"bob "}}`, "assignee must hold names"},
		"a filler in an assignee":    {"{\"incident\":\"inc-1\",\"uid\":\"u\",\"assignee\":{\"value\":\"a\u3164\",\"over\":\"\"}}", "assignee must hold names"},
		"an escape in an assignee":   {`{"incident":"inc-1","uid":"u","assignee":{"value":"a\u001b[31m","over":""}}`, "assignee must hold names"},
		"an override in an assignee": {`{"incident":"inc-1","uid":"u","assignee":{"value":"a\u202e","over":""}}`, "assignee must hold names"},
		"a state never given":        {`{"incident":"inc-1","uid":"u","resolution":{"value":"InProgress","over":"Active"}}`, "resolution.value must be Resolved"},
		"a former state unknown":     {`{"incident":"inc-1","uid":"u","resolution":{"value":"Resolved","over":"Closed"}}`, "resolution.over must be"},
		"no former state":            {`{"incident":"inc-1","uid":"u","resolution":{"value":"Resolved"}}`, "resolution.over must be"},
		"too many bytes":             {`{"incident":"inc-1","uid":"u"}` + strings.Repeat(" ", 8192), "must be at most 8192 bytes"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			memory, err := ParseMemory(tt.annotation)
			if err == nil {
				t.Fatalf("accepted as %v", memory)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q does not say %q", err, tt.want)
			}
		})
	}
}

func TestMemorySurvivesItsEncoding(t *testing.T) {
	memory := &Memory{
		Incident:   "inc-1",
		UID:        "0c39b078",
		Assignee:   &Given{Value: `<alice> & "勒索"`, Over: ""},
		Resolution: &Given{Value: "Resolved", Over: "InProgress", Held: true},
	}
	parsed, err := ParseMemory(memory.String())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(memory, parsed); diff != "" {
		t.Errorf("memory (-want +got):\n%s", diff)
	}
	if !memory.Equal(parsed) {
		t.Error("a memory must equal itself")
	}
}

// Whom the API takes for an assignee, an alert can be given back.
func TestParseMemoryTakesEveryAssignee(t *testing.T) {
	for _, name := range []string{"山田　太郎", "می\u200cشود", "oidc:SOC tier 2", "👩\u200d💻", strings.Repeat("é", 256)} {
		memory := &Memory{Incident: "inc-1", UID: "u", Assignee: &Given{Value: name, Over: name}}
		if parsed, err := ParseMemory(memory.String()); err != nil || !memory.Equal(parsed) {
			t.Errorf("%q: got %v, %v", name, parsed, err)
		}
	}
}

func FuzzParseMemory(f *testing.F) {
	f.Add(`{"incident":"inc-1","uid":"u","assignee":{"value":"a","over":"b"},"resolution":{"value":"Resolved","over":"Active"}}`)
	f.Add(`{"incident":"inc-1"`)
	f.Fuzz(func(t *testing.T, annotation string) {
		memory, err := ParseMemory(annotation)
		if err != nil {
			return
		}
		again, err := ParseMemory(memory.String())
		if err != nil || !memory.Equal(again) {
			t.Errorf("%q reads as %v, which reads as %v (%v)", annotation, memory, again, err)
		}
	})
}
