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
	"maps"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// edit is a change of one group of fields.
type edit struct {
	group string
	only  string // the kind that has the group, or empty for both
	write write
}

func spec(members string) write { return mergePatch(`{"spec":` + members + `}`) }

var edits = map[string]edit{
	"the assignee":            {group: "assignee", write: spec(`{"assignee":"dave"}`)},
	"the resolution's state":  {group: "resolution", write: spec(`{"resolution":{"state":"Resolved"}}`)},
	"the resolution's note":   {group: "resolution", write: spec(`{"resolution":{"note":"a drill"}}`)},
	"the link":                {group: "incidentRef", only: "Alert", write: spec(`{"incidentRef":{"name":"inc-1"}}`)},
	"the tags":                {group: "tags", write: spec(`{"tags":["Crown Jewels: HR 2026"]}`)},
	"a tag label":             {group: "tags", write: mergePatch(`{"metadata":{"labels":{"tag.incidentoperator.dev/a":""}}}`)},
	"the name":                {group: "name", write: spec(`{"name":"Another name"}`)},
	"the verdict":             {group: "classification", write: spec(`{"classification":{"verdict":"FalsePositive"}}`)},
	"verdict and det.":        {group: "classification", write: spec(`{"classification":{"verdict":"TruePositive","determination":"Malware"}}`)},
	"the severity":            {group: "severity", write: spec(`{"severity":"High"}`)},
	"the description":         {group: "description", write: spec(`{"description":"What we know"}`)},
	"beside a forged stamp":   {group: "description", write: mergePatch(`{"metadata":{"annotations":{"editor.incidentoperator.dev/name":"mallory@9","editor.incidentoperator.dev/created":"mallory@1"}},"spec":{"description":"text"}}`)},
	"the merge":               {group: "mergeInto", only: "Incident", write: spec(`{"mergeInto":{"name":"inc-1"}}`)},
	"the assignee, applied":   {group: "assignee", write: apply(map[string]any{"spec": map[string]any{"name": "Suspicious sign-in", "assignee": "dave"}})},
	"a tag label, applied":    {group: "tags", write: apply(map[string]any{"metadata": map[string]any{"labels": map[string]any{tagPrefix + "b": ""}}, "spec": map[string]any{"name": "Suspicious sign-in"}})},
	"the assignee, replaced":  {group: "assignee", write: update(setSpec("dave", "assignee"))},
	"the assignee, JSON":      {group: "assignee", write: jsonPatch(`[{"op":"add","path":"/spec/assignee","value":"dave"}]`)},
	"with a forged stamp":     {group: "assignee", write: mergePatch(`{"metadata":{"annotations":{"editor.incidentoperator.dev/assignee":"mallory@2"}},"spec":{"assignee":"dave"}}`)},
	"with stamps taken away":  {group: "assignee", write: mergePatch(`{"metadata":{"annotations":null},"spec":{"assignee":"dave"}}`)},
	"with another annotation": {group: "assignee", write: mergePatch(`{"metadata":{"annotations":{"example.com/note":"x"}},"spec":{"assignee":"dave"}}`)},
	"beside its own forged":   {group: "description", write: mergePatch(`{"metadata":{"annotations":{"editor.incidentoperator.dev/trail":"{}","editor.incidentoperator.dev/left":"[]"}},"spec":{"description":"text"}}`)},
	"beside its own removed":  {group: "description", write: mergePatch(`{"metadata":{"annotations":{"editor.incidentoperator.dev/merged":null,"editor.incidentoperator.dev/labels":null}},"spec":{"description":"text"}}`)},
	"by a cleaned manifest": {group: "assignee", write: update(func(o *unstructured.Unstructured) {
		o.SetAnnotations(nil)
		o.SetManagedFields(nil)
		setSpec("dave", "assignee")(o)
	})},
}

