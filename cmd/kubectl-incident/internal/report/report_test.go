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

package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func hostile() *Document {
	return &Document{
		Title: "Stolen <key>", Facts: []Fact{{"State", "Active"}, {"Note", ""}, {"Description", "one\ntwo | three"}},
		Sections: []Section{
			{Heading: "Opened", Columns: []string{"NAME", "TITLE"}, Rows: [][]string{{"inc-1", "*bold* [x](javascript:1)"}, {"inc-2", "<img src=x onerror=alert(1)>\x1b[31m"}, {"inc-3", "see HTTPS://evil.example or www.evil.example"}, {"inc-4", strings.Repeat("n", 25)}}},
			{Heading: "Summary", Text: "# no heading\n- no list\n12. no list either\nüber & \u202eevil"},
			{Heading: "Handed over", None: "Nothing was."},
			{Heading: "Left out"},
		},
	}
}

func TestMarkdown(t *testing.T) {
	var out strings.Builder
	if err := Markdown(&out, hostile()); err != nil {
		t.Fatal(err)
	}
	want := `# Stolen \<key\>

| | |
|---|---|
| State | Active |
| Description | one<br>two \| three |

## Opened

| NAME | TITLE |
|---|---|
| inc-1 | \*bold\* \[x\](javascript:1) |
| inc-2 | \<img src=x onerror=alert(1)\>\\x1b\[31m |
| inc-3 | see HTTPS\://evil.example or www\.evil.example |
| inc-4 | nnnnnnnnnnnnnnnnnnnnnnnnn |

## Summary

\# no heading\
\- no list\
12\. no list either\
über \& \\u202eevil

## Handed over

Nothing was.
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestHTML(t *testing.T) {
	var out strings.Builder
	if err := HTML(&out, hostile()); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	for _, want := range []string{
		"<h1>Stolen &lt;key&gt;</h1>", `<td class="long">one<br>two | three</td>`, "<td>inc-3</td>", `<td class="long">` + strings.Repeat("n", 25) + "</td>", "<td>*bold* [x](javascript:1)</td>",
		`&lt;img src=x onerror=alert(1)&gt;\x1b[31m`, "<p># no heading<br>- no list<br>12. no list either<br>über &amp; \\u202eevil</p>",
		"<h2>Handed over</h2>\n<p>Nothing was.</p>", "default-src 'none'",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	for _, unwanted := range []string{"<img", "Left out", "<script", "\x1b", "\u202e", "http://", "https://"} {
		if strings.Contains(got, unwanted) {
			t.Errorf("%q is in\n%s", unwanted, got)
		}
	}
}
