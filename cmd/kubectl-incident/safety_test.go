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
	"fmt"
	"strings"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// as has the cluster say who asks.
func (c *cluster) as(user string) *cluster {
	create := c.intercept.Create
	c.intercept.Create = func(ctx context.Context, w client.WithWatch, object client.Object, options ...client.CreateOption) error {
		if review, ok := object.(*authenticationv1.SelfSubjectReview); ok {
			review.Status.UserInfo.Username = user
			return nil
		}
		if _, ok := object.(*authorizationv1.SelfSubjectAccessReview); ok {
			return nil // It grants nothing.
		}
		if create != nil {
			return create(ctx, w, object, options...)
		}
		return w.Create(ctx, object, options...)
	}
	return c
}

func ownedBy(owner, by string) func(*v1alpha1.Incident) {
	return func(i *v1alpha1.Incident) {
		i.Spec.Assignee = owner
		i.Annotations = map[string]string{v1alpha1.EditorAnnotationPrefix + "assignee": by + "@2"}
	}
}

func TestTakeOver(t *testing.T) {
	c := newCluster(t, anIncident("one", ownedBy("bob", "carol")), anIncident("two")).as("alice")
	e := c.run("take", "one", "two")
	if e.code != exitIncomplete || e.out != "incident/two assigned to alice\n" ||
		!strings.Contains(e.errOut, "incident/one: assigned to bob by carol; --force takes it over\n") {
		t.Errorf("code %d\n%s%s", e.code, e.out, e.errOut)
	}
	c.refused(exitIncomplete, "assigned to bob by carol; --force takes it over", "take", "one", "--dry-run")
	if out := c.done("take", "one", "--force"); out != "incident/one assigned to alice (was bob)\n" {
		t.Error(out)
	}
}

// TestNoteIsNotLost prints the note that a command takes away or replaces, and keeps that of another.
func TestNoteIsNotLost(t *testing.T) {
	c := newCluster(t, anIncident("one", func(i *v1alpha1.Incident) {
		i.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "old text"}
		i.Annotations = map[string]string{v1alpha1.EditorAnnotationPrefix + "resolution": "alice@2"}
	}))
	c.as("bob").refused(exitIncomplete, "incident/one: note set to “old text” by alice; --force replaces it", "resolve", "one", "--note", "wrong")
	if out := c.as("alice").done("resolve", "one", "--note", " wrong "); out != "incident/one resolved (was “old text”)\n" {
		t.Error(out)
	}
	if out := c.done("reopen", "one"); out != "incident/one re-opened (state was Resolved; note was “wrong”)\n" {
		t.Error(out)
	}
	if out := c.done("resolve", "one"); out != "incident/one resolved\n" {
		t.Error(out)
	}
	c.refused(exitIncomplete, "reopen it first", "start", "one")
}

// TestFollowMerged works on what an incident was merged into, each once.
func TestFollowMerged(t *testing.T) {
	merged := func(name string) *v1alpha1.Incident {
		return anIncident(name, func(i *v1alpha1.Incident) {
			i.Status.MergedInto, i.Status.State = v1alpha1.MergedInto{Name: "new", UID: "uid-of-new"}, v1alpha1.IncidentRedirected
			i.Spec.Tags = []v1alpha1.Tag{"x"}
		})
	}
	c := newCluster(t, merged("old"), merged("older"), anIncident("new", func(i *v1alpha1.Incident) { i.UID = types.UID("uid-of-new") })).as("alice")
	const where = "incident/old: it was merged into new: work on new, or say --follow\n"
	for _, args := range [][]string{
		{"take", "old"}, {"resolve", "old"}, {"tag", "old", "--add", "x"}, {"rename", "old", "x"}, {"comment", "old", "x"}, {"undo", "old"}, {"edit", "old"},
	} {
		e := c.run(args...)
		if e.code != exitIncomplete || !strings.Contains(e.errOut, strings.TrimSuffix(where, ", or say --follow\n")) || c.patches != 0 {
			t.Errorf("%v: code %d, %d patches\n%s%s", args, e.code, c.patches, e.out, e.errOut)
		}
	}
	if out := c.done("take", "old", "older", "new", "--follow"); out != "incident/new assigned to alice\n" || c.patches != 1 {
		t.Errorf("%d patches, %s", c.patches, out)
	}
	if e := c.run("untag", "--remove", "x", "--state", "redirected"); e.code != exitDone || !strings.Contains(e.errOut, "Left out: 2 incidents that were merged") {
		t.Errorf("code %d\n%s%s", e.code, e.out, e.errOut)
	}
	if out := c.done("comment", "old", "hello", "--follow"); !strings.HasPrefix(out, "incident/new commented") {
		t.Error(out)
	}
}

