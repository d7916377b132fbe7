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
)

// TestUndoThatStopsHalfway has alerts that cannot be moved back.
func TestUndoThatStopsHalfway(t *testing.T) {
	for name, test := range map[string]struct {
		from, want string
	}{
		"to an incident": {"two", "perhaps still in one: b, c. This finishes the undo:\n" +
			"  kubectl incident move b c --to two --as=carol --namespace=soc --reason='undo of entry 2 of one'\n"},
		"to none": {"", "  kubectl incident move b c --unlink --as=carol --namespace=soc --reason='undo of entry 2 of one'\n"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, anIncident("one", assignedTo("")), anIncident("two"), anEntry(2, movedEntry(test.from, "a", "b", "c")),
				notedAlert("a"), notedAlert("b"), notedAlert("c"))
			c.intercept.Patch = func(ctx context.Context, w client.WithWatch, object client.Object, p client.Patch, options ...client.PatchOption) error {
				if object.GetName() != "a" {
					return errors.New("the server is gone")
				}
				return w.Patch(ctx, object, p, options...)
			}
			e := c.run("undo", "one", "--as", "carol")
			if e.code != exitIncomplete || !strings.Contains(e.errOut, test.want) || strings.Contains(e.errOut, "again") {
				t.Errorf("got %d, %s%s", e.code, e.out, e.errOut)
			}
		})
	}
}

// TestUndoOfAMixedMove leaves an alert in the incident that it was created in.
func TestUndoOfAMixedMove(t *testing.T) {
	c := newCluster(t, anIncident("one", assignedTo("")), anEntry(2, movedEntry("", "a", "new")), notedAlert("a"), arrivedAlert("new"))
	if out := c.done("undo", "one"); out != "alert/a unlinked (was in one)\n" || c.alert("new").Spec.IncidentRef.Name != "one" {
		t.Errorf("got %q", out)
	}
}

// TestUndoDirectlyAfterAMove must not revert the entry before.
func TestUndoDirectlyAfterAMove(t *testing.T) {
	impatient(t)
	c := newCluster(t, anIncident("one", assignedTo("bob")), anEntry(2, assignedEntry("carol", "bob")), anAlert("a", "one"))
	c.refused(exitIncomplete, "has not come as far", "undo", "one")
}

// TestUndoGivesUp meets a writer that is always faster.
func TestUndoGivesUp(t *testing.T) {
	conflict := apierrors.NewConflict(schema.GroupResource{Resource: "incidents"}, "one", errors.New("changed"))
	c := newCluster(t, anIncident("one", assignedTo("bob")), anEntry(2, assignedEntry("carol", "bob")))
	c.intercept = interceptor.Funcs{Patch: func(context.Context, client.WithWatch, client.Object, client.Patch, ...client.PatchOption) error {
		return conflict
	}}
	if e := c.run("undo", "one"); e.code != exitIncomplete || c.patches != 10 || c.incident("one").Spec.Assignee != "bob" {
		t.Errorf("got %d after %d attempts: %s%s", e.code, c.patches, e.out, e.errOut)
	}
}
