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
	"path/filepath"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func (c *cluster) comments() []string {
	c.t.Helper()
	var list v1alpha1.CommentList
	if err := c.List(c.t.Context(), &list); err != nil {
		c.t.Fatal(err)
	}
	var texts []string
	for i := range list.Items {
		texts = append(texts, list.Items[i].Spec.IncidentRef.Name+": "+list.Items[i].Spec.Text)
	}
	return texts
}

func (c *cluster) said(want string) {
	c.t.Helper()
	if got := c.comments(); len(got) != 1 || got[0] != want {
		c.t.Errorf("comments: %q, want %q", got, want)
	}
}

func TestCommentSources(t *testing.T) {
	file := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(file, []byte("# from\n\na file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	editWith(t, `printf 'from an editor\n' > "$1"`)
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"argument": {[]string{"an argument"}, "an argument"},
		"file":     {[]string{"-f", file}, "# from\n\na file"},
		"stdin":    {[]string{"-f", "-"}, "from a pipe"},
		"editor":   {nil, "from an editor"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, anIncident("inc-1"))
			c.stdin = "from a pipe\r\n"
			c.done(append([]string{"comment", "inc-1"}, test.args...)...)
			c.said("inc-1: " + test.want)
		})
	}
	if kept := drafts(t); len(kept) != 0 {
		t.Errorf("files are left: %v", kept)
	}
}

func TestCommentBounds(t *testing.T) {
	c := newCluster(t, anIncident("inc-1"))
	c.refused(exitFailed, "has 30001 characters: at most 30000 fit", "comment", "inc-1", strings.Repeat("ä", 30_001))
	c.refused(exitFailed, "the comment is empty", "comment", "inc-1", " \n")
	c.refused(exitFailed, "not valid UTF-8", "comment", "inc-1", "\xff")
	c.refused(exitFailed, "not both", "comment", "inc-1", "x", "-f", "-")
	c.refused(exitFailed, `"inc-9" not found`, "comment", "inc-9", "x")
	c.stdin = strings.Repeat("a", 1<<20)
	c.refused(exitFailed, "more than 30000 characters", "comment", "inc-1", "-f", "-")
	if got := c.comments(); len(got) != 0 {
		t.Errorf("%d comments", len(got))
	}
	c.done("comment", "inc-1", strings.Repeat("ä", 30_000))
}

func TestCommentKeepsWhatWasWritten(t *testing.T) {
	editWith(t, `head -c 30001 /dev/zero | tr '\0' a > "$1"`)
	c := newCluster(t, anIncident("inc-1"))
	c.refused(exitFailed, "What you wrote is kept in "+os.TempDir(), "comment", "inc-1")
	if kept := drafts(t); len(kept) != 1 {
		t.Errorf("kept: %v", kept)
	}
}

func TestCommentLeftEmpty(t *testing.T) {
	editWith(t, "true")
	newCluster(t, anIncident("inc-1")).refused(exitFailed, "the comment is empty", "comment", "inc-1")
	if kept := drafts(t); len(kept) != 0 {
		t.Errorf("kept: %v", kept)
	}
}

func TestCommentDryRun(t *testing.T) {
	c := newCluster(t, anIncident("inc-1"))
	out := c.done("comment", "inc-1", "one\ntwo\x1b[2J", "--dry-run")
	if !strings.HasPrefix(out, "incident/inc-1: a new comment: \n    one\n    two") || strings.Contains(out, "\x1b") || len(c.comments()) != 0 {
		t.Errorf("%q, %v", out, c.comments())
	}
	c.done("comment", "inc-1", "x", "--dry-run=server")
	if len(c.comments()) != 0 {
		t.Error("a dry run on the server said something")
	}
}

func TestCommentWaits(t *testing.T) {
	for name, test := range map[string]struct {
		condition metav1.Condition
		code      int
		want      string
	}{
		"recorded": {metav1.Condition{Status: metav1.ConditionTrue}, exitDone, "is entry 7 of the log"},
		"refused":  {metav1.Condition{Status: metav1.ConditionFalse, Reason: "IncidentYounger", Message: "too late"}, exitIncomplete, "not in the log: IncidentYounger: too late"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, anIncident("inc-1"))
			c.intercept.Create = func(ctx context.Context, w client.WithWatch, object client.Object, options ...client.CreateOption) error {
				comment, _ := object.(*v1alpha1.Comment)
				test.condition.Type = v1alpha1.ConditionRecorded
				comment.Status = v1alpha1.CommentStatus{Sequence: 7, Conditions: []metav1.Condition{test.condition}}
				return w.Create(ctx, object, options...)
			}
			e := c.run("comment", "inc-1", "x", "--wait")
			if e.code != test.code || !strings.Contains(e.out+e.errOut, test.want) {
				t.Errorf("code %d\n%s%s", e.code, e.out, e.errOut)
			}
		})
	}
}
