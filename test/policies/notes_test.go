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

var incidents = kindUnderTest{"Incident"}

// notesOf reads the notes of an object as the operator does.
func notesOf(o *unstructured.Unstructured) note.List {
	GinkgoHelper()
	list, err := note.Parse(o.GetAnnotations()[v1alpha1.NotesAnnotation])
	Expect(err).NotTo(HaveOccurred())
	return list
}

// newest is the last note of an object.
func newest(o *unstructured.Unstructured) note.Note {
	GinkgoHelper()
	list := notesOf(o)
	Expect(list.Notes).NotTo(BeEmpty())
	last := list.Notes[len(list.Notes)-1]
	Expect(last.Number).To(Equal(list.Last))
	return last
}

// valueOf is a field of a note that must have it.
func valueOf(n note.Note, field string) note.Value {
	GinkgoHelper()
	value, ok := n.Value(field)
	Expect(ok).To(BeTrue(), "%s is not in %v", field, n)
	return value
}

// values writes down the values of a note: field, before and after, and so on.
func values(texts ...string) []note.Value {
	var all []note.Value
	for i := 0; i < len(texts); i += 3 {
		all = append(all, note.Value{Field: texts[i], From: texts[i+1], To: texts[i+2]})
	}
	return all
}

// edited is the note about the second request on an object that a user made.
func edited(user string, generation int64, want []note.Value) note.Note {
	return note.Note{Number: 2, Generation: generation, Users: []string{user}, Count: 1, Values: want}
}

// linked is an alert of an incident.
func linked(o *unstructured.Unstructured) { setSpec("inc-1", "incidentRef", "name")(o) }

// whole is an object all of whose groups are set.
func whole(o *unstructured.Unstructured) {
	o.SetLabels(map[string]string{tagPrefix + "b": "", tagPrefix + "a": "x", "team": "blue"})
	members := map[string]any{
		"name": "n", "description": "d", "assignee": "dave", "tags": []any{"z", "y"}, "severity": "Low",
		"resolution":     map[string]any{"state": "InProgress", "note": "why"},
		"classification": map[string]any{"verdict": "TruePositive", "determination": "Malware"},
	}
	if o.GetKind() == "Alert" {
		members["incidentRef"] = map[string]any{"name": "inc-1"}
	} else {
		members["mergeInto"] = map[string]any{"name": "inc-2"}
	}
	o.Object["spec"] = members
}

// changes are requests, and what the notes about them say of a group of fields.
var changes = map[string]struct {
	only  string // the kind that has the group, or empty for both
	write write
	want  []note.Value
	label bool // no change of spec
}{
	"the name":        {write: spec(`{"name":"m"}`), want: values("name", "n", "m")},
	"the description": {only: "Incident", write: spec(`{"description":"e"}`), want: values("description", "d", "e")},
	"its removal":     {only: "Incident", write: spec(`{"description":null}`), want: values("description", "d", "")},
	"the tags":        {write: spec(`{"tags":["y","x"]}`), want: values("tags", "z\ny", "y\nx", "labels", "a\nb", "a\nb")},
	"a tag label": {
		write: mergePatch(`{"metadata":{"labels":{"tag.incidentoperator.dev/a":null,"tag.incidentoperator.dev/c":""}}}`),
		want:  values("tags", "z\ny", "z\ny", "labels", "a\nb", "b\nc"), label: true,
	},
	"the assignee":   {write: spec(`{"assignee":"erin"}`), want: values("assignee", "dave", "erin")},
	"no assignee":    {write: spec(`{"assignee":""}`), want: values("assignee", "dave", "")},
	"the verdict":    {write: spec(`{"classification":{"verdict":"FalsePositive","determination":null}}`), want: values("verdict", "TruePositive", "FalsePositive", "determination", "Malware", "")},
	"the det.":       {write: spec(`{"classification":{"determination":"Phishing"}}`), want: values("verdict", "TruePositive", "TruePositive", "determination", "Malware", "Phishing")},
	"no verdict":     {write: spec(`{"classification":null}`), want: values("verdict", "TruePositive", "NotSet", "determination", "Malware", "")},
	"the severity":   {write: spec(`{"severity":"High"}`), want: values("severity", "Low", "High")},
	"the state":      {write: spec(`{"resolution":{"state":"Resolved"}}`), want: values("state", "InProgress", "Resolved", "note", "why", "why")},
	"the note":       {write: spec(`{"resolution":{"note":"because"}}`), want: values("state", "InProgress", "InProgress", "note", "why", "because")},
	"no resolution":  {write: spec(`{"resolution":null}`), want: values("state", "InProgress", "Active", "note", "why", "")},
	"the merge":      {only: "Incident", write: spec(`{"mergeInto":{"name":"inc-3"}}`), want: values("mergeInto", "inc-2", "inc-3")},
	"no merge":       {only: "Incident", write: spec(`{"mergeInto":null}`), want: values("mergeInto", "inc-2", "")},
	"the link":       {only: "Alert", write: spec(`{"incidentRef":{"name":"inc-2"}}`), want: values("incidentRef", "inc-1", "inc-2")},
	"an unlink":      {only: "Alert", write: spec(`{"incidentRef":null}`), want: values("incidentRef", "inc-1", "")},
	"several groups": {write: spec(`{"severity":"High","name":"m","assignee":null}`), want: values("name", "n", "m", "assignee", "dave", "", "severity", "Low", "High")},
	"an update":      {write: update(setSpec("erin", "assignee")), want: values("assignee", "dave", "erin")},
	"a JSON patch":   {write: jsonPatch(`[{"op":"replace","path":"/spec/assignee","value":"erin"}]`), want: values("assignee", "dave", "erin")},
	"an apply":       {write: apply(map[string]any{"spec": map[string]any{"assignee": "erin"}}), want: values("assignee", "dave", "erin")},
	"what is no syntax": {
		write: update(setSpec("a\"\\ +\n1 2 \"x\"\t\u2028勒索軟件 👩‍💻\u202e", "resolution", "note")),
		want:  values("state", "InProgress", "InProgress", "note", "why", "a\"\\ +\n1 2 \"x\"\t\u2028勒索軟件 👩‍💻\u202e"),
	},
}