func setSpec(value any, path ...string) func(o *unstructured.Unstructured) {
	return func(o *unstructured.Unstructured) {
		GinkgoHelper()
		Expect(unstructured.SetNestedField(o.Object, value, append([]string{"spec"}, path...)...)).To(Succeed())
	}
}

// stampsOfNew are the stamps that the smallest object of a kind gets from its creator. An Alert has none of its creation.
func stampsOfNew(kind kindUnderTest, creator string) map[string]string {
	stamps := map[string]string{"name": creator + "@1"}
	if kind.kind == "Incident" {
		stamps["created"] = creator + "@1"
	}
	return stamps
}

// kept is what the operator keeps in an annotation of its own.
const kept = `{"rv":"7","by":"eve/~1\"'@7"}`

// own are the annotations of the stamps' prefix that the operator alone writes, beside the notes.
var own = []string{"labels", "left", "merged", "trail"}

// keep writes all of the operator's own annotations, or removes them where the value is nil.
func keep(value any) write {
	annotations := map[string]any{}
	for _, name := range own {
		annotations[stampPrefix+name] = value
	}
	return annotate(annotations)
}

// withOwn adds the operator's own annotations, with a value, to stamps.
func withOwn(stamps map[string]string, value string) map[string]string {
	all := maps.Clone(stamps)
	for _, name := range own {
		all[name] = value
	}
	return all
}

// editing are users of each sort who may change whatever they like of alerts and incidents. Ingest may not: see ingest_test.go.
func (c *cluster) editing() []string { return []string{alice, carol, root} }

// forgeries are writes that change no group of fields: not one of them may change a stamp.
var forgeries = map[string]write{
	"set":                     annotate(map[string]any{stampPrefix + "assignee": "mallory@9"}),
	"set where none was":      annotate(map[string]any{stampPrefix + "severity": "mallory@9"}),
	"set for an unknown":      annotate(map[string]any{stampPrefix + "evil": "mallory@9"}),
	"nulled":                  annotate(map[string]any{stampPrefix + "assignee": nil}),
	"all annotations nulled":  mergePatch(`{"metadata":{"annotations":null}}`),
	"emptied":                 annotate(map[string]any{stampPrefix + "assignee": ""}),
	"removed by JSON patch":   jsonPatch(`[{"op":"remove","path":"/metadata/annotations/editor.incidentoperator.dev~1assignee"}]`),
	"set by JSON patch":       jsonPatch(`[{"op":"replace","path":"/metadata/annotations","value":{"editor.incidentoperator.dev/a~b":"x"}}]`),
	"replaced by a clean one": update(func(o *unstructured.Unstructured) { o.SetAnnotations(nil) }),
	"replaced by a forged one": update(func(o *unstructured.Unstructured) {
		o.SetAnnotations(map[string]string{stampPrefix + "assignee": "mallory@9", stampPrefix + "evil": "x"})
	}),
	"applied": apply(map[string]any{
		"metadata": map[string]any{"annotations": map[string]any{stampPrefix + "assignee": "mallory@9", stampPrefix + "evil": "x"}},
		"spec":     map[string]any{"name": "Suspicious sign-in"},
	}),
	"beside another annotation": annotate(map[string]any{"example.com/note": "x", stampPrefix + "assignee": "mallory@9"}),
	"beside another label":      mergePatch(`{"metadata":{"labels":{"team":"blue"},"annotations":{"editor.incidentoperator.dev/tags":"mallory@9"}}}`),
	"its creation forged":       annotate(map[string]any{stampPrefix + "created": "mallory@1"}),
	"its creation nulled":       annotate(map[string]any{stampPrefix + "created": nil}),
	"its own made up":           keep("mallory"),
	"its own nulled":            keep(nil),
	"its own emptied":           keep(""),
	"its own set by JSON patch": jsonPatch(`[{"op":"add","path":"/metadata/annotations/editor.incidentoperator.dev~1trail","value":"{}"},
		{"op":"add","path":"/metadata/annotations/editor.incidentoperator.dev~1merged","value":"[]"},
		{"op":"add","path":"/metadata/annotations/editor.incidentoperator.dev~1left","value":"0"},
		{"op":"add","path":"/metadata/annotations/editor.incidentoperator.dev~1labels","value":"a"}]`),
	"its own replaced": update(func(o *unstructured.Unstructured) {
		annotations := o.GetAnnotations()
		for _, name := range own {
			annotations[stampPrefix+name] = "mallory"
		}
		o.SetAnnotations(annotations)
	}),
	"its own applied": apply(map[string]any{
		"metadata": map[string]any{"annotations": map[string]any{
			stampPrefix + "trail": "{}", stampPrefix + "merged": "[]", stampPrefix + "left": "0", stampPrefix + "labels": "a",
		}},
		"spec": map[string]any{"name": "Suspicious sign-in"},
	}),
	"replaced by a cleaned manifest": update(func(o *unstructured.Unstructured) {
		o.SetAnnotations(nil)
		o.SetManagedFields(nil)
	}),
	"no change of the defaults": spec(`{"description":"","resolution":{"state":"Active","note":""},"classification":{"verdict":"NotSet"}}`),
}

