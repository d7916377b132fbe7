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
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

func TestTag(t *testing.T) {
	c := newCluster(t, anIncident("inc-1", func(i *v1alpha1.Incident) {
		i.Spec.Tags = []v1alpha1.Tag{"Ransomware"}
		i.Labels = map[string]string{tags.LabelKey("by-hand"): ""}
	}))
	if out := c.done("tag", "ransomWARE,By-Hand", "inc-1"); out != "incident/inc-1 unchanged\n" || c.patches != 0 {
		t.Errorf("a tag that is there: %q, %d patches", out, c.patches)
	}
	c.done("tag", "HR, Crown Jewels: HR,hr", "inc-1")
	want := []v1alpha1.Tag{"Ransomware", "HR", "Crown Jewels: HR"}
	if diff := cmp.Diff(want, c.incident("inc-1").Spec.Tags); diff != "" {
		t.Error(diff)
	}
	c.done("untag", "RANSOMWARE,by-hand,hr,unknown", "inc-1")
	after := c.incident("inc-1")
	if diff := cmp.Diff([]v1alpha1.Tag{"Crown Jewels: HR"}, after.Spec.Tags); diff != "" {
		t.Error(diff)
	}
	if len(after.Labels) != 0 {
		t.Errorf("the label of a person is still there: %v", after.Labels)
	}
	c.refused(exitFailed, "a tag is empty", "tag", "a,,b", "inc-1")
	c.refused(exitFailed, "name at least one incident", "tag", "a")
}

// A list is replaced as a whole, so a tag that somebody else sets meanwhile must not get lost.
func TestTagOverConflict(t *testing.T) {
	c := newCluster(t, anIncident("inc-1"))
	raced := false
	c.intercept.Patch = func(ctx context.Context, w client.WithWatch, object client.Object, p client.Patch, options ...client.PatchOption) error {
		if !raced {
			raced = true
			other := c.incident("inc-1")
			other.Spec.Tags = []v1alpha1.Tag{"theirs"}
			if err := c.Update(ctx, other); err != nil {
				return err
			}
		}
		return w.Patch(ctx, object, p, options...)
	}
	c.done("tag", "ours", "inc-1")
	if diff := cmp.Diff([]v1alpha1.Tag{"theirs", "ours"}, c.incident("inc-1").Spec.Tags); diff != "" {
		t.Error(diff)
	}
}

func TestRename(t *testing.T) {
	c := newCluster(t, anIncident("inc-1"))
	c.done("rename", "inc-1", "Ransomware in HR")
	if got := c.incident("inc-1").Spec.Name; got != "Ransomware in HR" {
		t.Error(got)
	}
	c.done("rename", "inc-1", "--automatic")
	if got := c.incident("inc-1").Spec.Name; got != "" {
		t.Error(got)
	}
	c.refused(exitFailed, "either a name or --automatic", "rename", "inc-1")
	c.refused(exitFailed, "either a name or --automatic", "rename", "inc-1", "x", "--automatic")
	c.refused(exitFailed, "name is empty", "rename", "inc-1", "")
	c.refused(exitFailed, `"inc-9" not found`, "rename", "inc-9", "x")
}

func TestSeverity(t *testing.T) {
	c := newCluster(t, anIncident("inc-1"), anIncident("inc-2"))
	c.done("severity", "high", "inc-1", "inc-2", "inc-1")
	if c.patches != 2 || c.incident("inc-2").Spec.Severity != v1alpha1.SeverityHigh {
		t.Errorf("%d patches, %v", c.patches, c.incident("inc-2").Spec)
	}
	c.done("severity", "computed", "inc-1")
	if got := c.incident("inc-1").Spec.Severity; got != "" {
		t.Error(got)
	}
	c.refused(exitFailed, "severity must be", "severity", "Bad", "inc-1")
}

