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

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/note"
)

// lie is a note as the policy writes them, but of what never was.
const lie = "9\n" + `9 1 "mallory" assignee "" "mallory"`

func setNotes(value string) func(o *unstructured.Unstructured) {
	return func(o *unstructured.Unstructured) {
		annotations := o.GetAnnotations()
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations[v1alpha1.NotesAnnotation] = value
		o.SetAnnotations(annotations)
	}
}

// lies are requests that change nothing but notes.
var lies = map[string]write{
	"made up":                annotate(map[string]any{v1alpha1.NotesAnnotation: lie}),
	"emptied":                annotate(map[string]any{v1alpha1.NotesAnnotation: ""}),
	"nulled":                 annotate(map[string]any{v1alpha1.NotesAnnotation: nil}),
	"reduced to the number":  annotate(map[string]any{v1alpha1.NotesAnnotation: "2"}),
	"all annotations nulled": mergePatch(`{"metadata":{"annotations":null}}`),
	"set by JSON patch":      jsonPatch(`[{"op":"add","path":"/metadata/annotations/editor.incidentoperator.dev~1notes","value":"7"}]`),
	"replaced by JSON patch": jsonPatch(`[{"op":"replace","path":"/metadata/annotations","value":{"editor.incidentoperator.dev/notes":"7"}}]`),
	"moved by JSON patch":    jsonPatch(`[{"op":"move","from":"/metadata/annotations/editor.incidentoperator.dev~1notes","path":"/metadata/annotations/x"}]`),
	"removed by JSON patch":  jsonPatch(`[{"op":"remove","path":"/metadata/annotations/editor.incidentoperator.dev~1notes"}]`),
	"replaced by an update":  update(setNotes(lie)),
	"removed by an update":   update(func(o *unstructured.Unstructured) { o.SetAnnotations(nil) }),
	"cut by an update":       update(func(o *unstructured.Unstructured) { setNotes(o.GetAnnotations()[v1alpha1.NotesAnnotation][:20])(o) }),
	"lengthened by an update": update(func(o *unstructured.Unstructured) {
		setNotes(o.GetAnnotations()[v1alpha1.NotesAnnotation] + "\n" + lie)(o)
	}),
	"applied":                   apply(map[string]any{"metadata": map[string]any{"annotations": map[string]any{v1alpha1.NotesAnnotation: lie}}, "spec": map[string]any{"name": "n"}}),
	"patched beside the status": mergePatch(`{"metadata":{"annotations":{"editor.incidentoperator.dev/notes":null}},"status":{"conditions":[]}}`),
	"by a cleaned manifest": update(func(o *unstructured.Unstructured) {
		o.SetAnnotations(nil)
		o.SetManagedFields(nil)
	}),
}

// itKeepsNotes holds in every installation.
func itKeepsNotes(c func() *cluster) {
	for _, kind := range kinds {
		noted := func() (*unstructured.Unstructured, string) {
			GinkgoHelper()
			o := c().create(alice, kind, whole)
			notes := c().write(bob, o, spec(`{"assignee":"erin"}`)).GetAnnotations()[v1alpha1.NotesAnnotation]
			Expect(notes).To(HavePrefix("2\n1 1 "))
			return o, notes
		}
		for name, w := range lies {
			It(fmt.Sprintf("keeps the notes of an %s: %s", kind.kind, name), func() {
				o, notes := noted()
				for _, user := range c().editing() {
					Expect(c().write(user, o, w).GetAnnotations()).To(HaveKeyWithValue(v1alpha1.NotesAnnotation, notes), user)
				}
			})
		}
		It("notes the truth beside a lie in the same request on an "+kind.kind, func() {
			for i, w := range []write{
				mergePatch(`{"metadata":{"annotations":{"editor.incidentoperator.dev/notes":"7"}},"spec":{"assignee":"frank"}}`),
				mergePatch(`{"metadata":{"annotations":null},"spec":{"assignee":"frank"}}`),
				update(func(o *unstructured.Unstructured) { setNotes(lie)(o); setSpec("frank", "assignee")(o) }),
				jsonPatch(`[{"op":"remove","path":"/metadata/annotations"},{"op":"replace","path":"/spec/assignee","value":"frank"}]`),
				apply(map[string]any{
					"metadata": map[string]any{"annotations": map[string]any{v1alpha1.NotesAnnotation: lie}},
					"spec":     map[string]any{"assignee": "frank"},
				}),
			} {
				for _, user := range []string{alice, carol, root} {
					o, notes := noted()
					after := c().write(user, o, w)
					Expect(after.GetAnnotations()[v1alpha1.NotesAnnotation]).To(HavePrefix("3"+notes[1:]+"\n"), "%d", i)
					Expect(newest(after).Users).To(Equal([]string{user}))
					Expect(newest(after).Values).To(ContainElement(note.Value{Field: "assignee", From: "erin", To: "frank"}))
				}
			}
		})
		It("corrects notes that are forged on create of an "+kind.kind, func() {
			for _, user := range c().editing() {
				o := c().create(user, kind, func(o *unstructured.Unstructured) { setNotes(lie)(o); whole(o) })
				Expect(notesOf(c().get(o)).Notes).To(HaveExactElements(And(
					HaveField("Number", int64(1)), HaveField("Users", []string{user}), HaveField("Values", ContainElement(note.Value{Field: "created"})))))
			}
			o := kind.object(uniqueName())
			whole(o)
			applied := c().write(root, o, apply(map[string]any{
				"metadata": map[string]any{"annotations": map[string]any{v1alpha1.NotesAnnotation: lie}}, "spec": o.Object["spec"],
			}))
			Expect(newest(applied).Number).To(Equal(int64(1)))
		})
		It("lets no write of the status touch the notes of an "+kind.kind, func() {
			o, notes := noted()
			for _, user := range []string{c().operator, root} {
				after := c().write(user, o, statusPatch(`{"metadata":{"annotations":{"editor.incidentoperator.dev/notes":null}},"status":{"conditions":[]}}`))
				Expect(after.GetAnnotations()).To(HaveKeyWithValue(v1alpha1.NotesAnnotation, notes))
			}
			after := c().write(root, o, statusUpdate(setNotes(lie)))
			Expect(after.GetAnnotations()).To(HaveKeyWithValue(v1alpha1.NotesAnnotation, notes))
		})
		It("makes no notes where none are, of an "+kind.kind, func() {
			o := c().createOlder(kind, func(*unstructured.Unstructured) {})
			for _, user := range c().editing() {
				for _, w := range []write{
					annotate(map[string]any{v1alpha1.NotesAnnotation: lie}), annotate(map[string]any{v1alpha1.NotesAnnotation: ""}), update(setNotes(lie)),
				} {
					Expect(c().write(user, o, w).Object["metadata"]).NotTo(HaveKey("annotations"), user)
				}
			}
		})
	}
}
