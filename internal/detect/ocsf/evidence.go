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

package ocsf

import (
	"slices"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
)

// evidence gathers the things that the finding, its evidences and its resources name.
func evidence(item detect.Object, d *detect.Draft) {
	things(item, d)
	for _, e := range item.Objects("evidences") {
		things(e, d)
	}
	for _, r := range append(item.Objects("resources"), item.Object("resource")) {
		d.Evidence(v1alpha1.Evidence{
			Kind: v1alpha1.EvidenceCloudResource, Name: r.FirstText("uid", "name"), Namespace: r.Text("namespace"), Role: v1alpha1.EvidenceAffected,
		})
	}
	for _, o := range item.Objects("observables") {
		observable(o, d)
	}
}

// things are the objects of the schema that may stand in a finding or in one of its evidences.
func things(o detect.Object, d *detect.Draft) {
	device, container := o.Object("device"), o.Object("container")
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceDevice, Name: strings.ToLower(device.FirstText("hostname", "name", "uid")), Role: v1alpha1.EvidenceAffected})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceIP, Name: strings.ToLower(device.Text("ip"))})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceContainer, Name: container.FirstText("name", "uid")})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceContainerImage, Name: container.Object("image").FirstText("name", "uid")})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidencePod, Name: container.Text("pod_name"), Namespace: container.Text("namespace"), Role: v1alpha1.EvidenceAffected})
	endpoint(o.Object("src_endpoint"), v1alpha1.EvidenceSource, d)
	endpoint(o.Object("dst_endpoint"), v1alpha1.EvidenceDestination, d)
	actor := o.Object("actor")
	for _, who := range []detect.Object{actor.Object("user"), o.Object("user")} {
		d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceUser, Name: user(who)})
	}
	for _, process := range []detect.Object{actor.Object("process"), o.Object("process")} {
		d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceProcess, Name: processName(process)})
		d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceUser, Name: user(process.Object("user"))})
	}
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceFile, Name: o.Object("file").FirstText("path", "name")})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceURL, Name: o.Object("url").Text("url_string")})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceDNS, Name: strings.ToLower(o.Object("query").Text("hostname"))})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceMailbox, Name: strings.ToLower(o.Object("email").Text("to"))})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceRegistryKey, Name: o.Object("reg_key").Text("path")})
}

func endpoint(o detect.Object, role v1alpha1.EvidenceRole, d *detect.Draft) {
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceIP, Name: strings.ToLower(o.Text("ip")), Role: role})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceDevice, Name: strings.ToLower(o.Text("hostname")), Role: role})
}

// user prefers what names one person in all products, in lower case: products disagree about it.
func user(o detect.Object) string {
	if name := o.FirstText("email_addr", "name"); name != "" {
		return strings.ToLower(name)
	}
	return o.Text("uid")
}

// processName is the image, which is the same for each run, else what was run.
func processName(o detect.Object) string {
	if path := o.Object("file").FirstText("path", "name"); path != "" {
		return path
	}
	return o.FirstText("name", "cmd_line")
}

// observables are those types of observables that are things here, by type_id.
var observables = map[string]v1alpha1.EvidenceKind{
	"1": v1alpha1.EvidenceDevice, "2": v1alpha1.EvidenceIP, "4": v1alpha1.EvidenceUser, "5": v1alpha1.EvidenceMailbox,
	"6": v1alpha1.EvidenceURL, "7": v1alpha1.EvidenceFile, "9": v1alpha1.EvidenceProcess, "10": v1alpha1.EvidenceCloudResource,
}

// caseless are the kinds whose names products write in different cases.
var caseless = []v1alpha1.EvidenceKind{v1alpha1.EvidenceDevice, v1alpha1.EvidenceIP, v1alpha1.EvidenceUser, v1alpha1.EvidenceMailbox}

func observable(o detect.Object, d *detect.Draft) {
	kind, ok := observables[o.Text("type_id")]
	value := o.Text("value")
	if !ok || value == "" {
		d.LeftOut(strings.TrimSpace("observable "+o.FirstText("type", "name")), "")
		return
	}
	if slices.Contains(caseless, kind) {
		value = strings.ToLower(value)
	}
	d.Evidence(v1alpha1.Evidence{Kind: kind, Name: value})
}
