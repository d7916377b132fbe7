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

package controllers

import (
	"context"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func pathOf(field field) []string { return strings.Split(field.path, ".") }

// valueOf is what an object says of a field, as the log records it.
func valueOf(object client.Object, field field) string {
	GinkgoHelper()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	Expect(err).NotTo(HaveOccurred())
	if field.path == "spec.tags" {
		texts, _, err := unstructured.NestedStringSlice(content, pathOf(field)...)
		Expect(err).NotTo(HaveOccurred())
		if len(texts) == 0 {
			return ""
		}
		return `["` + strings.Join(texts, `","`) + `"]`
	}
	value, _, err := unstructured.NestedString(content, pathOf(field)...)
	Expect(err).NotTo(HaveOccurred())
	if value == "" {
		return field.unset
	}
	return value
}

// check compares what the log of an incident tells of people with what they sent: nothing is lost, nothing is told twice, and
// each has its author and its values.
func (r *randomWorld) check(ctx context.Context, name string) {
	GinkgoHelper()
	incident := &v1alpha1.Incident{}
	incident.Namespace, incident.Name = r.w.namespace, name
	got := map[string][]told{}
	covered := int64(0)
	for _, entry := range r.w.log(ctx, refresh(ctx, incident)) {
		spec := entry.Spec
		covered += spec.CoversGenerations
		if spec.Type == v1alpha1.ActivityCreated || spec.ActorKind == v1alpha1.ActorOperator {
			continue
		}
		Expect(spec.ActorKind).To(Equal(v1alpha1.ActorUser), spec.Summary)
		Expect(spec.Requests).To(BeZero(), spec.Summary)
		request := told{user: spec.Actor, kind: spec.Type, other: spec.OtherIncident, changes: spec.Changes}
		if len(spec.Alerts.Names) == 0 {
			got[""] = append(got[""], request)
		}
		for _, alert := range spec.Alerts.Names {
			request.alert = alert
			got[alert] = append(got[alert], request)
		}
	}
	Expect(got).To(Equal(r.sent[name]))
	Expect(covered).To(Equal(incident.Generation))
	total := incident.Status.Alerts.Total
	Expect(total).To(HaveValue(BeEquivalentTo(len(r.w.linked(ctx, name)))))
}
