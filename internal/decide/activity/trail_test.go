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

package activity_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

func fullOfAll() activity.Trail {
	return activity.Trail{
		Incident: incA, Generation: 7, Fields: map[string]string{"spec.name": "a <b> \u2028 \"日本\""}, Left: []string{"u1", "u2"},
		Changes: []activity.Change{
			by("bob", unlinkedFrom(incB, "inc-a", "not ours")),
			by("Unknown", linkedTo(incA, "inc-b", "not ours")),
			by("eve@example.com", changed(activity.Edited, incA, fromTo("spec.name", "", "x"), fromTo("spec.tags", `["vip"]`, ""))),
			by("incident-operator", changed(activity.Propagated, incA, fromTo("spec.assignee", "a", "b"))),
		},
	}
}

func TestATrailSurvivesItsAnnotation(t *testing.T) {
	for name, trail := range map[string]activity.Trail{
		"nothing": {}, "all": fullOfAll(), "as many changes as wait": waiting(fullTrail), "left only": {Left: []string{"u"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := activity.ParseTrail(trail.String())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(trail, got); diff != "" {
				t.Errorf("trail (-want +got):\n%s", diff)
			}
		})
	}
	if empty := (activity.Trail{}).String(); empty != "" {
		t.Errorf("a trail that says nothing must be empty, got %q", empty)
	}
}

func TestParseTrailRefuses(t *testing.T) {
	second := func(change func(*activity.Change)) string {
		trail := fullOfAll()
		change(&trail.Changes[1])
		encoded, err := json.Marshal(trail)
		if err != nil {
			t.Fatal(err)
		}
		return string(encoded)
	}
	x := func(length int) string { return strings.Repeat("x", length) }
	for name, test := range map[string]struct{ annotation, want string }{
		"no JSON":     {"{", "must be a JSON object: unexpected end of JSON input"},
		"a list":      {"[]", "must be a JSON object: json: cannot unmarshal array into Go value of type activity.Trail"},
		"over-long":   {`"` + x(64*1024) + `"`, "must be at most 65536 bytes, is 65538"},
		"type":        {second(func(c *activity.Change) { c.Type = "Renamed" }), "type must be AlertsLinked, AlertsUnlinked, AlertsChanged or Propagated"},
		"actor kind":  {second(func(c *activity.Change) { c.ActorKind = "" }), "actorKind must be User, Operator or Unknown"},
		"no ticket":   {second(func(c *activity.Change) { c.Ticket = "" }), "ticket must be a number of at most 32 digits"},
		"ticket 0":    {second(func(c *activity.Change) { c.Ticket = "012" }), "ticket must be a number of at most 32 digits"},
		"long ticket": {second(func(c *activity.Change) { c.Ticket = strings.Repeat("9", 33) }), "ticket must be a number of at most 32 digits"},
		"no name":     {second(func(c *activity.Change) { c.Incident.Name = "" }), "incident.name must have 1 to 253 bytes"},
		"long name":   {second(func(c *activity.Change) { c.Incident.Name = x(254) }), "incident.name must have 1 to 253 bytes"},
		"no UID":      {second(func(c *activity.Change) { c.Incident.UID = "" }), "incident.uid must have 1 to 128 bytes"},
		"long UID":    {second(func(c *activity.Change) { c.Incident.UID = x(129) }), "incident.uid must have 1 to 128 bytes"},
		"no actor":    {second(func(c *activity.Change) { c.Actor = "" }), "actor must have 1 to 1024 bytes"},
		"long actor":  {second(func(c *activity.Change) { c.Actor = x(1025) }), "actor must have 1 to 1024 bytes"},
		"long other":  {second(func(c *activity.Change) { c.Other = x(254) }), "other must have 0 to 253 bytes"},
		"no field":    {second(func(c *activity.Change) { c.Fields = []v1alpha1.ActivityChange{fromTo("", "a", "b")} }), "fields must have names of 1 to 128 bytes"},
		"long field":  {second(func(c *activity.Change) { c.Fields = []v1alpha1.ActivityChange{fromTo(x(129), "a", "b")} }), "fields must have names of 1 to 128 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			want := test.want
			if !strings.HasPrefix(want, "must be") {
				want = "changes[1]." + want
			}
			trail, err := activity.ParseTrail(test.annotation)
			if err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
			if diff := cmp.Diff(activity.Trail{}, trail); diff != "" {
				t.Errorf("a refused trail must be empty, got:\n%s", diff)
			}
		})
	}
}

func TestParseTrailTakesWhatIsJustShortEnough(t *testing.T) {
	x := func(length int) string { return strings.Repeat("x", length) }
	trail := fullOfAll()
	trail.Changes[1] = activity.Change{
		Incident: v1alpha1.ActivityIncident{Name: x(253), UID: x(128)}, Ticket: strings.Repeat("9", 32), Type: activity.Edited,
		Actor: x(1024), ActorKind: v1alpha1.ActorUser, Other: x(253), Reason: x(256),
		Fields: []v1alpha1.ActivityChange{fromTo(x(128), "", x(256))},
	}
	if _, err := activity.ParseTrail(trail.String()); err != nil {
		t.Error(err)
	}
}

func FuzzParseTrail(f *testing.F) {
	f.Add("")
	f.Add("null")
	f.Add(`{"changes":[{}]}`)
	f.Add(`{"fields":{"spec.name":"\ud800"},"left":[],"generation":-1}`)
	f.Add(fullOfAll().String())
	f.Fuzz(func(t *testing.T, annotation string) {
		trail, err := activity.ParseTrail(annotation)
		if err != nil || len(trail.String()) > 64*1024 {
			return
		}
		again, err := activity.ParseTrail(trail.String())
		if err != nil {
			t.Fatalf("%q is not read again: %v", trail, err)
		}
		if again.String() != trail.String() {
			t.Errorf("%q became %q", trail, again)
		}
	})
}
