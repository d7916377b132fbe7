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

// Package trivy reads VulnerabilityReports of the Trivy operator and of the Trivy adapter of the policy working group:
// one object, a list of them or a Kubernetes List, each vulnerability being an alert.
package trivy

import (
	"fmt"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
)

// Format is a VulnerabilityReport. The same vulnerability in another workload is another finding.
var Format = detect.Format{
	Name: "Trivy", Identity: identity, Decode: detect.Mapping{Split: split, Map: mapVulnerability}.Decode,
}

var identity = []string{"vulnerabilityID", "resource", "kind", "namespace", "workload", "container"}

// severities takes UNKNOWN, which says that nobody has rated it yet, for informational.
var severities = map[string]v1alpha1.Severity{"unknown": v1alpha1.SeverityInformational}

// Keys under which split hands each vulnerability on, with the report that it stands in.
const (
	reportKey        = "report"
	vulnerabilityKey = "vulnerability"
)

func split(document any) ([]any, []detect.Note, error) {
	reports := []any{document}
	if object, ok := document.(detect.Object); ok && object["items"] != nil {
		reports = object.List("items")
	} else if list, ok := document.([]any); ok {
		reports = list
	}
	var items []any
	for _, value := range reports {
		report, _ := value.(detect.Object)
		vulnerabilities, ok := report.Object("report")["vulnerabilities"].([]any)
		if !ok {
			// Map refuses it, so that it is counted.
			items = append(items, detect.Object{})
			continue
		}
		for _, vulnerability := range vulnerabilities {
			items = append(items, detect.Object{reportKey: report, vulnerabilityKey: vulnerability})
		}
	}
	return items, nil, nil
}

func mapVulnerability(item detect.Object, d *detect.Draft) error {
	report, v := item.Object(reportKey), item.Object(vulnerabilityKey)
	if v.Text("vulnerabilityID") == "" {
		return &detect.Error{Reason: detect.ReasonMalformed, Message: "a VulnerabilityReport must have report.vulnerabilities, each with a vulnerabilityID"}
	}
	w := workloadOf(report.Object("metadata").Object("labels"))
	d.IdentifyBy(func(field string) string {
		switch field {
		case "kind":
			return w.kind
		case "namespace":
			return w.namespace
		case "workload":
			return w.name
		case "container":
			return w.container
		default:
			return v.Lookup(field)
		}
	}, identity...)
	d.Fingerprint(w.fingerprint(v))
	d.Title(v.Text("vulnerabilityID") + " in " + v.Text("resource"))
	d.Describe(v.Text("title"), fmt.Sprintf("Installed version: %s\nFixed version: %s", v.Text("installedVersion"), v.Text("fixedVersion")))
	d.Severity(v.Text("severity"), severities)
	d.Category("Vulnerability")
	d.Source("Trivy", "VulnerabilityReport")
	d.URL(v.Text("primaryLink"))
	d.Spec.FirstActivityTime = d.Time("firstActivityTime", report.Object("report").Text("updateTimestamp"))
	if w.kind == "Pod" {
		d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidencePod, Name: w.name, Namespace: w.namespace, Role: v1alpha1.EvidenceAffected})
	} else if w.name != "" {
		d.Evidence(v1alpha1.Evidence{
			Kind: v1alpha1.EvidenceOther, Name: strings.TrimSpace(w.kind + " " + w.name), Namespace: w.namespace, Role: v1alpha1.EvidenceAffected,
		})
	}
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceContainerImage, Name: image(report.Object("report")), Role: v1alpha1.EvidenceAffected})
	return nil
}

// workload is what the image runs in.
type workload struct {
	kind, name, namespace, container string
}

// workloadOf knows the labels of the Trivy operator and of the adapter.
func workloadOf(labels detect.Object) workload {
	return workload{
		kind:      labels.FirstText("trivy-operator.resource.kind", "imgvuln.resource.kind"),
		name:      labels.FirstText("trivy-operator.resource.name", "imgvuln.resource.name"),
		namespace: labels.FirstText("trivy-operator.resource.namespace", "imgvuln.resource.namespace"),
		container: labels.Text("trivy-operator.container.name"),
	}
}

func (w workload) fingerprint(v detect.Object) string {
	parts := []string{v.Text("vulnerabilityID"), v.Text("resource"), w.kind, w.namespace, w.name}
	if w.container != "" {
		parts = append(parts, w.container)
	}
	return strings.Join(parts, "/")
}

// image is the reference under which the scanned image is pulled.
func image(report detect.Object) string {
	reference := report.Object("artifact").Text("repository")
	if server := report.Object("registry").Text("server"); server != "" {
		reference = server + "/" + reference
	}
	if tag := report.Object("artifact").Text("tag"); tag != "" {
		reference += ":" + tag
	}
	return reference
}
