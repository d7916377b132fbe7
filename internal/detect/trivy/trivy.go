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

// Keys under which split hands each vulnerability on, with what its report says of all of them.
const (
	vulnerabilityKey = "vulnerability"
	workloadKey      = "workload"
	imageKey         = "image"
	updatedKey       = "updated"
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
		items = append(items, vulnerabilities(report)...)
	}
	return items, nil, nil
}

// vulnerabilities are the items of one report; something else is one item that mapVulnerability refuses. What all share
// is read and cut here once: a long label of the report would else be read again for each of thousands.
func vulnerabilities(object detect.Object) []any {
	report := object.Object("report")
	list, ok := report["vulnerabilities"].([]any)
	if !ok {
		return []any{detect.Object{}}
	}
	w := workloadOf(object.Object("metadata").Object("labels"))
	reference := detect.Cut(image(report), maxImage)
	updated := detect.Cut(report.Text("updateTimestamp"), maxLabel)
	items := make([]any, 0, len(list))
	for _, vulnerability := range list {
		items = append(items, detect.Object{vulnerabilityKey: vulnerability, workloadKey: w, imageKey: reference, updatedKey: updated})
	}
	return items
}

func mapVulnerability(item detect.Object, d *detect.Draft) error {
	v := item.Object(vulnerabilityKey)
	if v.Text("vulnerabilityID") == "" {
		return &detect.Error{Reason: detect.ReasonMalformed, Message: "a VulnerabilityReport must have report.vulnerabilities, each with a vulnerabilityID"}
	}
	w, _ := item[workloadKey].(workload)
	d.IdentifyBy(func(field string) string { return w.field(field, v) }, identity...)
	d.Fingerprint(w.fingerprint(v))
	d.Title(v.Text("vulnerabilityID") + " in " + v.Text("resource"))
	d.Describe(v.Text("title"), fmt.Sprintf("Installed version: %s\nFixed version: %s", v.Text("installedVersion"), v.Text("fixedVersion")))
	d.Severity(v.Text("severity"), severities)
	d.Category("Vulnerability")
	d.Source("Trivy", "VulnerabilityReport")
	d.URL(v.Text("primaryLink"))
	d.Spec.FirstActivityTime = d.Time("firstActivityTime", item.Text(updatedKey))
	d.Evidence(w.evidence())
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceContainerImage, Name: item.Text(imageKey), Role: v1alpha1.EvidenceAffected})
	return nil
}

// workload is what the image runs in.
type workload struct {
	kind, name, namespace, container string
}

// Bounds in characters: a label value of Kubernetes is shorter, and so is what evidence may be named.
const (
	maxLabel = 253
	maxImage = 512
)

// workloadOf knows the labels of the Trivy operator and of the adapter.
func workloadOf(labels detect.Object) workload {
	label := func(names ...string) string { return detect.Cut(labels.FirstText(names...), maxLabel) }
	return workload{
		kind:      label("trivy-operator.resource.kind", "imgvuln.resource.kind"),
		name:      label("trivy-operator.resource.name", "imgvuln.resource.name"),
		namespace: label("trivy-operator.resource.namespace", "imgvuln.resource.namespace"),
		container: label("trivy-operator.container.name"),
	}
}

// field is what an identity may be made of: the workload, else a field of the vulnerability.
func (w workload) field(name string, v detect.Object) string {
	switch name {
	case "kind":
		return w.kind
	case "namespace":
		return w.namespace
	case "workload":
		return w.name
	case "container":
		return w.container
	default:
		return v.Lookup(name)
	}
}

func (w workload) evidence() v1alpha1.Evidence {
	e := v1alpha1.Evidence{Kind: v1alpha1.EvidencePod, Name: w.name, Namespace: w.namespace, Role: v1alpha1.EvidenceAffected}
	if w.kind != "Pod" && w.name != "" {
		e.Kind, e.Name = v1alpha1.EvidenceOther, strings.TrimSpace(w.kind+" "+w.name)
	}
	return e
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
