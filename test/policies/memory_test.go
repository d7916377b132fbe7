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

const remembered = `{"incident":"inc-1","uid":"0","assignee":{"value":"alice","over":"bob"}}`

var alerts = kindUnderTest{"Alert"}

// attacks are writes of people after which the memory must be what it was.
var attacks = map[string]write{
	"forged":                  annotate(map[string]any{memory: "{}"}),
	"emptied":                 annotate(map[string]any{memory: ""}),
	"nulled":                  annotate(map[string]any{memory: nil}),
	"all annotations nulled":  mergePatch(`{"metadata":{"annotations":null}}`),
	"replaced by a clean one": update(func(o *unstructured.Unstructured) { o.SetAnnotations(nil) }),
	"replaced by a cleaned manifest with a change": update(func(o *unstructured.Unstructured) {
		o.SetAnnotations(nil)
		o.SetManagedFields(nil)
		setSpec("dave", "assignee")(o)
	}),
	"removed by JSON patch": jsonPatch(`[{"op":"remove","path":"/metadata/annotations"}]`),
	"applied": apply(map[string]any{
		"metadata": map[string]any{"annotations": map[string]any{memory: "{}"}},
		"spec":     map[string]any{"name": "Suspicious sign-in"},
	}),
	"beside an edit": mergePatch(`{"metadata":{"annotations":{"incidentoperator.dev/inherited":"{}"}},"spec":{"assignee":"dave"}}`),
}

func itKeepsTheMemory(c func() *cluster) {
	for name, attack := range attacks {
		It("keeps the memory that the operator wrote: "+name, func() {
			o := c().create(alice, alerts, nil)
			before := c().write(c().operator, o, annotate(map[string]any{memory: remembered}))
			Expect(before.GetAnnotations()).To(HaveKeyWithValue(memory, remembered))
			Expect(c().write(bob, o, attack).GetAnnotations()).To(HaveKeyWithValue(memory, remembered))
		})
		if name == "removed by JSON patch" || name == "nulled" {
			continue // There is nothing that these could remove.
		}
		It("makes no memory where none was: "+name, func() {
			o := c().create(alice, alerts, nil)
			Expect(c().write(bob, o, attack).GetAnnotations()).NotTo(HaveKey(memory))
		})
	}
	It("strips a memory that a person creates", func() {
		o := c().create(alice, alerts, func(o *unstructured.Unstructured) {
			o.SetAnnotations(map[string]string{memory: remembered})
		})
		Expect(c().get(o).GetAnnotations()).To(Equal(map[string]string{stampPrefix + "name": alice + "@1"}))
	})
	It("lets the operator alone write, change and remove it, and ingest not", func() {
		o := c().create(c().ingest, alerts, func(o *unstructured.Unstructured) {
			o.SetAnnotations(map[string]string{memory: remembered})
		})
		Expect(c().get(o).GetAnnotations()).NotTo(HaveKey(memory))
		for _, value := range []any{remembered, "1", nil} {
			want := c().write(c().operator, o, annotate(map[string]any{memory: value})).GetAnnotations()
			if value == nil {
				Expect(want).NotTo(HaveKey(memory))
			} else {
				Expect(want).To(HaveKeyWithValue(memory, value))
			}
			for _, forged := range []any{"2", nil} {
				Expect(c().write(c().ingest, o, annotate(map[string]any{memory: forged})).GetAnnotations()).To(Equal(want))
			}
		}
	})
	It("keeps it from administrators of the cluster too", func() {
		o := c().create(alice, alerts, nil)
		before := c().write(c().operator, o, annotate(map[string]any{memory: remembered}))
		before.SetAnnotations(nil)
		Expect(c().admin.Update(context.Background(), before)).To(Succeed())
		Expect(c().get(o).GetAnnotations()).To(HaveKeyWithValue(memory, remembered))
	})
	It("does so on an alert that is older than the policies and has no stamp", func() {
		o := c().create(alice, alerts, nil)
		before := c().write(c().operator, o, mergePatch(`{"metadata":{"annotations":null}}`))
		Expect(before.Object["metadata"]).NotTo(HaveKey("annotations"))
		forge := annotate(map[string]any{memory: "{}"})
		forged := c().write(bob, o, forge)
		Expect(forged.Object["metadata"]).NotTo(HaveKey("annotations"))
		Expect(toYAML(c().write(bob, o, forge))).To(Equal(toYAML(forged)), "an empty map left behind would be a write each time")

		c().write(c().operator, o, annotate(map[string]any{memory: remembered}))
		after := c().write(bob, o, mergePatch(`{"metadata":{"annotations":null}}`))
		Expect(after.GetAnnotations()).To(Equal(map[string]string{memory: remembered}))
	})
	It("costs the operator the ownership of the field, once, when a replace lost the memory", func() {
		o := c().create(alice, alerts, nil)
		c().write(c().operator, o, annotate(map[string]any{memory: remembered}))
		cleaned := update(func(o *unstructured.Unstructured) { o.SetAnnotations(nil) })
		once := c().write(alice, o, cleaned)
		Expect(once.GetAnnotations()).To(HaveKeyWithValue(memory, remembered))
		Expect(once.GetGeneration()).To(Equal(int64(1)))
		Expect(toYAML(c().write(alice, o, cleaned))).To(Equal(toYAML(once)), "a second one writes nothing")
	})
}
