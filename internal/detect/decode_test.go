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
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var simple = Mapping{Map: func(item Object, d *Draft) error {
	d.IdentifyBy(item.Lookup, "id")
	d.Title("T")
	if item.Text("kind") == "flow" {
		return &Error{Reason: ReasonNotAnAlert, Message: "must be an alert\x1b"}
	}
	return nil
}}

func TestDecodeCountsEverything(t *testing.T) {
	for name, tc := range map[string]struct {
		body     string
		events   int
		refusals []Refusal
	}{
		"a list": {
			body: `[{"id":1},{"id":""},7,{"kind":"flow"},{"id":2}]`, events: 2,
			refusals: []Refusal{
				{Index: 1, Count: 1, Reason: ReasonNoIdentity, Message: "identity must be made of fields that the alert has: id are all empty"},
				{Index: 2, Count: 1, Reason: ReasonMalformed, Message: "an item must be a JSON object"},
				{Index: 3, Count: 1, Reason: ReasonNotAnAlert, Message: `must be an alert\x1b`},
			},
		},
		"lines": {
			body: "{\"id\":1}\n{\"id\":\n{\"id\":3}", events: 2,
			refusals: []Refusal{{Index: 1, Count: 1, Reason: ReasonMalformed, Message: `must be JSON: it ends too early`}},
		},
		"an empty list": {body: `[]`},
		"nothing":       {body: " \n", refusals: []Refusal{{Count: 1, Reason: ReasonMalformed, Message: "the delivery must not be empty"}}},
		"too large": {
			body:     `[` + strings.Repeat(" ", MaxBytes) + `]`,
			refusals: []Refusal{{Count: 1, Reason: ReasonTooLarge, Message: "a delivery must not be larger than 16777216 bytes"}},
		},
		"too many": {
			body: `[` + strings.Repeat(`{"id":1},`, MaxItems+5) + `{"id":1}]`, events: MaxItems,
			refusals: []Refusal{{Index: MaxItems, Count: 6, Reason: ReasonTooLarge, Message: "a delivery must not hold more than 20000 items"}},
		},
		"too many, and more after them": {
			body: `[` + strings.Repeat(`{"id":1},`, MaxItems+1) + `{"id":1}]` + "\n" + `[{"id":2},{"id":3}]`, events: MaxItems,
			refusals: []Refusal{
				{Index: MaxItems, Count: 2, Reason: ReasonTooLarge, Message: "a delivery must not hold more than 20000 items"},
				{Index: MaxItems + 2, Count: 2, Reason: ReasonTooLarge, Message: "a delivery must not hold more than 20000 items"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			batch := simple.Decode([]byte(tc.body), Reading{Received: received})
			if len(batch.Events) != tc.events {
				t.Errorf("got %d events, want %d", len(batch.Events), tc.events)
			}
			if diff := cmp.Diff(tc.refusals, batch.Refusals); diff != "" {
				t.Errorf("refusals (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecodeTellsDuplicateKeys(t *testing.T) {
	batch := simple.Decode([]byte(`{"id":1,"id":2}`), Reading{Received: received})
	if diff := cmp.Diff([]Note{{Kind: NoteDuplicateKey, Field: "delivery", Count: 1}}, batch.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(`id="2"`, batch.Events[0].Identity); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
}