func TestClassify(t *testing.T) {
	c := newCluster(t, anIncident("inc-1"))
	for _, test := range []struct{ args, want string }{
		{"TruePositive Malware", "TruePositive/Malware"},
		{"falsePositive insufficientData", "FalsePositive/NotEnoughDataToValidate"},
		{"FalsePositive", "FalsePositive"},
		{"truepositive/phishing", "TruePositive/Phishing"},
		{"NotSet", "NotSet"},
	} {
		c.done(append(append([]string{"classify"}, strings.Fields(test.args)...), "inc-1")...)
		if got := actions.ClassificationText(c.incident("inc-1").Spec.Classification); got != test.want {
			t.Errorf("%s: got %s, want %s", test.args, got, test.want)
		}
	}
	c.refused(exitFailed, "must be NotMalicious, NotEnoughDataToValidate or Other", "classify", "FalsePositive", "Malware", "inc-1")
	c.refused(exitFailed, "verdict must be", "classify", "Bad", "inc-1")
}

func TestResolveStartReopen(t *testing.T) {
	c := newCluster(t, anIncident("inc-1"))
	c.done("resolve", "inc-1", "--note", "cleaned", "--classify", "TruePositive/Malware")
	want := v1alpha1.Triage{
		Resolution:     v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "cleaned"},
		Classification: v1alpha1.Classification{Verdict: v1alpha1.VerdictTruePositive, Determination: v1alpha1.DeterminationMalware},
	}
	if diff := cmp.Diff(want, c.incident("inc-1").Spec.Triage); diff != "" || c.patches != 1 {
		t.Errorf("%d patches, %s", c.patches, diff)
	}
	c.done("resolve", "inc-1")
	if c.patches != 1 {
		t.Error("resolving again wrote something")
	}
	c.done("reopen", "inc-1")
	if got := c.incident("inc-1").Spec.Resolution; got != (v1alpha1.Resolution{State: v1alpha1.ResolutionActive}) {
		t.Error(got)
	}
	c.done("start", "inc-1")
	c.done("reopen", "inc-1")
	if got := c.incident("inc-1").Spec.Resolution.State; got != v1alpha1.ResolutionInProgress {
		t.Errorf("re-opening what is not resolved made it %s", got)
	}
	c.refused(exitFailed, "4097 characters: at most 4096", "resolve", "inc-1", "--note", strings.Repeat("ä", 4097))
	c.refused(exitFailed, "--classify: determination of FalsePositive must be", "resolve", "inc-1", "--classify", "FalsePositive/Malware")
	c.done("resolve", "inc-1", "--note", strings.Repeat("ä", 4096))
}

// TestStartOfWhatIsResolved must not lose the note, nor open alerts again.
func TestStartOfWhatIsResolved(t *testing.T) {
	c := newCluster(t, anIncident("inc-1", func(i *v1alpha1.Incident) {
		i.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "cleaned"}
	}), anIncident("inc-2"))
	e := c.run("start", "inc-1", "inc-2")
	if e.code != exitIncomplete || !strings.Contains(e.errOut, "incident/inc-1: it is resolved: reopen it first\n") || c.patches != 1 {
		t.Errorf("code %d, %d patches\n%s%s", e.code, c.patches, e.out, e.errOut)
	}
	if got := c.incident("inc-1").Spec.Resolution.Note; got != "cleaned" {
		t.Errorf("the note is %q", got)
	}
	c.refused(exitIncomplete, "it is resolved: reopen it first", "start", "inc-1", "--dry-run")
}

func TestDryRunTellsOfAlertsAndChangesNothing(t *testing.T) {
	c := newCluster(t, anIncident("inc-1"), anAlert("al-1", "inc-1"), anAlert("al-2", "inc-1"), anAlert("other", "inc-2"))
	out := c.done("assign", "bob", "inc-1", "--dry-run")
	for _, want := range []string{"incident/inc-1: assignee: none → bob", "alert/al-1   assignee: none → bob", "alert/al-2", "Nothing was changed (dry run, client)."} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if strings.Contains(out, "other") || c.patches != 0 || c.incident("inc-1").Spec.Assignee != "" {
		t.Errorf("%d patches\n%s", c.patches, out)
	}
	c.done("assign", "bob", "inc-1", "--dry-run=server")
	if c.patches != 1 || c.incident("inc-1").Spec.Assignee != "" {
		t.Errorf("%d patches", c.patches)
	}
	c.refused(exitFailed, "--dry-run must be", "assign", "bob", "inc-1", "--dry-run=maybe")
}