// TestOutputIsInput feeds the names that kubectl prints back, and takes both orders.
func TestOutputIsInput(t *testing.T) {
	c := newCluster(t, anIncident("x1"), anIncident("bob"), anIncident("seen"), anAlert("a", "x1")).as("alice")
	names := strings.Fields(c.done("list", "-o", "name"))
	if len(names) != 3 {
		t.Fatalf("got %q", names)
	}
	for _, args := range [][]string{
		append([]string{"tag", "found"}, names...),
		{"tag", "incident/x1", "checked"},
		{"tag", "x1", "--add", "by flag", "--remove", "found"},
		{"take", "incident/x1"},
		{"assign", "inc/x1", "bob"},
		{"assign", "carol", "incidents.incidentoperator.dev/x1"},
		{"assign", "x1.incidents.incidentoperator.dev", "--to", "@me"},
		{"severity", "x1", "high"},
		{"severity", "low", "x1"},
		{"classify", "x1", "TruePositive/Malware"},
		{"classify", "x1", "FalsePositive", "NotMalicious"},
		{"classify", "--as", "NotSet", "x1"},
		{"show", "incident/x1"},
		{"alerts", "inc/x1"},
		{"comment", "incident/x1", "incident/x1"},
		{"rename", "incident/x1", "incident/x1"},
		{"move", "alert.incidentoperator.dev/a", "--to", "incident/bob"},
		{"move", "--from", "inc/bob", "--to", "inc/x1"},
		{"merge", "incident/seen", "--into", "incident/x1", "--yes", "--wait=false"},
		{"create", "alert", "b", "--title", "x", "--incident", "incident/x1"},
	} {
		c.done(args...)
	}
	one := c.incident("x1")
	if one.Spec.Assignee != "alice" || one.Spec.Severity != v1alpha1.SeverityLow || one.Spec.Name != "incident/x1" ||
		fmt.Sprint(one.Spec.Tags) != "[checked by flag]" {
		t.Errorf("got %+v", one.Spec)
	}
	c.refused(exitFailed, "x1 and bob are both incidents: say to whom by --to", "assign", "x1", "bob")
	c.refused(exitFailed, "alert/a is not an incident", "take", "alert/a")
	c.refused(exitFailed, "incident/x1 is not an alert", "move", "incident/x1", "--to", "bob")
	c.refused(exitFailed, "say to whom: --to", "assign", "incident/x1")
	c.refused(exitFailed, "High and Low may both be meant", "severity", "High", "Low")
	c.refused(exitFailed, "may both be meant: say which by --as", "classify", "NotSet", "FalsePositive")
}

// TestNoTextIsRefused has what was typed in another encoding.
func TestNoTextIsRefused(t *testing.T) {
	c := newCluster(t, anIncident("l1"))
	const broken = "m\xfcller"
	for _, args := range [][]string{
		{"assign", broken, "l1"},
		{"rename", "l1", broken},
		{"create", "incident", "l2", "--title", broken},
		{"create", "incident", "l2", "--description", broken},
		{"create", "alert", "l2", "--title", "x", "--source", broken},
		{"comment", "l1", broken},
		{"tag", "l1", "--add", broken},
		{"resolve", "l1", "--note", broken},
		{"list", "--search", broken},
		{"show", broken},
	} {
		c.refused(exitFailed, "is not valid UTF-8", args...)
	}
	c.stdin = broken
	c.refused(exitFailed, "is not valid UTF-8", "comment", "l1", "-f", "-")
	c.refused(exitFailed, "UTF-8", "edit", "l1", "-f", "-")
}

