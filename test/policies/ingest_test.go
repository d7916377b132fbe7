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

package policies

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// itBoundsIngest holds in every installation.
func itBoundsIngest(c func() *cluster) {
	ctx := context.Background()
	const (
		signal = "spec.expiresTime and spec.endedTime must be left to the receiver"
		linked = "spec.incidentRef must not be changed by ingest once it is set"
		mine   = "spec must not be changed by ingest but for"
		noon   = `"2026-11-26T12:00:00Z"`
	)
	fromDetector := func(o *unstructured.Unstructured) {
		setSpec("2026-11-26T11:00:00Z", "firstActivityTime")(o)
		setSpec("Falco", "source", "service")(o)
	}

	It("lets ingest say what a detector says next, and link an alert once", func() {
		for _, said := range []string{
			`{"lastActivityTime":` + noon + `,"occurrences":3}`, `{"severity":"High"}`, `{"evidence":[{"kind":"Device","name":"vm-1"}]}`,
			`{"expiresTime":` + noon + `}`, `{"incidentRef":{"name":"inc-1"}}`,
			`{"resolution":{"state":"Resolved"},"endedTime":` + noon + `}`,
		} {
			c().write(c().ingest, c().create(c().ingest, alerts, fromDetector), spec(said))
		}
	})
	It("lets ingest change nothing else of an alert", func() {
		for said, message := range map[string]string{
			`{"name":"n"}`: mine, `{"description":"d"}`: mine, `{"category":"Malware"}`: mine, `{"techniques":["T1059"]}`: mine,
			`{"source":{"service":"Trivy"}}`: mine, `{"source":null}`: mine, `{"url":"https://a.example"}`: mine,
			`{"firstActivityTime":` + noon + `}`: mine, `{"tags":["a"]}`: mine, `{"classification":{"verdict":"FalsePositive"}}`: mine,
			`{"assignee":"alice"}`: "spec.assignee must not be set by ingest",
		} {
			o := c().create(c().ingest, alerts, fromDetector)
			refused(spec(said)(ctx, c().as(c().ingest), o), message)
		}
	})
	It("lets ingest move no alert, and none out of its incident", func() {
		o := c().create(alice, alerts, func(o *unstructured.Unstructured) { setSpec("inc-1", "incidentRef", "name")(o) })
		refused(spec(`{"incidentRef":{"name":"inc-2"}}`)(ctx, c().as(c().ingest), o.DeepCopy()), linked)
		refused(spec(`{"incidentRef":null}`)(ctx, c().as(c().ingest), o.DeepCopy()), linked)
	})
	It("lets ingest re-open what it resolved, and nothing that a person did", func() {
		o := c().create(c().ingest, alerts, nil)
		c().write(c().ingest, o, spec(`{"resolution":{"state":"Resolved"}}`))
		c().write(c().ingest, o, spec(`{"resolution":{"state":"Active"}}`))
		c().write(bob, o, spec(`{"resolution":{"state":"Resolved"}}`))
		for _, state := range []string{"Active", "InProgress"} {
			refused(spec(`{"resolution":{"state":"`+state+`"}}`)(ctx, c().as(c().ingest), o.DeepCopy()),
				"spec.resolution must not be re-opened by ingest unless it resolved the alert itself")
		}
	})
	It("lets ingest assign nobody", func() {
		o := alerts.object(uniqueName())
		setSpec("alice", "assignee")(o)
		refused(c().as(c().ingest).Create(ctx, o), "spec.assignee must not be set by ingest")
	})
	It("keeps what the operator wrote from ingest", func() {
		o := c().create(c().ingest, alerts, nil)
		before := c().write(c().operator, o, annotate(map[string]any{memory: remembered, stampPrefix + "left": "u", stampPrefix + "labels": "a"})).GetAnnotations()
		for _, forged := range []any{"x", nil} {
			after := c().write(c().ingest, o, annotate(map[string]any{
				memory: forged, stampPrefix + "left": forged, stampPrefix + "labels": forged, stampPrefix + "name": forged, stampPrefix + "evil": forged,
			}))
			Expect(after.GetAnnotations()).To(Equal(before))
		}
	})
	It("lets nobody else say when an alert ends", func() {
		for _, user := range []string{alice, carol, root} {
			for _, field := range []string{"expiresTime", "endedTime"} {
				created := alerts.object(uniqueName())
				setSpec("2026-11-26T12:00:00Z", field)(created)
				refused(c().as(user).Create(ctx, created), signal)
				o := c().create(c().ingest, alerts, nil)
				refused(spec(`{"`+field+`":`+noon+`}`)(ctx, c().as(user), o.DeepCopy()), signal)
				c().write(c().ingest, o, spec(`{"`+field+`":`+noon+`}`))
				refused(spec(`{"`+field+`":null}`)(ctx, c().as(user), o.DeepCopy()), signal)
				// All else stays theirs.
				c().write(user, o, spec(`{"assignee":"bob"}`))
				c().write(c().operator, o, spec(`{"assignee":"carol"}`))
			}
		}
	})
}
