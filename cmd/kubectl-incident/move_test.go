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
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func TestMoveUsage(t *testing.T) {
	c := newCluster(t, anIncident("one"), anIncident("two"), anAlert("a", "one"),
		anIncident("merged", func(i *v1alpha1.Incident) { i.Status.MergedInto.Name = "two" }))
	c.refused(2, "say where alerts go", "move", "a")
	c.refused(2, "say where alerts go", "move", "a", "--to", "two", "--unlink")
	c.refused(2, "say where alerts go", "move", "a", "--to", "two", "--new")
	c.refused(2, "name at least one alert", "move", "--to", "two")
	c.refused(2, "not both", "move", "a", "--from", "one", "--to", "two")
	c.refused(2, "are the same incident", "move", "--from", "one", "--to", "one")
	c.refused(2, "the reason has 257 characters: at most 256 fit", "move", "a", "--to", "two", "--reason", strings.Repeat("é", 257))
	c.refused(2, "--dry-run must be", "move", "a", "--to", "two", "--dry-run=maybe")
	c.refused(2, `"none" not found`, "move", "a", "--to", "none")
	c.refused(2, `"none" not found`, "move", "none", "--to", "two")
	c.refused(1, "was merged into two: move alerts there", "move", "a", "--to", "merged")
}

func TestMove(t *testing.T) {
	const annotation = v1alpha1.MoveReasonAnnotation
	c := newCluster(t, anIncident("one"), anIncident("two"), anAlert("a", "one"), anAlert("b", "one"), anAlert("c", ""))
	if out := c.done("move", "a", "a", "--to", "two", "--reason", "ours"); out != "alert/a moved to two (was in one)\n" || c.patches != 1 {
		t.Errorf("got %q in %d patches", out, c.patches)
	}
	a := c.alert("a")
	if a.Spec.IncidentRef.Name != "two" || a.Annotations[annotation] != `{"reason":"ours","to":"two"}` {
		t.Errorf("got %v, %v", a.Spec.IncidentRef, a.Annotations)
	}
	if out := c.done("move", "a", "--to", "two"); out != "alert/a unchanged\n" || c.patches != 1 {
		t.Errorf("got %q in %d patches", out, c.patches)
	}
	c.done("move", "a", "--to", "one")
	if reason, found := c.alert("a").Annotations[annotation]; found {
		t.Errorf("a reason is left that would count again: %s", reason)
	}
	if out := c.done("move", "--from", "one", "--unlink"); out != "alert/a unlinked (was in one)\nalert/b unlinked (was in one)\n" {
		t.Errorf("got %q", out)
	}
	before := c.patches
	if out := c.done("move", "c", "--new=fresh", "--dry-run"); c.patches != before || !strings.Contains(out, "alert/c: incident: none → fresh\n") {
		t.Errorf("got %q", out)
	}
	if out := c.done("move", "c", "--new=fresh"); out != "incident/fresh created\nalert/c moved to fresh\n" {
		t.Errorf("got %q", out)
	}
	if c.incident("fresh").Name == "" || c.alert("c").Spec.IncidentRef.Name != "fresh" {
		t.Error("it is not there")
	}
}

func TestMoveOfManyIsAskedFor(t *testing.T) {
	c := newCluster(t, anIncident("one"))
	for i := range askAbove + 1 {
		if err := c.Create(t.Context(), anAlert("a"+strings.Repeat("x", i), "one")); err != nil {
			t.Fatal(err)
		}
	}
	c.refused(2, "this would change 11 alerts", "move", "--from", "one", "--new=fresh")
	if err := c.Get(t.Context(), client.ObjectKey{Namespace: "soc", Name: "fresh"}, &v1alpha1.Incident{}); !apierrors.IsNotFound(err) {
		t.Errorf("the incident was created though nothing moved: %v", err)
	}
	c.done("move", "--from", "one", "--new=fresh", "--yes")
}

// TestMoveMeetsOthers has somebody write the alert between reading it and moving it.
func TestMoveMeetsOthers(t *testing.T) {
	conflict := apierrors.NewConflict(schema.GroupResource{Resource: "alerts"}, "a", errors.New("changed"))
	for name, test := range map[string]struct {
		to, want string
		code     int
	}{
		"the operator writes it":  {"one", "alert/a moved to two", 0},
		"somebody else moves it":  {"three", "alert/a: somebody moved it to three meanwhile", 1},
		"somebody else unlinks":   {"", "alert/a: somebody moved it to none meanwhile", 1},
		"somebody moves it there": {"two", "alert/a: somebody moved it to two meanwhile", 1},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, anIncident("one"), anIncident("two"), anAlert("a", "one"))
			met := false
			c.intercept = interceptor.Funcs{Patch: func(ctx context.Context, w client.WithWatch, object client.Object, p client.Patch, options ...client.PatchOption) error {
				if met {
					return w.Patch(ctx, object, p, options...)
				}
				met = true
				alert := c.alert("a")
				alert.Spec.IncidentRef.Name = test.to
				if err := w.Update(ctx, alert); err != nil {
					return err
				}
				return conflict
			}}
			e := c.run("move", "a", "--to", "two")
			if e.code != test.code || !strings.Contains(e.out+e.errOut, test.want) {
				t.Errorf("got %d, %s%s", e.code, e.out, e.errOut)
			}
		})
	}
}

func TestMergeUsage(t *testing.T) {
	assigned := func(to string) func(*v1alpha1.Incident) {
		return func(i *v1alpha1.Incident) { i.Spec.Assignee = to }
	}
	c := newCluster(t, anIncident("one", assigned("alice")), anIncident("two", assigned("bob")),
		anIncident("three", func(i *v1alpha1.Incident) { i.UID = "uid" }),
		anIncident("merged", func(i *v1alpha1.Incident) {
			i.Spec.MergeInto.Name, i.Status.MergedInto = "three", v1alpha1.MergedInto{Name: "three", UID: "uid"}
		}))
	c.refused(2, "say --into which", "merge", "one")
	c.refused(2, "cannot be merged into itself", "merge", "one", "three", "--into", "one")
	c.refused(2, `"none" not found`, "merge", "none", "--into", "one")
	c.refused(1, "incident/one: TargetNotFound", "merge", "one", "--into", "none")
	c.refused(1, "incident/two: DifferentAssignees", "merge", "two", "three", "--into", "one")
	c.refused(1, "incident/merged: it was merged into three already", "merge", "merged", "--into", "one")
	c.refused(1, "incident/one: TargetMerged", "merge", "one", "--into", "merged")
	c.refused(1, "incident/two: DifferentAssignees", "merge", "two", "three", "--into", "one", "--dry-run")
	if out := c.done("merge", "merged", "one", "--into", "three", "--yes", "--wait=false"); out != "incident/merged unchanged\nincident/one asks to be merged into three\n" {
		t.Errorf("got %q", out)
	}
	if into := c.incident("one").Spec.MergeInto.Name; into != "three" || c.patches != 1 {
		t.Errorf("merged into %q in %d patches", into, c.patches)
	}
}

func TestMoveToANewIncidentWithATitle(t *testing.T) {
	c := newCluster(t, anIncident("inc-1"), anAlert("a", "inc-1"))
	c.done("move", "a", "--new=inc-9", "--title", "Stolen signing key")
	if got := c.incident("inc-9").Spec.Name; got != "Stolen signing key" {
		t.Errorf("the title is %q", got)
	}
	c.refused(exitFailed, "--title is for a new incident", "move", "a", "--to", "inc-1", "--title", "x")
}
