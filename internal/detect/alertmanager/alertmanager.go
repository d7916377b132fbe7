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

// Package alertmanager reads what Alertmanager sends (its webhook, version 4) and what is sent to it (its API, version
// 2): two envelopes around one kind of alert, a set of labels.
package alertmanager

import (
	"fmt"
	"maps"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
)

// service is the source of what neither Kubescape nor Falcosidekick sent. Which of the senders of the API it was
// (Prometheus, vmalert, a Loki ruler …) no alert says.
const service = "Alertmanager"

// alert is one alert of either envelope.
type alert struct {
	labels, annotations       detect.Object
	fingerprint, generatorURL string
	startsAt, endsAt          string
}

// read writes what both envelopes have in common.
func (a alert) read(d *detect.Draft) {
	s := senderOf(a.labels)
	a.labels = known(a.labels)
	d.IdentifyBy(a.field, s.identity...)
	if s.identity[0] == fingerprintField {
		d.Fingerprint(a.fingerprint)
	}
	d.Title(s.title(a), s.titleFields...)
	d.Describe(a.annotations.Text("summary"), a.annotations.Text("description"))
	d.Severity(a.labels.Text("severity"), nil)
	d.Source(s.service, a.labels.FirstText("source", "eventsource"))
	d.URL(a.generatorURL)
	d.Spec.FirstActivityTime = d.Time("firstActivityTime", a.startsAt)
	tags := strings.Split(a.labels.Text("tags"), ",")
	d.Tags(tags)
	a.evidence(d)
	a.leftOut(d)
}

// known are the labels that say something: Falco names the host itself as container "host".
func known(labels detect.Object) detect.Object {
	if labels.Text("container_id") != "host" {
		return labels
	}
	labels = maps.Clone(labels)
	delete(labels, "container_id")
	delete(labels, "container_name")
	return labels
}

// field is a label, or the fingerprint.
func (a alert) field(name string) string {
	if name == fingerprintField {
		return a.fingerprint
	}
	return a.labels.Text(name)
}

// evidence knows the names that Prometheus' own exporters, Kubescape and Falcosidekick give to the same things.
func (a alert) evidence(d *detect.Draft) {
	l := a.labels
	namespace, pod := l.FirstText("namespace", "k8s_ns_name"), l.FirstText("pod", "pod_name", "k8s_pod_name")
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidencePod, Name: pod, Namespace: namespace, Role: v1alpha1.EvidenceAffected})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceContainer, Name: within(pod, l.FirstText("container", "container_name")), Namespace: namespace})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceContainerImage, Name: l.FirstText("container_image", "container_image_repository")})
	d.Evidence(v1alpha1.Evidence{
		Kind: v1alpha1.EvidenceNode, Name: strings.ToLower(l.FirstText("node", "node_name", "hostname")), Role: v1alpha1.EvidenceContextual,
	})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceUser, Name: l.Text("user_name")})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceProcess, Name: l.FirstText("proc_cmdline", "proc_name", "comm")})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceFile, Name: l.FirstText("fd_name", "file_name")})
}

// within names a container within its pod: many pods have a container of the same name.
func within(pod, container string) string {
	if container == "" || pod == "" {
		return container
	}
	return pod + "/" + container
}

// placed are the labels that have a place in an alert.
var placed = map[string]bool{
	"alertname": true, "severity": true, "source": true, "eventsource": true, "tags": true, "rule": true, "rule_name": true,
	"namespace": true, "k8s_ns_name": true, "pod": true, "pod_name": true, "k8s_pod_name": true, "container": true,
	"container_name": true, "container_image": true, "container_image_repository": true, "node": true, "node_name": true,
	"hostname": true, "user_name": true, "proc_cmdline": true, "proc_name": true, "comm": true, "fd_name": true, "file_name": true,
}

func (a alert) leftOut(d *detect.Draft) {
	for _, name := range a.labels.Keys() {
		if !placed[name] {
			d.LeftOut("labels", name)
		}
	}
	for _, name := range a.annotations.Keys() {
		if name != "summary" && name != "description" {
			d.LeftOut("annotations", name)
		}
	}
}

// newAlert reads what both envelopes write alike.
func newAlert(item detect.Object) (alert, error) {
	a := alert{
		labels: item.Object("labels"), annotations: item.Object("annotations"), generatorURL: item.Text("generatorURL"),
		startsAt: item.Text("startsAt"), endsAt: item.Text("endsAt"),
	}
	if len(a.labels) == 0 {
		return alert{}, malformed("an alert of Alertmanager must have labels")
	}
	return a, nil
}

func malformed(format string, args ...any) error {
	return &detect.Error{Reason: detect.ReasonMalformed, Message: fmt.Sprintf(format, args...)}
}
