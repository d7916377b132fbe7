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
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// vulnerabilityReport is what is used of a Trivy VulnerabilityReport.
type vulnerabilityReport struct {
	Metadata struct{ Labels map[string]string }
	Report   struct {
		Artifact        struct{ Repository, Tag string }
		Registry        struct{ Server string }
		UpdateTimestamp string
		Vulnerabilities []vulnerability
	}
}

type vulnerability struct {
	VulnerabilityID, Resource, Title, Severity  string
	InstalledVersion, FixedVersion, PrimaryLink string
}

func trivyManifests(data fs.FS, notes *remarks) ([]manifest, error) {
	content, err := fs.ReadFile(data, "policy-reports/trivy-adapter__vulnerabilityreport.yaml")
	if err != nil {
		return nil, fmt.Errorf("reading recorded data: %w", err)
	}
	var list struct{ Items []vulnerabilityReport }
	if err := yaml.Unmarshal(content, &list); err != nil {
		return nil, fmt.Errorf("decoding the vulnerability reports: %w", err)
	}
	return []manifest{{
		file:    "trivy.yaml",
		source:  "kubernetes-sigs/wg-policy-prototypes, output of the Trivy adapter",
		license: "Apache-2.0",
		alerts:  trivyAlerts(list.Items, notes),
	}}, nil
}

// trivyAlerts keeps the severe vulnerabilities: a sample shows what an alert looks like, not all that a scan finds.
func trivyAlerts(reports []vulnerabilityReport, notes *remarks) []v1alpha1.Alert {
	var alerts []v1alpha1.Alert
	for _, r := range reports {
		for _, v := range r.Report.Vulnerabilities {
			spec := trivySpec(r, v)
			if spec.Severity != v1alpha1.SeverityHigh && spec.Severity != v1alpha1.SeverityCritical {
				notes.add("trivy: left out: %s, severity %s", spec.Name, v.Severity)
				continue
			}
			alerts = append(alerts, newAlert(objectName(spec.Name, spec.Fingerprint), spec))
		}
	}
	return alerts
}

func trivySpec(r vulnerabilityReport, v vulnerability) v1alpha1.AlertSpec {
	labels := r.Metadata.Labels
	kind, workload, namespace := labels["imgvuln.resource.kind"], labels["imgvuln.resource.name"], labels["imgvuln.resource.namespace"]
	title, description := titleAndDescription(v.VulnerabilityID+" in "+v.Resource,
		fmt.Sprintf("%s\n\nInstalled version: %s\nFixed version: %s", v.Title, v.InstalledVersion, v.FixedVersion))
	var set evidenceSet
	if kind == "Pod" {
		set.add(v1alpha1.Evidence{Kind: v1alpha1.EvidencePod, Name: workload, Namespace: namespace, Role: v1alpha1.EvidenceAffected})
	}
	set.add(v1alpha1.Evidence{Kind: v1alpha1.EvidenceContainerImage, Name: image(r), Role: v1alpha1.EvidenceAffected})
	return v1alpha1.AlertSpec{
		Name:        title,
		Description: description,
		Severity:    severity(v.Severity),
		Category:    "Vulnerability",
		Source:      v1alpha1.AlertSource{Service: "Trivy", Detector: "VulnerabilityReport"},
		// The same vulnerability in another workload is another finding.
		Fingerprint:       strings.Join([]string{v.VulnerabilityID, v.Resource, kind, namespace, workload}, "/"),
		URL:               link(v.PrimaryLink),
		FirstActivityTime: moment(r.Report.UpdateTimestamp),
		Evidence:          set.items,
	}
}

// image is the reference under which the scanned image is pulled.
func image(r vulnerabilityReport) string {
	reference := r.Report.Artifact.Repository
	if server := r.Report.Registry.Server; server != "" {
		reference = server + "/" + reference
	}
	return reference + prefixed(":", r.Report.Artifact.Tag)
}