// itStampsEditors holds in every installation.
func itStampsEditors(c func() *cluster) {
	for _, kind := range kinds {
		for name, e := range edits {
			if e.only != "" && e.only != kind.kind {
				continue
			}
			It(fmt.Sprintf("stamps who changed %s of an %s, and then who changed it back", name, kind.kind), func() {
				o := c().create(alice, kind, nil)
				Expect(stampsOf(c().get(o))).To(Equal(stampsOfNew(kind, alice)))
				c().write(c().operator, o, keep(kept))

				changed := c().write(bob, o, e.write)
				want := withOwn(stampsOfNew(kind, alice), kept)
				want[e.group] = fmt.Sprintf("%s@%d", bob, changed.GetGeneration())
				Expect(stampsOf(changed)).To(Equal(want))

				back := c().write(alice, o, update(func(now *unstructured.Unstructured) {
					now.SetLabels(nil)
					now.Object["spec"] = o.DeepCopy().Object["spec"]
				}))
				want[e.group] = fmt.Sprintf("%s@%d", alice, back.GetGeneration())
				Expect(stampsOf(back)).To(Equal(want))
				Expect(back.GetGeneration()-o.GetGeneration()).To(BeNumerically("~", 1, 1), "it is the present one, not one to come")
			})
		}
		for name, forgery := range forgeries {
			It(fmt.Sprintf("keeps the stamps of an %s: %s", kind.kind, name), func() {
				o := c().create(alice, kind, nil)
				before := stampsOf(c().write(bob, o, spec(`{"assignee":"dave"}`)))
				want := stampsOfNew(kind, alice)
				want["assignee"] = bob + "@2"
				Expect(before).To(Equal(want))
				for _, user := range c().editing() {
					Expect(stampsOf(c().write(user, o, forgery))).To(Equal(before), user)
				}
			})
			It(fmt.Sprintf("keeps what the operator keeps on an %s: %s", kind.kind, name), func() {
				o := c().create(alice, kind, nil)
				c().write(bob, o, spec(`{"assignee":"dave"}`))
				want := withOwn(stampsOfNew(kind, alice), kept)
				want["assignee"] = bob + "@2"
				Expect(stampsOf(c().write(c().operator, o, keep(kept)))).To(Equal(want))
				for _, user := range c().editing() {
					Expect(stampsOf(c().write(user, o, forgery))).To(Equal(want), user)
				}
			})
		}
		It("leaves the stamps of an "+kind.kind+" as they are when the operator writes", func() {
			o := c().create(alice, kind, nil)
			before := stampsOf(c().write(bob, o, spec(`{"assignee":"dave"}`)))
			after := c().write(c().operator, o,
				mergePatch(`{"metadata":{"labels":{"tag.incidentoperator.dev/a":""}},"spec":{"assignee":"erin","resolution":{"state":"Resolved"}}}`))
			Expect(stampsOf(after)).To(Equal(before))
		})
		It("lets the operator alone keep something on an "+kind.kind+", change it and remove it", func() {
			o := c().create(alice, kind, nil)
			for _, value := range []any{kept, "1", "", nil, kept, nil} {
				want := stampsOfNew(kind, alice)
				if text, ok := value.(string); ok {
					want = withOwn(want, text)
				}
				Expect(stampsOf(c().write(c().operator, o, keep(value)))).To(Equal(want), "%v", value)
				for _, user := range c().editing() {
					Expect(stampsOf(c().write(user, o, keep("mallory")))).To(Equal(want), "%v, %s", value, user)
				}
			}
		})
		It("keeps what the operator applied to an "+kind.kind+" when a person applies under its name", func() {
			o := c().create(alice, kind, nil)
			c().write(c().operator, o, apply(map[string]any{
				"metadata": map[string]any{"annotations": map[string]any{stampPrefix + "merged": kept, stampPrefix + "left": kept}},
			}))
			for _, user := range c().editing() {
				after := c().write(user, o, apply(map[string]any{"spec": map[string]any{"name": "Suspicious sign-in"}}))
				Expect(stampsOf(after)).To(And(HaveKeyWithValue("merged", kept), HaveKeyWithValue("left", kept)), user)
			}
		})
		It("stamps ingest as it stamps people on an "+kind.kind, func() {
			o := c().create(c().ingest, kind, nil)
			want := stampsOfNew(kind, c().ingest)
			Expect(stampsOf(c().get(o))).To(Equal(want))
			after := c().write(c().ingest, o, spec(`{"severity":"High"}`))
			want["severity"] = c().ingest + "@2"
			Expect(stampsOf(after)).To(Equal(want))
		})
		It("corrects what is forged on create of an "+kind.kind, func() {
			for _, user := range c().editing() {
				o := c().create(user, kind, func(o *unstructured.Unstructured) {
					o.SetAnnotations(map[string]string{
						stampPrefix + "name": "mallory@1", stampPrefix + "created": "mallory@1", stampPrefix + "assignee": "mallory@1", stampPrefix + "evil": "x",
						stampPrefix + "trail": kept, stampPrefix + "merged": kept, stampPrefix + "left": kept, stampPrefix + "labels": kept,
						"example.com/note": "x",
					})
				})
				Expect(stampsOf(c().get(o))).To(Equal(stampsOfNew(kind, user)))
				Expect(c().get(o).GetAnnotations()).To(HaveKeyWithValue("example.com/note", "x"))
			}
		})
		It("stamps everything that is set on create of an "+kind.kind, func() {
			o := c().create(alice, kind, func(o *unstructured.Unstructured) {
				o.SetLabels(map[string]string{tagPrefix + "b": "", "team": "blue"})
				members := map[string]any{
					"name": "n", "assignee": "dave", "tags": []any{"a"}, "severity": "Low", "description": "d",
					"resolution":     map[string]any{"state": "InProgress"},
					"classification": map[string]any{"verdict": "FalsePositive"},
				}
				if kind.kind == "Alert" {
					members["incidentRef"] = map[string]any{"name": "inc-1"}
				} else {
					members["mergeInto"] = map[string]any{"name": "inc-1"}
				}
				o.Object["spec"] = members
			})
			want := stampsOfNew(kind, alice)
			for _, group := range []string{"assignee", "description", "tags", "severity", "resolution", "classification"} {
				want[group] = alice + "@1"
			}
			want[map[string]string{"Alert": "incidentRef", "Incident": "mergeInto"}[kind.kind]] = alice + "@1"
			Expect(stampsOf(c().get(o))).To(Equal(want))
		})
	}
}
