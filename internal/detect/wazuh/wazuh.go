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

// Package wazuh reads alerts of Wazuh (alerts.json and its integrations): one JSON object each, or one a line.
package wazuh

import (
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
)

// Format is Wazuh's alert. Its id is of one log line, so the rule, the agent and the origin tell one alert from another;
// data.alert.signature_id tells Suricata's signatures apart, which Wazuh reports under one rule.
var Format = detect.Format{Name: "Wazuh", Identity: identity, Decode: detect.Mapping{Map: mapAlert}.Decode}

var identity = []string{"rule.id", "agent.id|agent.name|agent.ip", "predecoder.hostname", "data.srcip|data.src_ip", "data.alert.signature_id"}

// levels are those of Wazuh's own dashboard: low to 6, medium to 11, high to 14, critical above.
var levels = map[string]v1alpha1.Severity{
	"0": v1alpha1.SeverityLow, "1": v1alpha1.SeverityLow, "2": v1alpha1.SeverityLow, "3": v1alpha1.SeverityLow,
	"4": v1alpha1.SeverityLow, "5": v1alpha1.SeverityLow, "6": v1alpha1.SeverityLow,
	"7": v1alpha1.SeverityMedium, "8": v1alpha1.SeverityMedium, "9": v1alpha1.SeverityMedium,
	"10": v1alpha1.SeverityMedium, "11": v1alpha1.SeverityMedium,
	"12": v1alpha1.SeverityHigh, "13": v1alpha1.SeverityHigh, "14": v1alpha1.SeverityHigh,
	"15": v1alpha1.SeverityCritical, "16": v1alpha1.SeverityCritical,
}

func mapAlert(item detect.Object, d *detect.Draft) error {
	rule := item.Object("rule")
	if rule.FirstText("id", "description") == "" {
		return &detect.Error{Reason: detect.ReasonMalformed, Message: "an alert of Wazuh must have a rule with an id or a description"}
	}
	mitre, data := rule.Object("mitre"), item.Object("data")
	d.IdentifyBy(item.Lookup, identity...)
	// The description is not fixed by the rule: it may bear values of the event.
	d.Title(rule.Text("description"))
	d.Describe(item.Text("full_log"))
	d.Severity(rule.Text("level"), levels)
	d.Category(mitre.Texts("tactic")...)
	d.Techniques(mitre.Texts("id")...)
	d.Source("Wazuh", item.Object("decoder").Text("name"))
	d.Spec.FirstActivityTime = d.Time("firstActivityTime", item.FirstText("timestamp", "@timestamp"))
	d.Spec.LastActivityTime = d.Spec.FirstActivityTime.DeepCopy()
	evidence(item, data, d)
	for _, key := range data.Keys() {
		if !placed[key] {
			d.LeftOut("data", key)
		}
	}
	return nil
}

// placed are the keys of data that have a place in an alert.
var placed = map[string]bool{
	"srcip": true, "src_ip": true, "dstip": true, "dest_ip": true, "srcuser": true, "dstuser": true, "url": true, "command": true,
}

func evidence(item, data detect.Object, d *detect.Draft) {
	agent := item.Object("agent")
	// An agent may forward the log of another host, which the log line names.
	hostname := item.Object("predecoder").Text("hostname")
	if hostname == "" {
		hostname = agent.Text("name")
	}
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceDevice, Name: strings.ToLower(hostname), Role: v1alpha1.EvidenceAffected})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceIP, Name: strings.ToLower(agent.Text("ip")), Role: v1alpha1.EvidenceAffected})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceIP, Name: strings.ToLower(data.FirstText("srcip", "src_ip")), Role: v1alpha1.EvidenceSource})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceIP, Name: strings.ToLower(data.FirstText("dstip", "dest_ip")), Role: v1alpha1.EvidenceDestination})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceUser, Name: data.Text("srcuser"), Role: v1alpha1.EvidenceSource})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceUser, Name: data.Text("dstuser"), Role: v1alpha1.EvidenceDestination})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceURL, Name: data.Text("url")})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceProcess, Name: data.Text("command")})
}
