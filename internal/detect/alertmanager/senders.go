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

package alertmanager

import (
	"cmp"
	"strings"

	"github.com/incident-operator/incident-operator/internal/detect"
)

// fingerprintField is the field of the hash of all labels. It shadows a label of this name.
const fingerprintField = "fingerprint"

// sender is what differs between those who write labels.
type sender struct {
	service string
	// identity must leave out what differs from process to process, or nearly each event would be an alert of its own.
	identity    []string
	title       func(alert) string
	titleFields []string
}

var (
	// rules are alerting rules: of Prometheus and everybody who evaluates rules as it does.
	rules = sender{
		service: service, identity: []string{fingerprintField},
		title: func(a alert) string {
			return cmp.Or(a.labels.Text("alertname"), a.labels.Text("rule"), a.annotations.Text("summary"))
		},
		titleFields: []string{"alertname", fingerprintField},
	}
	// kubescape is Kubescape's node agent: one alert name for all rules, and labels that hold process and container ids.
	kubescape = sender{
		service:  "Kubescape",
		identity: []string{"alertname", "rule_id|rule_name|malware_name|file_name", "namespace", "pod_name|node_name|host", "container_name"},
		title: func(a alert) string {
			return cmp.Or(a.labels.FirstText("rule_name", "malware_name", "file_name"), a.labels.Text("alertname"))
		},
		titleFields: []string{"rule_id", "rule_name", "malware_name", "file_name"},
	}
	// falcosidekick makes labels of all that Falco tells, times and process ids among them, and sets no alert name.
	falcosidekick = sender{
		service:     "Falco",
		identity:    []string{"rule", "eventsource", "k8s_ns_name|ka_target_namespace", "k8s_pod_name|ka_target_name|hostname", "container_name"},
		title:       func(a alert) string { return a.labels.Text("rule") },
		titleFields: []string{"rule"},
	}
)

func senderOf(labels detect.Object) sender {
	name := labels.Text("alertname")
	switch {
	case strings.HasPrefix(name, "Kubescape"):
		return kubescape
	case name == "" && labels.Text("source") == "falco" && labels.Text("rule") != "":
		return falcosidekick
	default:
		return rules
	}
}
