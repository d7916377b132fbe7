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

// Package manifest reads this product's own Alert as JSON: one object, a list of them, an AlertList or a Kubernetes
// List.
package manifest

import (
	"fmt"
	"slices"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
)

// Format is the Alert of the API. What people decide (assignee, resolution, classification, tags, incidentRef) is no
// detector's to say and left out, but a resolution is taken for the signal that the alert is over.
var Format = detect.Format{
	Name: "Alert", Identity: identity, Decode: detect.Mapping{Split: split, Map: mapAlert}.Decode,
}

var identity = []string{"spec.fingerprint|metadata.name"}

// severities are the API's own words and no others.
var severities = map[string]v1alpha1.Severity{
	"debug": "", "information": "", "notice": "", "info": "", "none": "", "warning": "", "error": "", "alert": "",
	"emergency": "", "page": "",
}

func split(document any) ([]any, []detect.Note, error) {
	if object, ok := document.(detect.Object); ok && object["items"] != nil {
		return object.List("items"), nil, nil
	}
	if list, ok := document.([]any); ok {
		return list, nil, nil
	}
	return []any{document}, nil, nil
}

func mapAlert(item detect.Object, d *detect.Draft) error {
	if kind, version := item.Text("kind"), item.Text("apiVersion"); kind != "Alert" || version != v1alpha1.GroupVersion.String() {
		return &detect.Error{
			Reason:  detect.ReasonNotAnAlert,
			Message: fmt.Sprintf("kind must be Alert and apiVersion %s, not %q and %q", v1alpha1.GroupVersion, detect.Cut(kind, 64), detect.Cut(version, 64)),
		}
	}
	spec := item.Object("spec")
	source := spec.Object("source")
	d.IdentifyBy(item.Lookup, identity...)
	d.Fingerprint(spec.Text("fingerprint"))
	d.Title(spec.Text("name"))
	d.Describe(spec.Text("description"))
	d.Severity(spec.Text("severity"), severities)
	d.Category(spec.Text("category"))
	d.Techniques(spec.Texts("techniques")...)
	d.Source(source.Text("service"), source.Text("detector"))
	d.URL(spec.Text("url"))
	d.Occurred(spec.Text("occurrences"))
	d.Spec.FirstActivityTime = d.Time("firstActivityTime", spec.Text("firstActivityTime"))
	d.Spec.LastActivityTime = d.Time("lastActivityTime", spec.Text("lastActivityTime"))
	if spec.Object("resolution").Text("state") == string(v1alpha1.ResolutionResolved) {
		d.Resolve("")
	}
	for _, value := range spec.List("evidence") {
		evidence(value, d)
	}
	for _, key := range spec.Keys() {
		if !slices.Contains(read, key) {
			d.LeftOut("spec", key)
		}
	}
	return nil
}

// read are the fields of spec that a detector may write.
var read = []string{
	"name", "description", "severity", "category", "techniques", "source", "fingerprint", "url", "firstActivityTime",
	"lastActivityTime", "occurrences", "evidence",
}

// kinds and roles are those of the API.
var (
	kinds = []v1alpha1.EvidenceKind{
		v1alpha1.EvidenceDevice, v1alpha1.EvidenceNode, v1alpha1.EvidencePod, v1alpha1.EvidenceContainer, v1alpha1.EvidenceContainerImage,
		v1alpha1.EvidenceNamespace, v1alpha1.EvidenceUser, v1alpha1.EvidenceServiceAccount, v1alpha1.EvidenceMailbox, v1alpha1.EvidenceIP,
		v1alpha1.EvidenceURL, v1alpha1.EvidenceDNS, v1alpha1.EvidenceFile, v1alpha1.EvidenceProcess, v1alpha1.EvidenceRegistryKey,
		v1alpha1.EvidenceCloudResource, v1alpha1.EvidenceSecret, v1alpha1.EvidenceOther,
	}
	roles = []v1alpha1.EvidenceRole{
		v1alpha1.EvidenceAffected, v1alpha1.EvidenceAttacker, v1alpha1.EvidenceSource, v1alpha1.EvidenceDestination, v1alpha1.EvidenceContextual,
	}
)

func evidence(value any, d *detect.Draft) {
	e, _ := value.(detect.Object)
	kind, role := v1alpha1.EvidenceKind(e.Text("kind")), v1alpha1.EvidenceRole(e.Text("role"))
	if !slices.Contains(kinds, kind) || e.Text("name") == "" {
		d.LeftOut("evidence", string(kind))
		return
	}
	if role != "" && !slices.Contains(roles, role) {
		d.LeftOut("evidence.role", string(role))
		role = ""
	}
	d.Evidence(v1alpha1.Evidence{Kind: kind, Name: e.Text("name"), Namespace: e.Text("namespace"), Role: role})
}