// TestTypedEnds has white space at the ends taken off, where the API takes none.
func TestTypedEnds(t *testing.T) {
	c := newCluster(t, anIncident("one"))
	c.done("rename", "one", "  Ransomware in HR ")
	c.done("assign", "one", "--to", " bob ")
	c.done("tag", "one", "--add", " a , b ")
	if spec := c.incident("one").Spec; spec.Name != "Ransomware in HR" || spec.Assignee != "bob" || fmt.Sprint(spec.Tags) != "[a b]" {
		t.Errorf("got %+v", spec)
	}
	c.done("create", "incident", "two", "--title", " Two ", "--tag", " c ")
	if spec := c.incident("two").Spec; spec.Name != "Two" || fmt.Sprint(spec.Tags) != "[c]" {
		t.Errorf("got %+v", spec)
	}
}

// TestStranger warns of an owner that was never seen, and names the nearest one.
func TestStranger(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	c := newCluster(t, anIncident("one"), anIncident("two", ownedBy("bob@example.com", "bob@example.com"))).as("alice")
	e := c.run("assign", "one", "--to", "bbo@example.com")
	if e.code != exitDone || !strings.Contains(e.errOut, "Warning: bbo@example.com owns no incident in the namespace soc so far; did you mean bob@example.com?\n") {
		t.Errorf("code %d\n%s%s", e.code, e.out, e.errOut)
	}
	for _, known := range []string{"bob@example.com", "me", "@me", "alice"} {
		if e := c.run("assign", "one", "--to", known, "--force"); e.code != exitDone || e.errOut != "" {
			t.Errorf("%s: code %d\n%s%s", known, e.code, e.out, e.errOut)
		}
	}
	if owner := c.incident("one").Spec.Assignee; owner != "alice" {
		t.Errorf("me is %q", owner)
	}
}

// TestConfirmationCountsAlerts asks before many alerts follow, unless people named the incidents.
func TestConfirmationCountsAlerts(t *testing.T) {
	big := func(name string) *v1alpha1.Incident {
		return anIncident(name, func(i *v1alpha1.Incident) { i.Status.Alerts.Total = ptr.To[int32](40) })
	}
	c := newCluster(t, big("one"), big("two"))
	c.refused(exitFailed, "this would change 2 incidents and 80 alerts of theirs: say --yes", "resolve", "--unassigned")
	c.refused(exitFailed, "name at least one incident", "resolve", "--all")
	c.done("severity", "High", "--unassigned")
	c.done("resolve", "one")
}

