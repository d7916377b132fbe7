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

package delivery_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/delivery"
)

var now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// event is one of Falco's, so many minutes before now.
func event(rule, host, priority string, minutes int) string {
	return fmt.Sprintf(`{"rule":%q,"source":"syscall","hostname":%q,"priority":%q,"time":%q}`,
		rule, host, priority, now.Add(-time.Duration(minutes)*time.Minute).Format(time.RFC3339))
}

func read(t *testing.T, spec v1alpha1.AlertSourceSpec, lines ...string) delivery.Delivery {
	t.Helper()
	source := &v1alpha1.AlertSource{Spec: spec}
	source.Namespace, source.Name = "soc", "falco"
	if spec.Format == "" {
		source.Spec.Format = "Falco"
	}
	ready, err := delivery.NewSource(source)
	if err != nil {
		t.Fatal(err)
	}
	return ready.Read(nil, []byte(strings.Join(lines, "\n")), now)
}

func TestEventsOfOneAlertAreJoined(t *testing.T) {
	d := read(t, v1alpha1.AlertSourceSpec{},
		event("Shell", "n1", "Warning", 5), event("Write", "n1", "Error", 4), event("Shell", "n1", "Critical", 3), event("Shell", "n2", "Warning", 2))
	var items [][]int
	for _, alert := range d.Alerts {
		items = append(items, alert.Items)
		if !strings.HasPrefix(alert.Name, strings.ToLower(alert.Signal.Spec.Name)+"-") {
			t.Errorf("the name %s does not begin with the rule %s", alert.Name, alert.Signal.Spec.Name)
		}
	}
	if diff := cmp.Diff([][]int{{0, 2}, {1}, {3}}, items); diff != "" || d.Items != 4 {
		t.Errorf("items of %d (-want +got):\n%s", d.Items, diff)
	}
	first := d.Alerts[0].Signal
	if first.Count != 2 || first.Spec.Severity != v1alpha1.SeverityCritical {
		t.Errorf("got %+v", first)
	}
	if last := first.Spec.LastActivityTime.Time; !last.Equal(now.Add(-3 * time.Minute)) {
		t.Errorf("it was last seen at %s", last)
	}
}

func TestTheSourceCompletesAndDrops(t *testing.T) {
	spec := v1alpha1.AlertSourceSpec{
		IdentityLabels: []v1alpha1.IdentityField{"rule"},
		SeverityMap:    map[string]v1alpha1.Severity{"loud": v1alpha1.SeverityHigh},
		Defaults:       v1alpha1.AlertDefaults{Tags: []v1alpha1.Tag{"edge"}, Category: "Execution", Service: "Falco (edge)"},
		Drop:           `alert.metadata.labels["incidentoperator.dev/source"] == "falco" && alert.spec.severity == "Medium"`,
	}
	spec.ExpireAfter.Duration = time.Hour
	d := read(t, spec, event("Shell", "n1", "Loud", 5), event("Shell", "n2", "Loud", 4), event("Write", "n1", "Warning", 3), event("Read", "n1", "Unheard", 3), `{}`)
	if len(d.Alerts) != 2 || d.Dropped != 1 || len(d.Refusals) != 1 || d.Items != 5 || d.Notes[detect.NoteUnknownSeverity] != 1 || d.Undecided != 0 {
		t.Fatalf("got %+v", d)
	}
	got := d.Alerts[0].Signal
	if got.Spec.Severity != v1alpha1.SeverityHigh || got.Spec.Category != "Execution" || got.Spec.Source.Service != "Falco (edge)" ||
		!cmp.Equal(got.Spec.Tags, []v1alpha1.Tag{"edge"}) || !got.Expires.Equal(now.Add(time.Hour)) || got.Lasting || got.Count != 2 {
		t.Errorf("got %+v", got)
	}
}

// An alert is never lost for an expression that fails.
func TestAnExpressionThatFailsDropsNothing(t *testing.T) {
	d := read(t, v1alpha1.AlertSourceSpec{Drop: `alert.spec.evidence[9].name == "x"`}, event("Shell", "n1", "Warning", 5))
	if len(d.Alerts) != 1 || d.Undecided != 1 || d.Dropped != 0 {
		t.Errorf("got %+v", d)
	}
}

func TestTheSendersEndIsKept(t *testing.T) {
	const form = `[{"labels":{"alertname":"A"},"startsAt":"2026-11-26T11:00:00Z","endsAt":%q}]`
	lasting := read(t, v1alpha1.AlertSourceSpec{Format: "AlertmanagerAPI"}, fmt.Sprintf(form, "2026-11-26T12:04:00Z")).Alerts[0].Signal
	if !lasting.Lasting || lasting.Resolved || !lasting.Expires.Equal(now.Add(2*time.Hour)) {
		t.Errorf("got %+v", lasting)
	}
	over := read(t, v1alpha1.AlertSourceSpec{Format: "AlertmanagerAPI"}, fmt.Sprintf(form, "2026-11-26T11:30:00Z")).Alerts[0].Signal
	if over.Lasting || !over.Resolved || !over.Ended.Equal(now.Add(-30*time.Minute)) {
		t.Errorf("got %+v", over)
	}
}

func TestNewSourceNamesTheField(t *testing.T) {
	for field, spec := range map[string]v1alpha1.AlertSourceSpec{
		"spec.format": {Format: "Splunk"},
		"spec.drop":   {Format: "Falco", Drop: "alert.spec.nonsense"},
	} {
		_, err := delivery.NewSource(&v1alpha1.AlertSource{Spec: spec})
		if err == nil || !strings.HasPrefix(err.Error(), field+": ") {
			t.Errorf("got %v, want an error about %s", err, field)
		}
	}
}
