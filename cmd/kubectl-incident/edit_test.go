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

package main

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/edit"
)

func TestFormRoundTrip(t *testing.T) {
	texts := []string{
		"", "plain", "two\nlines", "ends\n", "ends\n\n", "\nbegins", "  indented\nx", "# no comment", "a: b", "'\"", "null", "true", "0x1", "- x",
		"tab\tand\x1b[2J", "…\u2028\u00a0", "a\u2028b", "a\u0085b", "a\u0085\nb", "del\x7f", "2026", "NO", "2026-11-26", "1e3", "\ufeffx", "#! x", "#= x", "a #b", "trailing ", "|", "~", "{{ .Name }}", strings.Repeat("long words ", 400), "---", "a\n---\nb", "\r\n", "%", "=", "<<",
	}
	for i, text := range texts {
		next := texts[(i+1)%len(texts)]
		want := edit.Form{
			Name: text, Tags: []v1alpha1.Tag{v1alpha1.Tag(text), v1alpha1.Tag(next)}, Assignee: next,
			Classification: v1alpha1.Classification{Verdict: "TruePositive", Determination: "Malware"},
			Resolution:     v1alpha1.Resolution{State: "Active", Note: text}, Severity: "High", Description: next,
		}
		written, err := want.Render("x")
		if err != nil {
			t.Fatal(err)
		}
		got, err := edit.Parse(written, edit.Form{})
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v %s\n%s", text, err, diff, written)
		}
	}
}

// TestBaseOfASheet keeps with a sheet what was there before, whatever else is written in it.
func TestBaseOfASheet(t *testing.T) {
	for _, text := range []string{"", "a\n#= b", "#= b", "ends\n\n", "a\u2028b"} {
		before := edit.Form{Name: text, Description: text}
		before.Complete()
		sheet, err := before.Render("x")
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // A sheet that was kept is kept again.
			if sheet, err = before.WithBase(sheet); err != nil {
				t.Fatal(err)
			}
		}
		got, found, err := edit.BaseOf(sheet)
		if err != nil || !found || !got.Equal(before) {
			t.Errorf("%q: %v %t %+v\n%s", text, err, found, got, sheet)
		}
		if written, err := edit.Parse(sheet, edit.Form{}); err != nil || written.Description != text {
			t.Errorf("%q: %v %q\n%s", text, err, written.Description, sheet)
		}
	}
}

func TestFormRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"title: x":                    `unknown field "title"`,
		"Name: x":                     `unknown field "Name"`,
		"name: x\nname: y":            `"name"`,
		"classification: {verdct: x}": `unknown field "verdct"`,
		"mergeInto: {name: x}":        `unknown field "mergeInto"`,
		"classification: {verdict: FalsePositive, determination: Malware}": "must be NotMalicious, NotEnoughDataToValidate or Other",
		"resolution: {state: Done}":                                        "state must be",
		"severity: Bad":                                                    "severity must be",
		"tags: [a, A]":                                                     `the tags "a" and "A" are the same`,
		"tags: ['']":                                                       "a tag is empty",
		"name: x\n---\nname: y":                                            `"---"`,
		"name: [":                                                          "line 1",
		"name: '" + strings.Repeat("x", 257) + "'":                         "name has 257 characters",
	} {
		f, err := edit.Parse([]byte(text), edit.Form{})
		if err == nil {
			err = f.Check()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestEdit(t *testing.T) {
	editWith(t, `sed -i -e 's/^name: .*/name: "New"/' -e 's/verdict: NotSet/verdict: truePositive/' -e 's/^severity: .*/severity: computed/' "$1"`)
	c := newCluster(t, anIncident("inc-1", func(i *v1alpha1.Incident) {
		i.Spec.Description, i.Spec.Severity, i.Spec.MergeInto.Name = "kept", v1alpha1.SeverityLow, "inc-2"
	}))
	if out := c.done("edit", "inc-1", "--dry-run"); !strings.Contains(out, "name: none → New") || c.patches != 0 {
		t.Errorf("%d patches\n%s", c.patches, out)
	}
	if len(drafts(t)) != 1 {
		t.Error("a dry run must keep what was written")
	}
	c.done("edit", "inc-1")
	spec := c.incident("inc-1").Spec
	if spec.Name != "New" || spec.Description != "kept" || spec.Classification.Verdict != v1alpha1.VerdictTruePositive || spec.Severity != "" || spec.MergeInto.Name != "inc-2" {
		t.Errorf("%+v", spec)
	}
	if len(drafts(t)) != 1 {
		t.Errorf("files are left: %v", drafts(t))
	}
}

func TestEditUnchanged(t *testing.T) {
	for name, script := range map[string]string{"saved": "true", "emptied": `: > "$1"`} {
		t.Run(name, func(t *testing.T) {
			editWith(t, script)
			c := newCluster(t, anIncident("inc-1"))
			if out := c.done("edit", "inc-1"); out != "incident/inc-1 unchanged\n" || c.patches != 0 || len(drafts(t)) != 0 {
				t.Errorf("%q, %d patches, %v", out, c.patches, drafts(t))
			}
		})
	}
}

func TestEditKeepsWhatCannotBeSent(t *testing.T) {
	for name, test := range map[string]struct{ script, want string }{
		"unknown field": {`echo 'owner: x' >> "$1"`, `unknown field "owner"`},
		"wrong pair":    {`sed -i 's/determination: .*/determination: Malware/' "$1"`, "NotSet takes no determination"},
		"editor fails":  {`exit 3`, "editing"},
	} {
		t.Run(name, func(t *testing.T) {
			editWith(t, test.script)
			c := newCluster(t, anIncident("inc-1"))
			c.refused(exitFailed, test.want, "edit", "inc-1")
			if len(drafts(t)) != 1 {
				t.Errorf("kept: %v", drafts(t))
			}
		})
	}
}

func TestEditWithoutTerminal(t *testing.T) {
	t.Setenv("KUBE_EDITOR", "")
	t.Setenv("EDITOR", "")
	newCluster(t, anIncident("inc-1")).refused(exitFailed, "set EDITOR", "edit", "inc-1")
}

// The operator may write meanwhile; another person may not.
func TestEditMeanwhile(t *testing.T) {
	for name, test := range map[string]struct {
		meanwhile func(*v1alpha1.Incident)
		code      int
	}{
		"a person":      {func(i *v1alpha1.Incident) { i.Spec.Name = "Theirs" }, exitIncomplete},
		"another field": {func(i *v1alpha1.Incident) { i.Spec.Assignee, i.Spec.Tags = "bob", []v1alpha1.Tag{"x"} }, exitDone},
		"the operator":  {func(i *v1alpha1.Incident) { i.Status.Name = "Automatic" }, exitDone},
	} {
		t.Run(name, func(t *testing.T) {
			fifo := t.TempDir() + "/edited"
			editWith(t, `sed -i 's/^name: .*/name: New/' "$1"; touch `+fifo+`; while [ -e `+fifo+` ]; do sleep 0.01; done`)
			c := newCluster(t, anIncident("inc-1"))
			go func() {
				for {
					if _, err := os.Stat(fifo); err == nil {
						break
					}
				}
				changed := c.incident("inc-1")
				test.meanwhile(changed)
				_ = c.Update(t.Context(), changed)
				_ = os.Remove(fifo)
			}()
			e := c.run("edit", "inc-1")
			if e.code != test.code {
				t.Errorf("code %d\n%s%s", e.code, e.out, e.errOut)
			}
			if refused := strings.Contains(e.errOut, "name set to “Theirs” a moment ago; --force replaces it") && strings.Contains(e.errOut, "is kept in "); refused != (test.code != 0) {
				t.Error(e.errOut)
			}
		})
	}
}

// TestEditComesBack opens the editor again with the reason, until what is written is taken or left as it is.
func TestEditComesBack(t *testing.T) {
	editWith(t, `if grep -q '^#! .*severity must be' "$1"; then sed -i 's/^severity: .*/severity: High/' "$1"; else sed -i 's/^severity: .*/severity: Worst/' "$1"; fi`)
	c := newCluster(t, anIncident("inc-1"))
	if out := c.done("edit", "inc-1"); out != "incident/inc-1 edited severity\n" || c.incident("inc-1").Spec.Severity != v1alpha1.SeverityHigh || len(drafts(t)) != 0 {
		t.Errorf("%q, %v", out, drafts(t))
	}
	editWith(t, `echo x >>"$1.rounds"; sed -i 's/^severity: .*/severity: Worst/' "$1"`)
	c.refused(exitFailed, "severity must be", "edit", "inc-1")
	var kept []string
	for _, path := range drafts(t) {
		if !strings.HasSuffix(path, ".rounds") {
			kept = append(kept, path)
		}
	}
	if len(kept) != 1 {
		t.Fatalf("kept: %v", kept)
	}
	text, err := os.ReadFile(kept[0])
	if err != nil || strings.Contains(string(text), "#! ") {
		t.Errorf("%v\n%s", err, text)
	}
}

// TestEditOfWhatTheServerRefuses comes back too.
func TestEditOfWhatTheServerRefuses(t *testing.T) {
	editWith(t, `if grep -q '^#! .*no such owner' "$1"; then sed -i 's/^name: .*/name: Right/' "$1"; else sed -i 's/^name: .*/name: Wrong/' "$1"; fi`)
	c := newCluster(t, anIncident("inc-1"))
	c.intercept.Patch = func(ctx context.Context, w client.WithWatch, object client.Object, p client.Patch, options ...client.PatchOption) error {
		if incident, ok := object.(*v1alpha1.Incident); ok && incident.Spec.Name == "Wrong" {
			return apierrors.NewInvalid(v1alpha1.GroupVersion.WithKind("Incident").GroupKind(), "inc-1",
				field.ErrorList{field.Invalid(field.NewPath("spec", "name"), "Wrong", "no such owner")})
		}
		return w.Patch(ctx, object, p, options...)
	}
	c.done("edit", "inc-1")
	if name := c.incident("inc-1").Spec.Name; name != "Right" || len(drafts(t)) != 0 {
		t.Errorf("%q, %v", name, drafts(t))
	}
}

// TestEditFile sends what was kept, and lets stand what others did since the user began.
func TestEditFile(t *testing.T) {
	c := newCluster(t, anIncident("inc-1", func(i *v1alpha1.Incident) { i.Spec.Description = "a\u0085\u2028b" }))
	editWith(t, `sed -i -e 's/^name: .*/name: Mine/' -e 's/^tags: .*/tags: [mine]/' "$1"`)
	c.done("edit", "inc-1", "--dry-run")
	kept := drafts(t)
	if len(kept) != 1 {
		t.Fatalf("kept: %v", kept)
	}
	other := c.incident("inc-1")
	other.Spec.Assignee, other.Spec.Tags = "bob", []v1alpha1.Tag{"theirs"}
	if err := c.Update(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if out := c.done("edit", "inc-1", "-f", kept[0]); out != "incident/inc-1 edited name, tags\n" {
		t.Error(out)
	}
	spec := c.incident("inc-1").Spec
	if spec.Name != "Mine" || spec.Assignee != "bob" || len(spec.Tags) != 2 || spec.Description != "a\u0085\u2028b" {
		t.Errorf("got %+v", spec)
	}
	other = c.incident("inc-1")
	other.Spec.Name = "Theirs"
	if err := c.Update(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	c.refused(exitIncomplete, "name set to “Theirs” a moment ago; --force replaces it", "edit", "inc-1", "-f", kept[0])
	c.done("edit", "inc-1", "-f", kept[0], "--force")
	if name := c.incident("inc-1").Spec.Name; name != "Mine" {
		t.Error(name)
	}
	c.refused(exitFailed, "no such file", "edit", "inc-1", "-f", "/nowhere")
	c.stdin = "#= broken"
	c.refused(exitFailed, "reading what was there before", "edit", "inc-1", "-f", "-")
}
