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

package main

import (
	"cmp"
	"io/fs"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// webhook is what is used of a delivery by Alertmanager.
type webhook struct {
	Alerts          []webhookAlert
	TruncatedAlerts int
}

type webhookAlert struct {
	Status, StartsAt, GeneratorURL, Fingerprint string
	Labels, Annotations                         map[string]string
}

func alertmanagerManifests(data fs.FS, notes *remarks) ([]manifest, error) {
	deliveries, err := readLines[webhook](data, "alertmanager/captured.jsonl")
	if err != nil {
		return nil, err
	}
	return []manifest{{
		file:    "alertmanager.yaml",
		source:  "webhook deliveries captured from Alertmanager 0.25",
		license: "Apache-2.0",
		alerts:  alertmanagerAlerts(deliveries, notes),
	}}, nil
}

// alertmanagerAlerts takes each alert as it first fired. Later deliveries repeat or resolve it, and a sample must not
// start resolved.
func alertmanagerAlerts(deliveries []webhook, notes *remarks) []v1alpha1.Alert {
	var alerts []v1alpha1.Alert
	known := map[string]bool{}
	for i, delivery := range deliveries {
		if delivery.TruncatedAlerts > 0 {
			notes.add("alertmanager: delivery %d: %d alerts were truncated by the sender", i+1, delivery.TruncatedAlerts)
		}
		for _, a := range delivery.Alerts {
			if known[a.Fingerprint] || a.Status != "firing" {
				notes.add("alertmanager: delivery %d: left out: %s (%s): only the first firing counts", i+1, a.Fingerprint, a.Status)
				continue
			}
			known[a.Fingerprint] = true
			title := cmp.Or(a.Labels["alertname"], a.Annotations["summary"])
			alerts = append(alerts, newAlert(objectName(title+" "+a.Labels["pod"], a.Fingerprint), alertmanagerSpec(title, a)))
		}
	}
	return alerts
}

func alertmanagerSpec(title string, a webhookAlert) v1alpha1.AlertSpec {
	title, description := titleAndDescription(title, a.Annotations["summary"]+"\n\n"+a.Annotations["description"])
	namespace := a.Labels["namespace"]
	var set evidenceSet
	set.add(v1alpha1.Evidence{Kind: v1alpha1.EvidencePod, Name: a.Labels["pod"], Namespace: namespace, Role: v1alpha1.EvidenceAffected})
	set.add(v1alpha1.Evidence{Kind: v1alpha1.EvidenceContainer, Name: container(a.Labels), Namespace: namespace})
	set.add(v1alpha1.Evidence{Kind: v1alpha1.EvidenceNode, Name: strings.ToLower(a.Labels["node"]), Role: v1alpha1.EvidenceContextual})
	return v1alpha1.AlertSpec{
		Name:              title,
		Description:       description,
		Severity:          severity(a.Labels["severity"]),
		Source:            v1alpha1.AlertSource{Service: "Alertmanager", Detector: cut(escape(a.Labels["source"], ""), maxSource)},
		Fingerprint:       a.Fingerprint,
		URL:               link(a.GeneratorURL),
		FirstActivityTime: moment(a.StartsAt),
		Evidence:          set.items,
	}
}

// container is named within its pod: many pods have a container of the same name.
func container(labels map[string]string) string {
	if labels["container"] == "" || labels["pod"] == "" {
		return labels["container"]
	}
	return labels["pod"] + "/" + labels["container"]
}