// silences are requests that change no group.
var silences = map[string]write{
	"another label":              mergePatch(`{"metadata":{"labels":{"team":"red"}}}`),
	"another annotation":         annotate(map[string]any{"example.com/note": "x"}),
	"another order of tags":      spec(`{"tags":["y","z"]}`),
	"what holds already":         spec(`{"severity":"Low","name":"n"}`),
	"an update that is none":     update(func(*unstructured.Unstructured) {}),
	"a reason without a move":    annotate(map[string]any{v1alpha1.MoveReasonAnnotation: `{"to":"inc-2","reason":"x"}`}),
	"the status, by its own way": update(func(o *unstructured.Unstructured) { o.Object["status"] = map[string]any{"conditions": []any{}} }),
}

// itNotesEdits holds in every installation.
func itNotesEdits(c func() *cluster) {
	for _, kind := range kinds {
		for name, change := range changes {
			if change.only != "" && change.only != kind.kind {
				continue
			}
			It(fmt.Sprintf("notes %s of an %s", name, kind.kind), func() {
				o := c().create(alice, kind, whole)
				want := edited(odd, 2, change.want)
				if kind.kind == "Alert" {
					want.Values = append(values("in", "inc-1", ""), want.Values...)
				}
				if change.label {
					want.Generation = 1
				}
				after := c().write(odd, o, change.write)
				Expect(newest(after)).To(Equal(want))
				Expect(after.GetGeneration()).To(Equal(want.Generation))
				Expect(notesOf(after).Notes).To(HaveLen(2))
			})
		}
		for name, silence := range silences {
			It(fmt.Sprintf("notes nothing about %s of an %s", name, kind.kind), func() {
				o := c().create(alice, kind, whole)
				before := c().get(o).GetAnnotations()[v1alpha1.NotesAnnotation]
				Expect(c().write(bob, o, silence).GetAnnotations()).To(HaveKeyWithValue(v1alpha1.NotesAnnotation, before))
			})
		}
		It("notes nothing about what the operator does to an "+kind.kind, func() {
			o := c().create(alice, kind, whole)
			before := c().get(o).GetAnnotations()[v1alpha1.NotesAnnotation]
			after := c().write(c().operator, o, spec(`{"assignee":"erin","resolution":{"state":"Resolved"}}`))
			Expect(after.GetAnnotations()).To(HaveKeyWithValue(v1alpha1.NotesAnnotation, before))
		})
		It("lets the operator drop notes of an "+kind.kind+", and numbers go on", func() {
			o := c().create(alice, kind, whole)
			after := c().write(bob, o, spec(`{"assignee":"erin"}`))
			Expect(notesOf(after).Notes).To(HaveLen(2))
			c().write(c().operator, o, annotate(map[string]any{v1alpha1.NotesAnnotation: notesOf(after).Drop(1)}))
			after = c().write(bob, o, spec(`{"assignee":"frank"}`))
			Expect(notesOf(after).After(0)).To(HaveExactElements(HaveField("Number", int64(2)), HaveField("Number", int64(3))))
			c().write(c().operator, o, annotate(map[string]any{v1alpha1.NotesAnnotation: notesOf(after).Drop(3)}))
			Expect(newest(c().write(bob, o, spec(`{"assignee":"grace"}`))).Number).To(Equal(int64(4)))
		})
		It("notes whoever edits an "+kind.kind, func() {
			o := c().create(alice, kind, whole)
			for i, user := range []string{alice, bob, odd, carol, root} {
				noted := newest(c().write(user, o, spec(fmt.Sprintf(`{"assignee":"a%d"}`, i))))
				Expect(noted.Users).To(Equal([]string{user}))
				Expect(noted.Generation).To(Equal(int64(i + 2)))
			}
		})
	}

	It("notes what an incident has from the start, and who created it", func() {
		Expect(notesOf(c().get(c().create(odd, incidents, whole))).Notes).To(Equal([]note.Note{{
			Number: 1, Generation: 1, Users: []string{odd}, Count: 1,
			Values: values("created", "", "", "name", "", "n", "description", "", "d", "tags", "", "z\ny", "labels", "", "a\nb",
				"assignee", "", "dave", "verdict", "NotSet", "TruePositive", "determination", "", "Malware",
				"severity", "", "Low", "mergeInto", "", "inc-2", "state", "Active", "InProgress", "note", "", "why"),
		}}))
		bare := c().create(bob, incidents, func(o *unstructured.Unstructured) { delete(o.Object, "spec") })
		Expect(notesOf(c().get(bare)).Notes).To(Equal([]note.Note{{
			Number: 1, Generation: 1, Users: []string{bob}, Count: 1, Values: values("created", "", ""),
		}}))
		applied := c().write(root, incidents.object(uniqueName()), apply(map[string]any{"spec": map[string]any{"name": "m"}}))
		Expect(newest(applied).Values).To(Equal(values("created", "", "", "name", "", "m")))
	})
	It("takes what the operator set for no tag label of a person", func() {
		for _, kind := range kinds {
			o := c().create(alice, kind, whole)
			c().write(c().operator, o, mergePatch(`{"metadata":{"labels":{"tag.incidentoperator.dev/y":"","tag.incidentoperator.dev/z":""},`+
				`"annotations":{"editor.incidentoperator.dev/labels":"y\nz"}}}`))
			noted := newest(c().write(bob, o, spec(`{"tags":["y"]}`)))
			Expect(noted.Values).To(ContainElement(note.Value{Field: "labels", From: "a\nb", To: "a\nb"}))
			noted = newest(c().write(bob, o, mergePatch(`{"metadata":{"labels":{"tag.incidentoperator.dev/z":null,"tag.incidentoperator.dev/b":null}}}`)))
			Expect(noted.Values).To(ContainElement(note.Value{Field: "labels", From: "a\nb", To: "a"}))
		}
	})
	It("notes what ingest does to incidents, and not what it does to alerts", func() {
		incident := c().create(c().ingest, incidents, whole)
		Expect(newest(c().get(incident)).Users).To(Equal([]string{c().ingest}))
		Expect(newest(c().write(c().ingest, incident, spec(`{"resolution":{"state":"Resolved"}}`)))).
			To(Equal(edited(c().ingest, 2, values("state", "InProgress", "Resolved", "note", "why", "why"))))

		alert := c().create(c().ingest, alerts, nil)
		Expect(c().get(alert).GetAnnotations()).NotTo(HaveKey(v1alpha1.NotesAnnotation))
		Expect(c().write(c().ingest, alert, spec(`{"incidentRef":{"name":"inc-2"}}`)).GetAnnotations()).NotTo(HaveKey(v1alpha1.NotesAnnotation))
		noted := c().write(bob, alert, spec(`{"incidentRef":{"name":"inc-3"}}`)).GetAnnotations()[v1alpha1.NotesAnnotation]
		for user, said := range map[string]string{c().ingest: `{"occurrences":2}`, c().operator: `{"assignee":"carol"}`} {
			after := c().write(user, alert, spec(said))
			Expect(after.GetAnnotations()).To(HaveKeyWithValue(v1alpha1.NotesAnnotation, noted), user)
		}
		// Names that only look like ingest's.
		for _, user := range []string{c().ingest + "x", strings.TrimPrefix(c().ingest, "system:serviceaccount:")} {
			Expect(spec(`{"assignee":"`+user[len(user)-6:]+`"}`)(GinkgoT().Context(), c().allPowerful(user), alert.DeepCopy())).To(Succeed())
			Expect(newest(c().get(alert)).Users).To(Equal([]string{user}))
		}
	})
}
