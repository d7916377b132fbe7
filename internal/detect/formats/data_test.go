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

package formats_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/detecttest"
	"github.com/incident-operator/incident-operator/internal/detect/formats"
)

// recordings is a folder of what real detectors sent, which need not be there: it is too large and partly not free
// enough to be part of this repository.
var recordings = filepath.Join("..", "..", "..", "..", "shared", "data")

// TestRecordings counts what comes out of each recording: items in are events plus refusals, each with its reason.
func TestRecordings(t *testing.T) {
	if _, err := os.Stat(recordings); err != nil {
		return // The tables of each format's own package hold without it.
	}
	for file, tc := range map[string]struct {
		format  string
		events  int
		refused map[detect.Reason]int
		// identities is how many alerts the events are.
		identities int
		// unknown is how many bear a severity that nobody knows, such as Sev1.
		unknown int
	}{
		"microsoft-incidents/alerts.jsonl":                       {format: "MicrosoftSentinel", events: 160, identities: 160},
		"microsoft-incidents/incidents.jsonl":                    {format: "MicrosoftSentinel", refused: map[detect.Reason]int{detect.ReasonNotAnAlert: 5}},
		"falco/events.jsonl":                                     {format: "Falco", events: 5, identities: 3},
		"alertmanager/captured.jsonl":                            {format: "AlertmanagerWebhook", events: 12, identities: 7},
		"alertmanager/multiple-alerts.json":                      {format: "AlertmanagerWebhook", events: 3, identities: 3},
		"alertmanager/pod-crash-alert.json":                      {format: "AlertmanagerWebhook", events: 1, identities: 1},
		"alertmanager/prometheus-alert-sev1.json":                {format: "AlertmanagerWebhook", events: 1, identities: 1, unknown: 1},
		"alertmanager/resolved-alert.json":                       {format: "AlertmanagerWebhook", events: 1, identities: 1},
		"alertmanager/invalid-payload.json":                      {format: "AlertmanagerWebhook", refused: map[detect.Reason]int{detect.ReasonMalformed: 1}},
		"wazuh/wazuh_attack_lines.json":                          {format: "Wazuh", events: 100, identities: 37},
		"wazuh/wazuh_no_attack_lines.json":                       {format: "Wazuh", events: 100, identities: 17},
		"ait-ads/russellmitchell_attack_window.csv":              {format: "AITADS", events: 19_840, identities: 136},
		"ait-ads/shaw_attack_window.csv":                         {format: "AITADS", events: 14_781, identities: 83},
		"policy-reports/trivy-adapter__vulnerabilityreport.yaml": {format: "Trivy", events: 14, identities: 14},
		"policy-reports/trivy-adapter__policyreport.yaml":        {format: "Trivy", refused: map[detect.Reason]int{detect.ReasonMalformed: 1}},
		"policy-reports/kubearmor-adapter__res.yaml":             {format: "Trivy", refused: map[detect.Reason]int{detect.ReasonMalformed: 1}},
		"policy-reports/kube-bench-adapter__policy-report.yaml":  {format: "Trivy", refused: map[detect.Reason]int{detect.ReasonMalformed: 1}},
	} {
		t.Run(file, func(t *testing.T) {
			format, err := formats.Find(tc.format)
			if err != nil {
				t.Fatal(err)
			}
			batch := detecttest.Check(t, format, recording(t, file), detecttest.Reading())
			var refused map[detect.Reason]int
			for _, refusal := range batch.Refusals {
				if refused == nil {
					refused = map[detect.Reason]int{}
				}
				refused[refusal.Reason] += refusal.Count
			}
			if diff := cmp.Diff(tc.refused, refused); diff != "" {
				t.Errorf("refused (-want +got):\n%s", diff)
			}
			identities, unknown := map[string]bool{}, 0
			for _, event := range batch.Events {
				identities[event.Identity] = true
				for _, note := range event.Notes {
					switch note.Kind {
					case detect.NoteLeftOut, detect.NoteCut:
					case detect.NoteUnknownSeverity:
						unknown++
					default:
						t.Errorf("event %d: %s", event.Index, note)
					}
				}
			}
			if len(batch.Events) != tc.events || len(identities) != tc.identities {
				t.Errorf("got %d events of %d alerts, want %d of %d", len(batch.Events), len(identities), tc.events, tc.identities)
			}
			if unknown != tc.unknown {
				t.Errorf("%d severities are unknown, want %d", unknown, tc.unknown)
			}
		})
	}
}

func recording(t *testing.T, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(recordings, file))
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Ext(file) != ".yaml" {
		return content
	}
	content, err = yaml.YAMLToJSON(content)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
