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
	"fmt"
	"maps"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// itStampsExactly holds what does not depend on the installation.
func itStampsExactly(c func() *cluster) {
	for _, kind := range kinds {
		It("writes nothing for an update that changes nothing of an "+kind.kind, func() {
			o := c().create(alice, kind, nil)
			before := c().write(bob, o, spec(`{"assignee":"dave"}`))
			for name, w := range map[string]write{
				"an update as it is":         update(func(*unstructured.Unstructured) {}),
				"an update without stamps":   update(func(o *unstructured.Unstructured) { o.SetAnnotations(nil) }),
				"a patch without stamps":     mergePatch(`{"metadata":{"annotations":null}}`),
				"a patch of what holds":      spec(`{"assignee":"dave"}`),
				"a patch of the defaults":    spec(`{"resolution":{"state":"Active"}}`),
				"a removal of another's tag": mergePatch(`{"metadata":{"labels":{"tag.incidentoperator.dev/x":null}}}`),
			} {
				Expect(toYAML(c().write(alice, o, w))).To(Equal(toYAML(before)), name)
			}
		})
		It("costs the operator the ownership of its own on an "+kind.kind+", once, when a replace lost it", func() {
			o := c().create(alice, kind, nil)
			c().write(c().operator, o, keep(kept))
			cleaned := update(func(o *unstructured.Unstructured) { o.SetAnnotations(nil) })
			once := c().write(alice, o, cleaned)
			Expect(stampsOf(once)).To(Equal(withOwn(stampsOfNew(kind, alice), kept)))
			Expect(once.GetGeneration()).To(Equal(int64(1)))
			for _, user := range c().editing() {
				Expect(toYAML(c().write(user, o, cleaned))).To(Equal(toYAML(once)), "a second one, by %s, writes nothing", user)
			}
			Expect(stampsOf(c().write(c().operator, o, keep(nil)))).To(Equal(stampsOfNew(kind, alice)), "it is the operator's all the same")
		})
		It("stamps an "+kind.kind+" created by server-side apply", func() {
			o := kind.object(uniqueName())
			after := c().write(bob, o, apply(map[string]any{
				"metadata": map[string]any{"annotations": map[string]any{stampPrefix + "name": "mallory@1", stampPrefix + "left": kept}},
				"spec":     map[string]any{"name": "n"},
			}))
			Expect(stampsOf(after)).To(Equal(stampsOfNew(kind, bob)))
		})
		It("takes no write of the status of an "+kind.kind+" for an edit, and lets none change metadata", func() {
			o := c().create(alice, kind, nil)
			before := c().get(o)
			after := c().write(c().operator, o, statusPatch(
				`{"metadata":{"annotations":{"editor.incidentoperator.dev/name":"mallory@9","incidentoperator.dev/inherited":"{}"},"labels":{"tag.incidentoperator.dev/x":""}},`+
					`"spec":{"name":"x"},"status":{"conditions":[{"type":"Linked","status":"False","reason":"R","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}`))
			Expect(after.GetAnnotations()).To(Equal(before.GetAnnotations()))
			Expect(after.GetLabels()).To(BeEmpty())
			Expect(after.Object["spec"]).To(Equal(before.Object["spec"]))
			Expect(after.Object["status"]).NotTo(BeNil())

			after = c().write(root, o, statusUpdate(func(o *unstructured.Unstructured) {
				o.SetAnnotations(map[string]string{memory: "{}"})
				o.SetLabels(map[string]string{tagPrefix + "x": ""})
			}))
			Expect(after.GetAnnotations()).To(Equal(before.GetAnnotations()))
			Expect(after.GetLabels()).To(BeEmpty())
		})
		It("names a user whose name holds any characters, on an "+kind.kind, func() {
			o := c().create(odd, kind, nil)
			after := c().write(odd, o, spec(`{"severity":"High"}`))
			want := stampsOfNew(kind, odd)
			want["severity"] = odd + "@2"
			Expect(stampsOf(after)).To(Equal(want))
		})
		It("stamps administrators too, on an "+kind.kind, func() {
			o := c().create(alice, kind, nil)
			after := c().write(root, o, update(func(o *unstructured.Unstructured) {
				setSpec("dave", "assignee")(o)
				o.SetAnnotations(nil)
			}))
			want := stampsOfNew(kind, alice)
			want["assignee"] = root + "@2"
			Expect(stampsOf(after)).To(Equal(want))
		})
		It("does not take another order of tags, an empty assignee or another label for an edit of an "+kind.kind, func() {
			o := c().create(alice, kind, setSpec([]any{"a", "b"}, "tags"))
			want := stampsOfNew(kind, alice)
			want["tags"] = alice + "@1"
			Expect(stampsOf(c().write(bob, o, spec(`{"tags":["b","a"]}`)))).To(Equal(want))
			Expect(stampsOf(c().write(bob, o, spec(`{"assignee":""}`)))).To(Equal(want))
			Expect(stampsOf(c().write(bob, o, mergePatch(`{"metadata":{"labels":{"team":"blue"}}}`)))).To(Equal(want))
			Expect(stampsOf(c().write(bob, o, spec(`{"assignee":null,"tags":["b","a","c"]}`)))["tags"]).To(HavePrefix(bob))
		})
		It("sees a tag label's value and its removal, on an "+kind.kind, func() {
			o := c().create(alice, kind, func(o *unstructured.Unstructured) { o.SetLabels(map[string]string{tagPrefix + "a": ""}) })
			Expect(stampsOf(c().get(o))).To(HaveKeyWithValue("tags", alice+"@1"))
			after := c().write(bob, o, mergePatch(`{"metadata":{"labels":{"tag.incidentoperator.dev/a":"v"}}}`))
			Expect(stampsOf(after)).To(HaveKeyWithValue("tags", bob+"@1"))
			Expect(after.GetGeneration()).To(Equal(int64(1)), "a label is not part of spec")
			Expect(stampsOf(c().write(alice, o, mergePatch(`{"metadata":{"labels":null}}`)))).To(HaveKeyWithValue("tags", alice+"@1"))
		})
		It("tells a tag from a tag label that the same user set before, on an "+kind.kind, func() {
			o := c().create(alice, kind, nil)
			Expect(stampsOf(c().write(bob, o, mergePatch(`{"metadata":{"labels":{"tag.incidentoperator.dev/one":""}}}`)))).
				To(HaveKeyWithValue("tags", bob+"@1"))
			Expect(stampsOf(c().write(bob, o, spec(`{"tags":["two"]}`)))).To(HaveKeyWithValue("tags", bob+"@2"))
			both := c().write(bob, o, mergePatch(`{"metadata":{"labels":{"tag.incidentoperator.dev/three":""}},"spec":{"description":"d"}}`))
			Expect(stampsOf(both)).To(And(HaveKeyWithValue("tags", bob+"@3"), HaveKeyWithValue("description", bob+"@3")))
		})
		It("leaves what is of a wrong type in an "+kind.kind+" to the schema and its message", func() {
			o := c().create(alice, kind, nil)
			for _, field := range []string{"name", "description", "assignee", "severity", "tags", "classification", "resolution"} {
				for _, value := range []string{`true`, `1`, `"x"`, `["x"]`, `[1]`, `{"a":"b"}`, `{"note":{},"state":[],"verdict":1}`} {
					err := spec(`{"`+field+`":`+value+`}`)(context.Background(), c().as(bob), o.DeepCopy())
					if err != nil { // One of the values is of the right type.
						Expect(err).NotTo(MatchError(ContainSubstring("policy")), "%s: %s", field, value)
						Expect(err).To(MatchError(ContainSubstring("spec."+field)), "%s: %s", field, value)
					}
				}
			}
			for _, value := range []string{`"x"`, `["x"]`, `7`, `{"a":1}`} {
				err := jsonPatch(`[{"op":"add","path":"/spec/resolution","value":{"state":`+value+`}}]`)(context.Background(), c().as(bob), o.DeepCopy())
				Expect(err).To(MatchError(ContainSubstring("spec.resolution.state")), value)
			}
			for _, value := range []string{`"x"`, `["x"]`, `7`} {
				err := jsonPatch(`[{"op":"replace","path":"/spec","value":`+value+`}]`)(context.Background(), c().as(bob), o.DeepCopy())
				Expect(err).To(MatchError(ContainSubstring("spec in body must be of type object")), value)
			}
			many := make([]string, 20000)
			for i := range many {
				many[i] = fmt.Sprintf(`"%0100d"`, len(many)-i)
			}
			Expect(spec(`{"tags":[`+strings.Join(many, ",")+`]}`)(context.Background(), c().as(bob), o.DeepCopy())).To(MatchError(ContainSubstring("at most 64 items")))
		})
		It("can afford the largest objects of kind "+kind.kind, func() {
			tags := make([]any, 64)
			for i := range tags {
				tags[i] = fmt.Sprintf("%0128d", i)
			}
			// Larger than what may be added to them: as objects are that are older than the policies.
			o := c().createOlder(kind, func(o *unstructured.Unstructured) {
				setSpec(tags, "tags")(o)
				o.SetAnnotations(map[string]string{"kubectl.kubernetes.io/last-applied-configuration": strings.Repeat("x", 250<<10)})
			})
			Expect(stampsOf(c().write(bob, o, spec(`{"tags":["other"]}`)))).To(HaveKeyWithValue("tags", bob+"@2"))

			crowded := c().createOlder(kind, func(o *unstructured.Unstructured) {
				labels, annotations := map[string]string{}, map[string]string{}
				for i := range 5000 {
					labels[fmt.Sprintf("%s%d", tagPrefix, i)] = ""
					annotations[fmt.Sprintf("example.com/%d", i)] = ""
				}
				o.SetLabels(labels)
				o.SetAnnotations(annotations)
			})
			Expect(stampsOf(c().write(bob, crowded, mergePatch(`{"metadata":{"labels":{"tag.incidentoperator.dev/1":null}}}`)))).
				To(HaveKeyWithValue("tags", bob+"@1"))
		})
	}
	It("leaves no empty map of annotations behind", func() {
		// As one that is older than the policies.
		o := c().create(alice, kindUnderTest{"Incident"}, nil)
		before := c().write(c().operator, o, mergePatch(`{"metadata":{"annotations":null}}`))
		Expect(before.Object["metadata"]).NotTo(HaveKey("annotations"))
		forge := annotate(map[string]any{stampPrefix + "name": "mallory@1"})
		forged := c().write(bob, o, forge)
		Expect(forged.Object["metadata"]).NotTo(HaveKey("annotations"))
		Expect(toYAML(c().write(bob, o, forge))).To(Equal(toYAML(forged)), "an empty map left behind would be a write each time")
	})
	It("stamps who created an incident of which nothing is set", func() {
		o := c().create(alice, kindUnderTest{"Incident"}, func(o *unstructured.Unstructured) { delete(o.Object, "spec") })
		Expect(stampsOf(c().get(o))).To(Equal(map[string]string{"created": alice + "@1"}))
		Expect(stampsOf(c().write(root, o, update(func(o *unstructured.Unstructured) { o.SetAnnotations(nil) })))).
			To(Equal(map[string]string{"created": alice + "@1"}))
	})
	It("tells several edits of several people apart", func() {
		o := c().create(alice, kindUnderTest{"Alert"}, nil)
		want := map[string]string{"name": alice + "@1"}
		for _, step := range []struct {
			user, patch string
			stamps      map[string]string
		}{
			{bob, `{"assignee":"bob","severity":"Low"}`, map[string]string{"assignee": bob + "@2", "severity": bob + "@2"}},
			{alice, `{"assignee":"alice"}`, map[string]string{"assignee": alice + "@3"}},
			{odd, `{"description":"d"}`, map[string]string{"description": odd + "@4"}},
			{bob, `{"resolution":{"state":"Resolved"},"incidentRef":{"name":"inc-1"}}`, map[string]string{"resolution": bob + "@5", "incidentRef": bob + "@5"}},
			{alice, `{"resolution":{"state":"Resolved"}}`, nil},
			{alice, `{"resolution":{"note":"why"}}`, map[string]string{"resolution": alice + "@6"}},
		} {
			maps.Copy(want, step.stamps)
			Expect(stampsOf(c().write(step.user, o, spec(step.patch)))).To(Equal(want), step.patch)
		}
	})
}
