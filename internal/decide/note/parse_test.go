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

package note_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/internal/decide/note"
)

// quote writes a string as strings.quote of CEL does: fewer escapes than Go's own, and none of JSON's.
var quote = func() func(string) string {
	escapes := strings.NewReplacer(
		"\a", `\a`, "\b", `\b`, "\f", `\f`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\v", `\v`, `\`, `\\`, `"`, `\"`)
	return func(s string) string { return `"` + escapes.Replace(strings.ToValidUTF8(s, "\uFFFD")) + `"` }
}()

// write writes notes as the policies do.
func write(last int64, notes []note.Note) string {
	var text strings.Builder
	fmt.Fprint(&text, last)
	for _, n := range notes {
		fmt.Fprintf(&text, "\n%d %d", n.Number, n.Generation)
		if n.Counted {
			fmt.Fprintf(&text, " + %d", n.Count)
		}
		for _, user := range n.Users {
			text.WriteString(" " + quote(user))
		}
		for _, v := range n.Values {
			fmt.Fprintf(&text, " %s %s %s", v.Field, quote(v.From), quote(v.To))
		}
		if len(n.Large) > 0 {
			text.WriteString(` large "" ` + quote(strings.Join(n.Large, " ")))
		}
	}
	return text.String()
}

// pieces are what might be taken for syntax, and what one writer escapes and another does not.
var pieces = []string{
	`"`, `\`, " ", "\n", "\r", "\t", "\a\b\f\v", "\x00", "\x1b[31m", "\x7f", "\u0085", "\u2028", "\u202e", "\ufeff", "\ufffd",
	"+", "+ 1 ", "large", `" "`, `\"`, `\n`, `\u0041`, "'", "`", "/", "勒索軟件", "é", "e\u0301", "👩‍💻", "\U0010ffff", "x", "7",
}

func text(random *rand.Rand) string {
	var built strings.Builder
	for range random.IntN(6) {
		built.WriteString(pieces[random.IntN(len(pieces))])
	}
	return built.String()
}

func anyNote(random *rand.Rand, number int64) note.Note {
	n := note.Note{Number: number, Generation: random.Int64N(100), Count: 1, Users: []string{text(random)}}
	if random.IntN(4) == 0 {
		n.Counted, n.Count = true, 1+random.Int64N(1000)
		for range random.IntN(8) {
			n.Users = append(n.Users, text(random))
		}
		return n
	}
	fields := []string{note.FieldCreated, note.FieldIn, note.FieldMoveReason, note.FieldTags, note.FieldState, note.FieldResolution}
	for _, field := range fields[:1+random.IntN(len(fields))] {
		n.Values = append(n.Values, note.Value{Field: field, From: text(random), To: text(random)})
	}
	if random.IntN(4) == 0 {
		n.Large = []string{note.FieldName, note.FieldDescription}
	}
	return n
}

func TestEveryTextSurvives(t *testing.T) {
	for seed := range uint64(2000) {
		random := rand.New(rand.NewPCG(seed, 1))
		var want []note.Note
		last := random.Int64N(5)
		for range random.IntN(5) {
			last += 1 + random.Int64N(3)
			want = append(want, anyNote(random, last))
		}
		annotation := write(last, want)
		list, err := note.Parse(annotation)
		if err != nil {
			t.Fatalf("seed %d: %v of %q", seed, err, annotation)
		}
		if diff := cmp.Diff(want, list.Notes); diff != "" {
			t.Fatalf("seed %d: notes of %q (-want +got):\n%s", seed, annotation, diff)
		}
		if list.Last != last {
			t.Fatalf("seed %d: Last is %d, want %d", seed, list.Last, last)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("7")
	f.Add("1\n" + `1 1 "alice" created "" "" name "" "\"\\\a\b\f\n\r\t\v日本"`)
	f.Add("9\n" + `3 1 "a" in "inc-1" "u" large "" "name tags"` + "\n" + `9 3 + 4 "a" "b"`)
	f.Add("2\n1 1 `a` name \"\" \"\\u0041\"")
	f.Fuzz(func(t *testing.T, annotation string) {
		list, err := note.Parse(annotation)
		if err != nil {
			return
		}
		if got := list.Drop(0); got != annotation {
			t.Fatalf("a drop of nothing made %q of %q", got, annotation)
		}
		if utf8.ValidString(annotation) {
			checkWritten(t, list)
		}
		for _, n := range list.Notes {
			checkSplit(t, list, n.Number)
		}
	})
}

// checkWritten sees that what was read, written by the policies, reads as the same.
func checkWritten(t *testing.T, list note.List) {
	again, err := note.Parse(write(list.Last, list.Notes))
	if err != nil || again.Last != list.Last {
		t.Fatalf("%v reads as %v, %v", list, again, err)
	}
	if diff := cmp.Diff(list.Notes, again.Notes); diff != "" {
		t.Fatalf("notes (-want +got):\n%s", diff)
	}
}

// checkSplit sees that what is dropped and what is left are all there is.
func checkSplit(t *testing.T, list note.List, number int64) {
	rest, err := note.Parse(list.Drop(number))
	if err != nil {
		t.Fatalf("after a drop up to %d: %v", number, err)
	}
	if rest.Last != list.Last {
		t.Fatalf("a drop up to %d made the last number %d of %d", number, rest.Last, list.Last)
	}
	if diff := cmp.Diff(append([]note.Note(nil), list.After(number)...), rest.Notes); diff != "" {
		t.Fatalf("notes after %d (-want +got):\n%s", number, diff)
	}
	if len(rest.Notes) > 0 && rest.Notes[0].Number <= number {
		t.Fatalf("a drop up to %d left %d", number, rest.Notes[0].Number)
	}
}
