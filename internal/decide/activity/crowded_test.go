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
	"testing"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// TestACrowdedLog tells what one user did in a row as one entry, and what several did apart.
func TestACrowdedLog(t *testing.T) {
	s := begun(t).edit(all(assign("dave"), func(i *v1alpha1.Incident) { i.Spec.Name = "N" })).notes(
		`1 1 "alice" created "" ""`,
		`2 2 "bob" assignee "" "x"`, `3 3 "bob" name "" "M"`, `4 4 "bob" assignee "x" "y"`, `5 5 "bob" name "M" "N"`,
		`6 6 "carol" assignee "y" "z"`, `7 7 "carol" assignee "z" "y"`,
		`8 8 + 2 "carol"`,
		`9 10 "carol" assignee "y" "dave"`,
	)
	s.facts.Incident.Generation = 10
	s.facts.Crowded = true
	s.expect(
		"Assigned bob: 4 requests by bob, told as one: name: none → N; assignee: none → y covers=4 requests=4",
		"Edited carol: 2 requests by carol, told as one: nothing that differs from before covers=2 requests=2",
		"Edited carol: 2 requests by carol, noted by their number only: nothing that differs from before covers=1 requests=2",
		"Assigned carol: assignee: y → dave covers=2",
	)
	if end := s.last().After; end.Notes != 9 || *end.Generation != 10 {
		t.Errorf("the log has taken %d notes up to generation %d, want 9 and 10", end.Notes, *end.Generation)
	}
}

func TestACrowdedLogTellsEditsOfAnAlertByTheirNumber(t *testing.T) {
	s := begun(t)
	s.facts.Counts.Total, s.facts.Crowded = 1, true
	s.alert("a", "inc", fresh,
		`2 2 "bob" `+ours+` severity "" "Low"`, `3 3 "bob" `+ours+` severity "Low" "High"`,
		`4 4 "bob" `+ours+` incidentRef "inc" "other"`, `5 5 "bob" in "other" "" incidentRef "other" "inc"`,
		`6 6 "bob" `+ours+` severity "High" "Low"`, `7 7 "carol" `+ours+` severity "Low" "High"`,
	)
	s.expect(
		"AlertsLinked eve: 1 alert alerts=a",
		"AlertsChanged bob: 1 alert: 2 requests that are told by their number only requests=2 alerts=a",
		"AlertsUnlinked bob: 1 alert to other other=other alerts=a",
		"AlertsLinked bob: 1 alert from other other=other alerts=a",
		"AlertsChanged bob: 1 alert: severity: High → Low alerts=a",
		"AlertsChanged carol: 1 alert: severity: Low → High alerts=a",
	)
}

func TestACrowdedLogWaits(t *testing.T) {
	s := begun(t).edit(assign("bob")).notes(`1 1 "alice" created "" ""`, `2 2 "bob" assignee "" "bob"`)
	s.facts.Incident.Generation = 2
	s.facts.Crowded, s.facts.Gathering = true, true
	s.expect()
	s.facts.Gathering = false
	s.expect("Assigned bob: assignee: none → bob covers=1")
}
