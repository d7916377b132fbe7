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

	"sigs.k8s.io/yaml"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect/trivy"
)

func trivyManifests(data fs.FS, notes *remarks) ([]manifest, error) {
	content, err := fs.ReadFile(data, "policy-reports/trivy-adapter__vulnerabilityreport.yaml")
	if err != nil {
		return nil, fmt.Errorf("reading recorded data: %w", err)
	}
	reports, err := yaml.YAMLToJSON(content)
	if err != nil {
		return nil, fmt.Errorf("decoding the vulnerability reports: %w", err)
	}
	alerts, err := trivyAlerts(reports, notes)
	if err != nil {
		return nil, err
	}
	return []manifest{{
		file:    "trivy.yaml",
		source:  "kubernetes-sigs/wg-policy-prototypes, output of the Trivy adapter",
		license: "Apache-2.0",
		alerts:  alerts,
	}}, nil
}

// trivyAlerts keeps the severe vulnerabilities: a sample shows what an alert looks like, not all that a scan finds.
func trivyAlerts(reports []byte, notes *remarks) ([]v1alpha1.Alert, error) {
	batch, err := decode(trivy.Format, reports, notes)
	if err != nil {
		return nil, err
	}
	var alerts []v1alpha1.Alert
	for _, event := range batch.Events {
		spec := event.Spec
		if spec.Severity != v1alpha1.SeverityHigh && spec.Severity != v1alpha1.SeverityCritical {
			notes.add("trivy: left out: %s, severity %s", spec.Name, spec.Severity)
			continue
		}
		name := objectName(spec.Name, spec.Fingerprint)
		notes.event("trivy: alert "+name, event)
		alerts = append(alerts, newAlert(name, spec))
	}
	return alerts, nil
}
