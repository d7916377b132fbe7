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

package receiver

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/yaml"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// recordings is real detector output, if the machine has it.
var recordings = filepath.Join("..", "..", "..", "shared", "data")

// recording is a file of it.
type recording struct {
	file   string
	format v1alpha1.AlertFormat
	// items is how many alerts the file holds, alerts how many different ones, refused how many are refused.
	items, alerts, refused int
}

var recorded = []recording{
	{"microsoft-incidents/alerts.jsonl", "MicrosoftSentinel", 160, 160, 0},
	{"microsoft-incidents/incidents.jsonl", "MicrosoftSentinel", 5, 0, 5},
	{"falco/events.jsonl", "Falco", 5, 3, 0},
	{"alertmanager/captured.jsonl", "AlertmanagerWebhook", 12, 7, 0},
	{"alertmanager/multiple-alerts.json", "AlertmanagerWebhook", 3, 3, 0},
	{"alertmanager/pod-crash-alert.json", "AlertmanagerWebhook", 1, 1, 0},
	{"alertmanager/prometheus-alert-sev1.json", "AlertmanagerWebhook", 1, 1, 0},
	{"alertmanager/resolved-alert.json", "AlertmanagerWebhook", 1, 1, 0},
	{"alertmanager/invalid-payload.json", "AlertmanagerWebhook", 1, 0, 1},
	{"wazuh/wazuh_attack_lines.json", "Wazuh", 100, 37, 0},
	{"wazuh/wazuh_no_attack_lines.json", "Wazuh", 100, 17, 0},
	{"ait-ads/russellmitchell_attack_window.csv", "AITADS", 19_840, 136, 0},
	{"ait-ads/shaw_attack_window.csv", "AITADS", 14_781, 83, 0},
	{"policy-reports/trivy-adapter__vulnerabilityreport.yaml", "Trivy", 14, 14, 0},
	{"policy-reports/trivy-adapter__policyreport.yaml", "Trivy", 1, 0, 1},
	{"policy-reports/kubearmor-adapter__res.yaml", "Trivy", 1, 0, 1},
	{"policy-reports/kube-bench-adapter__policy-report.yaml", "Trivy", 1, 0, 1},
}

// posts cuts a file into bodies that the receiver takes: at lines, with the head of a CSV before each.
func (r recording) posts() [][]byte {
	GinkgoHelper()
	content, err := os.ReadFile(filepath.Join(recordings, r.file))
	Expect(err).NotTo(HaveOccurred())
	if filepath.Ext(r.file) == ".yaml" {
		content, err = yaml.YAMLToJSON(content)
		Expect(err).NotTo(HaveOccurred())
	}
	const most = 512 << 10
	if len(content) <= most {
		return [][]byte{content}
	}
	head := ""
	lines := strings.SplitAfter(string(content), "\n")
	if filepath.Ext(r.file) == ".csv" {
		head, lines = lines[0], lines[1:]
	}
	var bodies [][]byte
	body := bytes.NewBufferString(head)
	for _, line := range lines {
		if body.Len()+len(line) > most {
			bodies = append(bodies, body.Bytes())
			body = bytes.NewBufferString(head)
		}
		body.WriteString(line)
	}
	return append(bodies, body.Bytes())
}

var _ = Describe("Real detector output", Ordered, func() {
	var (
		r *replica
		// Wiring and certificates are the same for all.
		namespace, token string
	)
	BeforeAll(func(ctx context.Context) {
		if _, err := os.Stat(recordings); err != nil {
			return // The specs below are empty without it.
		}
		// What is new waits a moment, as it does in the product, so that the second pass meets what waits as well.
		r = newReplica(ctx, settings{interval: time.Second})
		namespace = newNamespace(ctx)
		newSender(ctx, namespace, "sender", "")
		token = tokenOf(ctx, namespace, "sender")
	})

	It("is stored or refused with a reason, each of it, and a second pass writes nothing", func(ctx context.Context) {
		for _, recording := range recorded {
			if r == nil {
				return
			}
			name := strings.ToLower(strings.NewReplacer("/", "-", "_", "-", ".", "-").Replace(recording.file))
			name = name[max(0, len(name)-40):]
			name = strings.Trim(name, "-")
			newSource(ctx, namespace, name, v1alpha1.AlertSourceSpec{Format: recording.format})
			r.knows(ctx, namespace, name, token)
			r.tally.Take(keyOf(namespace, name))
			for pass := range 2 {
				if pass == 1 {
					r.settle()
				}
				before := r.writes.Load()
				items, stored, refused := 0, 0, 0
				for _, body := range recording.posts() {
					got := r.post(ctx, namespace, name, token, body)
					Expect(got.code).To(BeElementOf(http.StatusOK, http.StatusMultiStatus, http.StatusBadRequest), "%s: %s", recording.file, got.body)
					items += got.answer.Received
					stored += got.answer.Stored
					refused += got.answer.RefusedTotal
					for _, r := range got.answer.Refused {
						GinkgoWriter.Printf("%s: item %d refused: %s: %s\n", recording.file, r.Index, r.Reason, r.Message)
						Expect(r.Reason).NotTo(BeEmpty())
						Expect(r.Message).NotTo(BeEmpty())
					}
				}
				Expect([]int{items, stored + refused, refused}).To(Equal([]int{recording.items, recording.items, recording.refused}), recording.file)
				counts, _ := r.tally.Take(keyOf(namespace, name))
				Expect(counts.Received()).To(BeEquivalentTo(recording.items), recording.file)
				if pass == 1 {
					r.settle()
					Expect(r.writes.Load()-before).To(BeZero(), "writes of the second pass of %s", recording.file)
				}
			}
			alerts := slices.DeleteFunc(alertsIn(ctx, namespace), func(a v1alpha1.Alert) bool { return a.Labels[v1alpha1.SourceLabel] != name })
			Expect(alerts).To(HaveLen(recording.alerts), recording.file)
			GinkgoWriter.Printf("%s: %d alerts of %d items\n", recording.file, len(alerts), recording.items)
		}
	})
})
