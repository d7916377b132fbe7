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
	"fmt"
	"io/fs"
	"slices"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect/alertmanager"
)

func alertmanagerManifests(data fs.FS, notes *remarks) ([]manifest, error) {
	deliveries, err := fs.ReadFile(data, "alertmanager/captured.jsonl")
	if err != nil {
		return nil, fmt.Errorf("reading recorded data: %w", err)
	}
	alerts, err := alertmanagerAlerts(deliveries, notes)
	if err != nil {
		return nil, err
	}
	return []manifest{{
		file:    "alertmanager.yaml",
		source:  "webhook deliveries captured from Alertmanager 0.25",
		license: "Apache-2.0",
		alerts:  alerts,
	}}, nil
}

// alertmanagerAlerts takes each alert as it first fired. Later deliveries repeat or resolve it, and a sample must not
// start resolved.
func alertmanagerAlerts(deliveries []byte, notes *remarks) ([]v1alpha1.Alert, error) {
	batch, err := decode(alertmanager.Webhook, deliveries, notes)
	if err != nil {
		return nil, err
	}
	var alerts []v1alpha1.Alert
	known := map[string]bool{}
	for _, event := range batch.Events {
		spec := event.Spec
		if known[spec.Fingerprint] || event.Resolved {
			notes.add("alertmanager: alert %d: left out: %s: only the first firing counts", event.Index+1, spec.Fingerprint)
			continue
		}
		known[spec.Fingerprint] = true
		name := objectName(spec.Name+" "+pod(spec), spec.Fingerprint)
		notes.event("alertmanager: alert "+name, event)
		alerts = append(alerts, newAlert(name, spec))
	}
	return alerts, nil
}

func pod(spec v1alpha1.AlertSpec) string {
	i := slices.IndexFunc(spec.Evidence, func(e v1alpha1.Evidence) bool { return e.Kind == v1alpha1.EvidencePod })
	if i < 0 {
		return ""
	}
	return spec.Evidence[i].Name
}