func TestBulkAsksAndReports(t *testing.T) {
	var objects []client.Object
	for i := range 30 {
		objects = append(objects, anIncident(fmt.Sprintf("inc-%02d", i), func(i *v1alpha1.Incident) { i.Spec.Tags = []v1alpha1.Tag{"x"} }))
	}
	c := newCluster(t, objects...)
	every := []string{"start", "--unassigned"}
	c.refused(exitFailed, "this would change 30 incidents: say --yes", every...)

	forbidden := apierrors.NewForbidden(v1alpha1.GroupVersion.WithResource("incidents").GroupResource(), "inc-07", errors.New("no\x1b[2J"))
	c.intercept.Patch = func(ctx context.Context, w client.WithWatch, object client.Object, p client.Patch, options ...client.PatchOption) error {
		if object.GetName() == "inc-07" {
			return forbidden
		}
		return w.Patch(ctx, object, p, options...)
	}
	e := c.run(append(every, "--yes")...)
	if e.code != exitIncomplete || !strings.Contains(e.errOut, "29 changed, 1 failed.\nTo undo all of it: ") || !strings.Contains(e.errOut, "incident/inc-07: ") ||
		strings.Contains(e.errOut, "\x1b") || strings.Count(e.out, " in progress\n") != 29 {
		t.Errorf("code %d\n%s%s", e.code, e.out, e.errOut)
	}
}

// What was asked for before the interrupt is answered, so that it is known whether it is done.
func TestInterrupt(t *testing.T) {
	var objects []client.Object
	for i := range 100 {
		objects = append(objects, anIncident(fmt.Sprintf("inc-%02d", i)))
	}
	c := newCluster(t, objects...)
	ctx, interrupt := context.WithCancel(t.Context())
	c.intercept.Patch = func(ctx context.Context, w client.WithWatch, object client.Object, p client.Patch, options ...client.PatchOption) error {
		interrupt()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return w.Patch(ctx, object, p, options...)
	}
	e := c.runWith(ctx, "start", "--unassigned", "--yes", "--wait")
	changed := 0
	for i := range objects {
		if c.incident(fmt.Sprintf("inc-%02d", i)).Spec.Resolution.State == v1alpha1.ResolutionInProgress {
			changed++
		}
	}
	summary := fmt.Sprintf("%d changed, %d not begun.\n", changed, 100-changed)
	if e.code != exitIncomplete || changed == 0 || changed > actions.Workers+1 || !strings.Contains(e.errOut, summary) || !strings.Contains(e.errOut, "\nInterrupted.") ||
		strings.Count(e.out, "in progress\n") != changed {
		t.Errorf("%d changed, code %d\n%s%s", changed, e.code, e.out, e.errOut)
	}
}

func TestWaitForAlerts(t *testing.T) {
	c := newCluster(t, anIncident("inc-1", func(i *v1alpha1.Incident) {
		i.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionPropagated, Status: metav1.ConditionTrue}}
	}))
	c.done("start", "inc-1", "--wait")
	waiting := newCluster(t, anIncident("inc-1"))
	e := waiting.run("start", "inc-1", "--wait", "--timeout", "100ms")
	if e.code != exitIncomplete || !strings.Contains(e.errOut, "The changes are made. For 1 of them") {
		t.Errorf("code %d\n%s", e.code, e.errOut)
	}
}

// Every command but the parents of others shows how it is used.
func TestExamples(t *testing.T) {
	c := newCluster(t)
	for _, command := range []string{"tag", "untag", "rename", "severity", "classify", "resolve", "start", "reopen", "comment", "edit", "create incident", "create alert"} {
		out := c.done(append(strings.Fields(command), "--help")...)
		_, examples, found := strings.Cut(out, "Examples:")
		if !found || !strings.Contains(examples, "kubectl incident "+command) {
			t.Errorf("%s:\n%s", command, out)
		}
	}
}
