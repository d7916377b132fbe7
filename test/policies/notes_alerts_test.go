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
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/note"
)

// itNotesLinks holds what is told of alerts alone: where they are linked.
func itNotesLinks(c func() *cluster) {
	It("notes of an alert that is created in an incident that it was, and where", func() {
		Expect(notesOf(c().get(c().create(bob, alerts, whole))).Notes).To(Equal([]note.Note{{
			Number: 1, Generation: 1, Users: []string{bob}, Count: 1, Values: values("created", "", "", "incidentRef", "", "inc-1"),
		}}))
		reasoned := c().create(bob, alerts, func(o *unstructured.Unstructured) {
			linked(o)
			o.SetAnnotations(map[string]string{v1alpha1.MoveReasonAnnotation: `{"to":"inc-1"}`})
		})
		Expect(newest(c().get(reasoned)).Values).To(Equal(values("created", "", "", "incidentRef", "", "inc-1", "move-reason", "", `{"to":"inc-1"}`)))
	})
	It("notes nothing of an alert that belongs to no incident, until it does and after it did", func() {
		o := c().create(alice, alerts, nil)
		Expect(c().write(bob, o, spec(`{"assignee":"erin"}`)).GetAnnotations()).NotTo(HaveKey(v1alpha1.NotesAnnotation))
		Expect(newest(c().write(bob, o, spec(`{"incidentRef":{"name":"inc-1"},"assignee":"frank"}`)))).To(Equal(note.Note{
			Number: 1, Generation: 3, Users: []string{bob}, Count: 1,
			Values: values("in", "", "", "incidentRef", "", "inc-1", "assignee", "erin", "frank"),
		}))
		Expect(newest(c().write(alice, o, spec(`{"incidentRef":null}`))).Values).To(Equal(values("in", "inc-1", "", "incidentRef", "inc-1", "")))
		Expect(newest(c().write(alice, o, spec(`{"assignee":"grace"}`))).Number).To(Equal(int64(2)))
	})
	It("notes nothing of what a detector says in an alert", func() {
		o := c().create(alice, alerts, whole)
		before := notesOf(c().get(o))
		after := c().write(bob, o, spec(`{"description":"e","url":"https://example.com","category":"Malware","occurrences":2}`))
		Expect(notesOf(after)).To(Equal(before))
		Expect(stampsOf(after)).To(HaveKeyWithValue("description", bob+"@2"))
		after = c().write(bob, o, spec(`{"description":"f","severity":"High"}`))
		Expect(newest(after).Values).To(Equal(values("in", "inc-1", "", "severity", "Low", "High")))
	})
	It("notes why an alert was moved, as it was said in the same request", func() {
		o := c().create(alice, alerts, linked)
		move := func(to string, reason any) note.Note {
			GinkgoHelper()
			return newest(c().write(bob, o, update(func(o *unstructured.Unstructured) {
				setSpec(to, "incidentRef", "name")(o)
				annotations := o.GetAnnotations()
				delete(annotations, v1alpha1.MoveReasonAnnotation)
				if text, ok := reason.(string); ok {
					annotations[v1alpha1.MoveReasonAnnotation] = text
				}
				o.SetAnnotations(annotations)
			})))
		}
		for i, reason := range []any{`{"to":"inc-2","reason":"same \"host\""}`, "no JSON", "", strings.Repeat("日", 2048)} {
			noted := move(fmt.Sprintf("inc-%d", i+2), reason)
			Expect(noted.Values[2:]).To(Equal(values("move-reason", "", reason.(string))))
		}
		for i, reason := range []any{nil, strings.Repeat("x", 2049)} {
			Expect(move(fmt.Sprintf("inc-%d", i+7), reason).Values).To(HaveLen(2))
		}
	})
	It("tells the incident of an alert from another of the same name, as far as the memory does", func() {
		for memoryText, uid := range map[string]string{
			`{"incident":"inc-1","uid":"u-1"}`:                             "u-1",
			`{"incident":"inc-1","uid":"u-1","assignee":{"value":"a"}}`:    "u-1",
			`{"incident":"inc-1","uid":"u-1`:                               "u-1",
			`{"incident":"inc-1","uid":""}`:                                "",
			`{"incident":"inc-12","uid":"u-1"}`:                            "",
			`{"incident":"inc","uid":"u-1"}`:                               "",
			`{"uid":"u-1","incident":"inc-1"}`:                             "",
			"\n" + `{"incident":"inc-1","uid":"u-1"}`:                      "",
			`x{"incident":"inc-1","uid":"u-1"}`:                            "",
			`{"incident":"inc-1","uid":"` + strings.Repeat("u", 129):       "",
			`{"incident":"inc-1","uid":"` + strings.Repeat("u", 150<<10):   "",
			`{"incident":"inc-1","uid":"` + strings.Repeat("u", 128) + `"`: strings.Repeat("u", 128),
			"": "",
		} {
			o := c().create(alice, alerts, linked)
			c().write(c().operator, o, annotate(map[string]any{memory: memoryText}))
			noted := newest(c().write(bob, o, spec(`{"assignee":"erin"}`)))
			Expect(noted.Values).To(Equal(values("in", "inc-1", uid, "assignee", "", "erin")), "%.60s", memoryText)
		}
	})
}
