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

// Package suricata reads alerts among the events that Suricata writes (EVE, one JSON object a line). Its other records,
// such as flows, are refused as what they are.
package suricata

import (
	"fmt"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
)

// Format is Suricata's EVE output. An alert has no identity of its own: flow_id and tx_id are of one connection, so the
// signature and the two addresses tell one alert from another.
var Format = detect.Format{Name: "Suricata", Identity: identity, Decode: detect.Mapping{Map: mapEvent}.Decode}

var identity = []string{"alert.gid", "alert.signature_id|alert.signature", "src_ip", "dest_ip"}

// severities are the priorities of signatures: 1 is the most severe.
var severities = map[string]v1alpha1.Severity{
	"1": v1alpha1.SeverityHigh, "2": v1alpha1.SeverityMedium, "3": v1alpha1.SeverityLow, "4": v1alpha1.SeverityInformational,
}

func mapEvent(item detect.Object, d *detect.Draft) error {
	if kind := item.Text("event_type"); kind != "alert" {
		return &detect.Error{Reason: detect.ReasonNotAnAlert, Message: fmt.Sprintf("event_type must be alert, not %q", detect.Cut(kind, 64))}
	}
	alert := item.Object("alert")
	if alert.FirstText("signature_id", "signature") == "" {
		return &detect.Error{Reason: detect.ReasonMalformed, Message: "alert must have a signature or a signature_id"}
	}
	d.IdentifyBy(item.Lookup, identity...)
	d.Title(alert.Text("signature"), "alert.signature_id", "alert.signature")
	d.Describe(alert.Text("category"))
	d.Severity(alert.Text("severity"), severities)
	metadata := alert.Object("metadata")
	d.Category(metadata.Texts("mitre_tactic_name")...)
	d.Techniques(metadata.Texts("mitre_technique_id")...)
	d.Source("Suricata", item.FirstText("host", "in_iface"))
	d.Spec.FirstActivityTime = d.Time("firstActivityTime", item.Text("timestamp"))
	d.Spec.LastActivityTime = d.Spec.FirstActivityTime.DeepCopy()
	evidence(item, alert, d)
	if item.Text("payload") != "" || item.Text("packet") != "" {
		d.LeftOut("payload", "")
	}
	return nil
}

// evidence takes the sides from the signature if it tells them: the sender of a packet need not be the attacker.
func evidence(item, alert detect.Object, d *detect.Draft) {
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceIP, Name: strings.ToLower(alert.Object("source").Text("ip")), Role: v1alpha1.EvidenceAttacker})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceIP, Name: strings.ToLower(alert.Object("target").Text("ip")), Role: v1alpha1.EvidenceAffected})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceIP, Name: strings.ToLower(item.Text("src_ip")), Role: v1alpha1.EvidenceSource})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceIP, Name: strings.ToLower(item.Text("dest_ip")), Role: v1alpha1.EvidenceDestination})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceDNS, Name: strings.ToLower(item.Object("http").Text("hostname"))})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceURL, Name: item.Object("http").Text("url")})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceDNS, Name: strings.ToLower(item.Object("tls").Text("sni"))})
	dns := item.Object("dns")
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceDNS, Name: strings.ToLower(dns.Text("rrname"))})
	for _, list := range []string{"query", "queries"} {
		for _, query := range dns.Objects(list) {
			d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceDNS, Name: strings.ToLower(query.Text("rrname"))})
		}
	}
	for _, file := range item.Objects("files") {
		d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceFile, Name: file.Text("filename")})
	}
}
