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

// Package falco reads the events of Falco, as Falco itself and Falcosidekick post them: one JSON object each, or one a
// line.
package falco

import (
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
)

// Format is Falco's JSON output. Its uuid is random, so the identity is the rule and the place where it was broken.
var Format = detect.Format{Name: "Falco", Identity: identity, Decode: detect.Mapping{Map: mapEvent}.Decode}

// identity bears no process or container id: those of one workload's next start are others.
var identity = []string{"rule", "source", "k8s.ns.name|ka.target.namespace", "k8s.pod.name|ka.target.name|hostname", "container.name"}

// priorities are the words of Falco that others use otherwise or not at all.
var priorities = map[string]v1alpha1.Severity{"emerg": v1alpha1.SeverityCritical, "crit": v1alpha1.SeverityCritical}

func mapEvent(item detect.Object, d *detect.Draft) error {
	rule, fields := item.Text("rule"), known(item.Object("output_fields"))
	if rule == "" {
		return &detect.Error{Reason: detect.ReasonMalformed, Message: "an event of Falco must have a rule"}
	}
	d.IdentifyBy(func(field string) string {
		if s := fields.Lookup(field); s != "" {
			return s
		}
		return item.Lookup(field)
	}, identity...)
	d.Title(rule, "rule")
	d.Describe(item.Text("output"))
	d.Severity(item.Text("priority"), priorities)
	d.Source("Falco", item.Text("source"))
	d.Tags(item.Texts("tags"))
	d.Spec.FirstActivityTime = d.Time("firstActivityTime", item.Text("time"))
	d.Spec.LastActivityTime = d.Spec.FirstActivityTime.DeepCopy()
	evidence(item.Text("hostname"), fields, d)
	for _, key := range fields.Keys() {
		if !placed[key] {
			d.LeftOut("output_fields", key)
		}
	}
	return nil
}

// known are the output fields that say something: Falco names the host itself as container "host", and writes <NA> for
// what it could not find out.
func known(fields detect.Object) detect.Object {
	onHost := fields.Text("container.id") == "host"
	out := detect.Object{}
	for key, value := range fields {
		if value == "<NA>" || onHost && strings.HasPrefix(key, "container.") {
			continue
		}
		out[key] = value
	}
	return out
}

// placed are the output fields that have a place in an alert.
var placed = map[string]bool{
	"k8s.ns.name": true, "k8s.pod.name": true, "container.name": true, "container.image.repository": true,
	"container.image.tag": true, "user.name": true, "proc.cmdline": true, "proc.name": true, "fd.name": true,
	"ka.user.name": true, "ka.target.namespace": true, "ka.target.name": true, "ka.target.resource": true,
}

func evidence(hostname string, f detect.Object, d *detect.Draft) {
	namespace, pod := f.Text("k8s.ns.name"), f.Text("k8s.pod.name")
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidencePod, Name: pod, Namespace: namespace, Role: v1alpha1.EvidenceAffected})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceContainer, Name: joined(pod, "/", f.Text("container.name")), Namespace: namespace})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceContainerImage, Name: image(f)})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceNode, Name: strings.ToLower(hostname), Role: nodeRole(pod)})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceUser, Name: f.Text("user.name")})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceProcess, Name: f.FirstText("proc.cmdline", "proc.name")})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceFile, Name: f.Text("fd.name")})
	auditEvidence(f, d)
}

func image(f detect.Object) string {
	repository, tag := f.Text("container.image.repository"), f.Text("container.image.tag")
	if repository == "" || tag == "" {
		return repository
	}
	return repository + ":" + tag
}

// nodeRole is what part the host had: where a pod is named it only carries it.
func nodeRole(pod string) v1alpha1.EvidenceRole {
	if pod != "" {
		return v1alpha1.EvidenceContextual
	}
	return v1alpha1.EvidenceAffected
}

// serviceAccountPrefix begins the user names that Kubernetes gives to service accounts.
const serviceAccountPrefix = "system:serviceaccount:"

// auditEvidence is what events of the Kubernetes audit log name: who did it, and to which object.
func auditEvidence(f detect.Object, d *detect.Draft) {
	user := f.Text("ka.user.name")
	if account, ok := strings.CutPrefix(user, serviceAccountPrefix); ok {
		namespace, name, _ := strings.Cut(account, ":")
		d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceServiceAccount, Name: name, Namespace: namespace})
	} else {
		d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceUser, Name: user})
	}
	kinds := map[string]v1alpha1.EvidenceKind{
		"pods": v1alpha1.EvidencePod, "nodes": v1alpha1.EvidenceNode, "namespaces": v1alpha1.EvidenceNamespace,
		"secrets": v1alpha1.EvidenceSecret, "serviceaccounts": v1alpha1.EvidenceServiceAccount,
	}
	resource, name := f.Text("ka.target.resource"), f.Text("ka.target.name")
	if kind, ok := kinds[resource]; ok {
		d.Evidence(v1alpha1.Evidence{Kind: kind, Name: name, Namespace: f.Text("ka.target.namespace"), Role: v1alpha1.EvidenceAffected})
	} else if name != "" {
		d.Evidence(v1alpha1.Evidence{
			Kind: v1alpha1.EvidenceOther, Name: joined(resource, " ", name), Namespace: f.Text("ka.target.namespace"), Role: v1alpha1.EvidenceAffected,
		})
	}
}

// joined is both parts with a separator, or the second alone if there is no first, or nothing if there is no second.
func joined(first, separator, second string) string {
	if first == "" || second == "" {
		return second
	}
	return first + separator + second
}
