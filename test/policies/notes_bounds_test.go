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
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/note"
)

const (
	maxNotes     = 32
	maxBytes     = 64 << 10
	maxLineBytes = 48 << 10
	maxOthers    = 180 << 10
)

// describe writes a description, whatever it holds.
func describe(text string) write {
	GinkgoHelper()
	encoded, err := json.Marshal(text)
	Expect(err).NotTo(HaveOccurred())
	return spec(`{"description":` + string(encoded) + `}`)
}

func resolve(text string) write {
	GinkgoHelper()
	encoded, err := json.Marshal(text)
	Expect(err).NotTo(HaveOccurred())
	return spec(`{"resolution":{"note":` + string(encoded) + `}}`)
}

// withNotes is an object that bears notes, such as the policy never wrote or long ago.
func (c *cluster) withNotes(kind kindUnderTest, notes string) *unstructured.Unstructured {
	GinkgoHelper()
	return c.createOlder(kind, func(o *unstructured.Unstructured) { whole(o); setNotes(notes)(o) })
}

// itBoundsNotes holds what does not depend on the installation.
func itBoundsNotes(c func() *cluster) {
	for _, kind := range kinds {
		It("notes 32 requests on an "+kind.kind+", and counts those after", func() {
			o := c().create(alice, kind, whole)
			var list note.List
			for i := 2; i <= 40; i++ {
				after := c().write(bob, o, spec(fmt.Sprintf(`{"assignee":"a%d"}`, i)))
				list = notesOf(after)
				Expect(list.Last).To(Equal(int64(i)))
				if i <= maxNotes {
					Expect(list.Notes).To(HaveLen(i))
					Expect(valueOf(newest(after), "assignee").To).To(Equal(fmt.Sprintf("a%d", i)))
					continue
				}
				Expect(list.Notes).To(HaveLen(maxNotes + 1))
				Expect(newest(after)).To(Equal(note.Note{
					Number: int64(i), Generation: int64(i), Users: []string{bob}, Count: int64(i - maxNotes), Counted: true,
				}))
			}
			before := c().get(o).GetAnnotations()[v1alpha1.NotesAnnotation]
			Expect(c().write(bob, o, spec(`{"assignee":"a40"}`)).GetAnnotations()).To(HaveKeyWithValue(v1alpha1.NotesAnnotation, before))

			// When the operator has taken all but the last, there is room again, behind what was counted.
			c().write(c().operator, o, annotate(map[string]any{v1alpha1.NotesAnnotation: list.Drop(32)}))
			after := c().write(bob, o, spec(`{"assignee":"b"}`))
			Expect(notesOf(after).Notes).To(HaveExactElements(
				And(HaveField("Number", int64(40)), HaveField("Count", int64(8))),
				And(HaveField("Number", int64(41)), HaveField("Counted", false))))
		})
		It("counts a label-only edit of an "+kind.kind+" by the present generation", func() {
			o := c().withNotes(kind, fmt.Sprintf("40\n"+`40 1 + 8 "x"`)+strings.Repeat("\n"+`1 1 "x" name "" "y"`, 31)+"\n"+`40 1 + 8 "x"`)
			after := c().write(bob, o, mergePatch(`{"metadata":{"labels":{"tag.incidentoperator.dev/c":""}}}`))
			Expect(after.GetAnnotations()[v1alpha1.NotesAnnotation]).To(HaveSuffix("\n" + `41 1 + 9 "x" "bob@example.com"`))
		})
		It("remembers eight of those whose requests on an "+kind.kind+" it counts, each once", func() {
			o := c().withNotes(kind, "7"+strings.Repeat("\n"+`1 1 "x" name "" "y"`, maxNotes))
			users := []string{alice, odd, carol, alice, root, odd, `a" "b`, `b`, `" "`, `x y`, `\`, `z`, alice, `b`}
			var want []string
			for i, user := range users {
				as := c().clients[user]
				if as == nil {
					as = c().allPowerful(user)
				}
				Expect(spec(fmt.Sprintf(`{"assignee":"a%d"}`, i))(GinkgoT().Context(), as, o.DeepCopy())).To(Succeed())
				line := c().get(o).GetAnnotations()[v1alpha1.NotesAnnotation]
				line = line[strings.LastIndexByte(line, '\n')+1:]
				counted, err := note.Parse(strings.SplitN(line, " ", 2)[0] + "\n" + line)
				Expect(err).NotTo(HaveOccurred())
				if len(want) < 8 && !slices.Contains(want, user) {
					want = append(want, user)
				}
				Expect(counted.Notes[0].Users).To(Equal(want))
				Expect(counted.Notes[0].Count).To(Equal(int64(i + 1)))
			}
			Expect(want).To(HaveLen(8))
		})
		It("counts what has no room beside 180 KiB of other annotations of an "+kind.kind, func() {
			for extra, counted := range map[int]bool{0: false, 1: true} {
				o := c().createOlder(kind, func(o *unstructured.Unstructured) {
					whole(o)
					o.SetAnnotations(map[string]string{"a": "x" + strings.Repeat("é", maxOthers/2-1) + strings.Repeat("x", extra)})
				})
				Expect(newest(c().write(bob, o, spec(`{"assignee":"erin"}`))).Counted).To(Equal(counted), "%d bytes more", extra)
			}
		})
		It("refuses no edit of an "+kind.kind+" whose annotations are nearly all that Kubernetes allows", func() {
			for _, notes := range []string{"", "3", "3\n" + `3 1 + 3 "x"`} {
				o := c().createOlder(kind, func(o *unstructured.Unstructured) {
					whole(o)
					o.SetAnnotations(map[string]string{"a": strings.Repeat("x", 255<<10), v1alpha1.NotesAnnotation: notes})
				})
				after := c().write(bob, o, spec(`{"assignee":"erin"}`))
				Expect(newest(after).Counted).To(BeTrue())
				Expect(newest(c().write(bob, o, spec(`{"assignee":"frank"}`))).Counted).To(BeTrue())
			}
		})
		for name, garbage := range map[string]struct{ annotation, prefix string }{
			"no number":                   {"nonsense", "1\n1 2 "},
			"nothing":                     {"", "1\n1 2 "},
			"a line feed":                 {"\n", "1\n1 2 "},
			"an empty first line":         {"\n" + `4 1 "x" name "" "y"`, "1\n1 2 "},
			"JSON":                        {`{"notes":[]}`, "1\n1 2 "},
			"a number of 16 digits":       {"1000000000000000\nx", "1\n1 2 "},
			"a negative number":           {"-4", "1\n1 2 "},
			"a number and a space":        {"4 ", "1\n1 2 "},
			"a carriage return":           {"4\r\n5", "1\n1 2 "},
			"another digit":               {"٤", "1\n1 2 "},
			"a number beyond this one":    {"999999999999999", "1000000000000000\n1000000000000000 2 "},
			"lines that are none":         {"4\nx\n\n", "5\nx\n\n\n5 2 "},
			"a count that is none":        {"4\n4 1 + x \"y\"", "5\n4 1 + x \"y\"\n5 2 "},
			"line feeds alone":            {"4" + strings.Repeat("\n", 60<<10), "5\n\n"},
			"more line feeds":             {"4" + strings.Repeat("\n", 250<<10), "5\n5 2 "},
			"numbers without end":         {strings.Repeat("4", 250<<10), "1\n1 2 "},
			"quotes without end":          {"4\n" + `4 1 + 1 "` + strings.Repeat(`\"`, 60<<10), "5\n5 2 + 2 \""},
			"quotes and spaces":           {"4\n" + strings.Repeat("x\n", maxNotes) + `4 1 + 1 "` + strings.Repeat(` "`, 30<<10), "5\nx\n"},
			"more than any policy writes": {"4\n" + `4 1 "x" name "" "` + strings.Repeat("日", 80<<10) + `"`, "5\n5 2 "},
		} {
			It(fmt.Sprintf("edits an %s whose notes are %s, and restores them when nothing is noted", kind.kind, name), func() {
				o := c().withNotes(kind, garbage.annotation)
				for _, user := range []string{bob, root} {
					untouched := c().write(user, o, mergePatch(`{"metadata":{"annotations":null,"labels":{"team":"`+user[:3]+`"}}}`))
					Expect(untouched.GetAnnotations()[v1alpha1.NotesAnnotation]).To(Equal(garbage.annotation))
				}
				after := c().write(bob, o, spec(`{"assignee":"erin"}`)).GetAnnotations()[v1alpha1.NotesAnnotation]
				Expect(after).To(HavePrefix(garbage.prefix))
				Expect(after[strings.LastIndexByte(after, '\n'):]).To(MatchRegexp(`^\n\d+ 2 (\+ \d+ )?"`))
				Expect(c().write(bob, o, spec(`{"assignee":"frank"}`)).GetAnnotations()[v1alpha1.NotesAnnotation]).NotTo(Equal(after))
			})
		}
		It("names the fields of an "+kind.kind+" whose values are too large", func() {
			tags := func(letter string) []any {
				all := make([]any, 64)
				for i := range all {
					all[i] = fmt.Sprintf("%s%02d", strings.Repeat(letter, 126), i)
				}
				return all
			}
			o := c().create(alice, kind, func(o *unstructured.Unstructured) { whole(o); setSpec(tags("🔥"), "tags")(o) })
			after := c().write(bob, o, update(func(o *unstructured.Unstructured) {
				setSpec(tags("💧"), "tags")(o)
				setSpec("erin", "assignee")(o)
				if kind == alerts {
					setSpec("inc-2", "incidentRef", "name")(o)
					o.SetAnnotations(map[string]string{v1alpha1.MoveReasonAnnotation: "why"})
				}
			}))
			want := note.Note{Number: 2, Generation: 2, Users: []string{bob}, Count: 1, Large: []string{"tags", "labels", "assignee"}}
			if kind == alerts {
				want.Values = values("in", "inc-1", "", "incidentRef", "inc-1", "inc-2")
				want.Large = append([]string{"move-reason"}, want.Large...)
			}
			Expect(newest(after)).To(Equal(want))
			Expect(valueOf(newest(c().write(bob, o, spec(`{"assignee":"frank"}`))), "assignee").To).To(Equal("frank"))
		})
		It("names the tags of an "+kind.kind+" that has too many tag labels to sort", func() {
			label := func(n int) map[string]string {
				labels := map[string]string{}
				for i := range n {
					labels[fmt.Sprintf("%s%d", tagPrefix, i)] = ""
				}
				return labels
			}
			o := c().createOlder(kind, func(o *unstructured.Unstructured) { whole(o); o.SetLabels(label(256)) })
			noted := newest(c().write(bob, o, mergePatch(`{"metadata":{"labels":{"tag.incidentoperator.dev/7":null}}}`)))
			Expect(noted.Large).To(BeNil())
			o = c().createOlder(kind, func(o *unstructured.Unstructured) { whole(o); o.SetLabels(label(512)) })
			noted = newest(c().write(bob, o, mergePatch(`{"metadata":{"labels":{"tag.incidentoperator.dev/7":null}}}`)))
			Expect(noted.Large).To(Equal([]string{"tags", "labels"}))
			noted = newest(c().write(bob, o, spec(`{"assignee":"erin"}`)))
			Expect(valueOf(noted, "assignee").To).To(Equal("erin"))
		})
	}

	It("notes a line of 48 KiB, and names the fields of one that is a byte longer", func() {
		before, after := strings.Repeat("🔥", 5000), strings.Repeat("💧", 5000)
		rest := maxLineBytes - len(`1 2 "bob@example.com" description "`+before+`" "`+after+`" state "Active" "Active" note "" ""`)
		for extra, large := range map[int][]string{0: nil, 1: {"description", "state", "note"}} {
			o := c().createOlder(incidents, setSpec(before, "description"))
			changed := c().write(bob, o, update(func(o *unstructured.Unstructured) {
				setSpec(after, "description")(o)
				setSpec(strings.Repeat("日", rest/3)+strings.Repeat("x", rest%3+extra), "resolution", "note")(o)
			}))
			Expect(newest(changed).Large).To(Equal(large))
			if large == nil {
				Expect(strings.Split(changed.GetAnnotations()[v1alpha1.NotesAnnotation], "\n")[1]).To(HaveLen(maxLineBytes))
			}
		}
	})
	It("notes up to 64 KiB, and counts what would be a byte more", func() {
		rest := maxBytes - len("2\n"+`1 1 "x" name "" ""`+"\n"+`2 2 "bob@example.com" assignee "dave" "erin"`)
		for extra, counted := range map[int]bool{0: false, 1: true} {
			o := c().withNotes(incidents, "1\n"+`1 1 "x" name "" "`+strings.Repeat("é", rest/2)+strings.Repeat("x", rest%2+extra)+`"`)
			after := c().write(bob, o, spec(`{"assignee":"erin"}`))
			Expect(newest(after).Counted).To(Equal(counted))
			if !counted {
				Expect(after.GetAnnotations()[v1alpha1.NotesAnnotation]).To(HaveLen(maxBytes))
			}
		}
	})
	for name, letter := range map[string]string{"ASCII": "x", "CJK": "勒", "emoji": "🔥", "quotes": `"`, "backslashes": `\`} {
		It("refuses no edit of the longest texts, of "+name, func() {
			o := c().create(alice, incidents, setSpec(strings.Repeat(letter, 5000), "description"))
			for i := range 12 {
				text := strings.Repeat(letter, 4999-i) + "e"
				after := c().write(bob, o, describe(text))
				if noted := newest(after); !noted.Counted {
					Expect(valueOf(noted, "description").To).To(Equal(text))
				}
				Expect(newest(c().write(bob, o, resolve(fmt.Sprint(i, strings.Repeat(letter, 4000))))).Number).To(Equal(int64(2*i + 3)))
				Expect(len(after.GetAnnotations()[v1alpha1.NotesAnnotation])).To(BeNumerically("<", maxBytes+200))
			}
			Expect(newest(c().get(o)).Counted).To(BeTrue())
		})
	}
	It("moves an alert however long its texts are", func() {
		o := c().create(alice, alerts, func(o *unstructured.Unstructured) {
			whole(o)
			setSpec(strings.Repeat("🔥", 16384), "description")(o)
			setSpec(strings.Repeat("🔥", 4096), "resolution", "note")(o)
		})
		after := c().write(bob, o, spec(`{"incidentRef":{"name":"inc-2"},"resolution":{"note":"short"}}`))
		Expect(valueOf(newest(after), "note")).To(Equal(note.Value{Field: "note", From: strings.Repeat("🔥", 4096), To: "short"}))
	})
}