// TestUndoOfABulk takes many names, and the ID that a bulk prints.
func TestUndoOfABulk(t *testing.T) {
	impatient(t)
	c := newCluster(t, anIncident("one", assignedTo("")), anIncident("two"), anEntry(1, assignedEntry("", "")), anEntry(3, assignedEntry("", "bob")))
	e := c.run("assign", "one", "two", "--to", "bob")
	_, after, found := strings.Cut(e.errOut, "To undo all of it: kubectl incident undo --request ")
	if e.code != exitDone || !found {
		t.Fatalf("code %d\n%s%s", e.code, e.out, e.errOut)
	}
	now := c.incident("one")
	now.Generation = 3 // The fake leaves it to its users.
	if err := c.Update(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	e = c.run("undo", "--request", strings.Fields(after)[0])
	if e.code != exitIncomplete || e.out != "incident/one undid entry 3 (Assigned by bob: in words) (was bob)\n" || !strings.Contains(e.errOut, "incident/two: ") {
		t.Errorf("code %d\n%s%s", e.code, e.out, e.errOut)
	}
	if owner := c.incident("one").Spec.Assignee; owner != "" {
		t.Errorf("still assigned to %q", owner)
	}
	c.refused(exitIncomplete, "No incident says that the request zzz changed it last.", "undo", "--request", "zzz")
	c.refused(exitFailed, "not both", "undo", "one", "--request", "zzz")
	if e := c.run("undo", "one", "two"); e.code != exitIncomplete || !strings.Contains(e.errOut, "incident/one: ") || !strings.Contains(e.errOut, "incident/two: ") {
		t.Errorf("code %d\n%s%s", e.code, e.out, e.errOut)
	}
}

// TestMergeAsks says what is at stake, and carries the owner over if it is asked to.
func TestMergeAsks(t *testing.T) {
	owned := anAlert("a", "one")
	owned.Spec.Assignee = "alice"
	owned.Annotations = map[string]string{
		v1alpha1.InheritedAnnotation: `{"incident":"one","uid":"uid-of-one","assignee":{"value":"alice","over":""}}`,
	}
	world := func() *cluster {
		return newCluster(t, owned.DeepCopy(), anIncident("two", func(i *v1alpha1.Incident) { i.UID = "uid-of-two" }),
			anIncident("one", func(i *v1alpha1.Incident) { i.UID, i.Spec.Assignee = "uid-of-one", "alice" }))
	}
	c := world()
	c.refused(exitFailed, "this moves 1 alert to two, which cannot be undone; 1 of them lose the owner alice: say --yes, and --keep-owner to make alice the owner of two",
		"merge", "one", "--into", "two")
	c.done("merge", "one", "--into", "two", "--yes", "--wait=false")
	if c.incident("two").Spec.Assignee != "" {
		t.Error("the owner came along unasked")
	}
	c = world()
	if out := c.done("merge", "one", "--into", "two", "--yes", "--keep-owner", "--wait=false"); out != "incident/two assigned to alice\nincident/one asks to be merged into two\n" {
		t.Error(out)
	}
	if c.incident("two").Spec.Assignee != "alice" {
		t.Error("the owner did not come along")
	}
	c = world()
	out := c.done("merge", "one", "--into", "two", "--keep-owner", "--dry-run")
	if !strings.Contains(out, "incident/two: assignee: none → alice\n") || strings.Contains(out, "alice → none") || c.patches != 0 {
		t.Error(out)
	}
}

// TestAnswers has somebody answer the question before a merge, or before many objects are changed.
func TestAnswers(t *testing.T) {
	for answer, want := range map[string]struct {
		code         int
		merged, kept bool
	}{
		"y\n":    {exitDone, true, false},
		"Yes\n":  {exitDone, true, false},
		"keep\n": {exitDone, true, true},
		"k\n":    {exitDone, true, true},
		"\n":     {exitFailed, false, false},
		"n\n":    {exitFailed, false, false},
		"":       {exitFailed, false, false},
	} {
		c := newCluster(t, anIncident("one", ownedBy("alice", "alice")), anIncident("two"))
		c.stdin, c.watched = answer, true
		e := c.run("merge", "one", "--into", "two", "--wait=false")
		merged, kept := c.incident("one").Spec.MergeInto.Name == "two", c.incident("two").Spec.Assignee == "alice"
		if e.code != want.code || merged != want.merged || kept != want.kept ||
			!strings.Contains(e.errOut, "This moves 0 alerts to two, which cannot be undone. Go on, or go on and keep alice as the owner of two? [y/N/keep] ") {
			t.Errorf("%q: code %d, merged %t, kept %t\n%s%s", answer, e.code, merged, kept, e.out, e.errOut)
		}
	}
	c := newCluster(t, anIncident("one"), anIncident("two"))
	c.stdin, c.watched = "y\n", true
	if e := c.run("merge", "one", "--into", "two", "--wait=false"); e.code != exitDone || !strings.Contains(e.errOut, "undone. Go on? [y/N] ") {
		t.Errorf("code %d\n%s%s", e.code, e.out, e.errOut)
	}
}

// TestSlowWait says after a while what to look at.
func TestSlowWait(t *testing.T) {
	was := slowAfter
	slowAfter = time.Millisecond
	t.Cleanup(func() { slowAfter = was })
	c := newCluster(t, anIncident("one"))
	e := c.run("start", "one", "--wait", "--timeout", "500ms")
	if e.code != exitIncomplete || !strings.Contains(e.errOut, "Still waiting, ") || !strings.Contains(e.errOut, "kubectl incident status tells more.") {
		t.Errorf("code %d\n%s%s", e.code, e.out, e.errOut)
	}
}

// TestStalePropagation must not tell of an earlier generation what is not so of the present one.
func TestStalePropagation(t *testing.T) {
	c := newCluster(t, anIncident("st", func(i *v1alpha1.Incident) {
		i.Generation = 2
		i.Status.Conditions = []metav1.Condition{{
			Type: v1alpha1.ConditionPropagated, Status: metav1.ConditionTrue, ObservedGeneration: 1, Message: "every linked alert carries it",
		}}
	}))
	if out := c.done("show", "st"); !strings.Contains(out, "not yet: the operator has not seen the last change") || strings.Contains(out, "every linked alert") {
		t.Error(out)
	}
}
