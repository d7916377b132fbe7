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

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// remarks are the comments that were made, by incident.
func (c *cluster) remarks() map[string]string {
	c.t.Helper()
	comments := &v1alpha1.CommentList{}
	if err := c.List(c.t.Context(), comments); err != nil {
		c.t.Fatal(err)
	}
	said := map[string]string{}
	for i := range comments.Items {
		said[comments.Items[i].Spec.IncidentRef.Name] += comments.Items[i].Spec.Text
	}
	return said
}

func mine(i *v1alpha1.Incident) { i.Spec.Assignee = "alice" }

func TestHandover(t *testing.T) {
	c := newCluster(t, anIncident("inc-1", mine), anIncident("inc-2", mine), anIncident("inc-3"))
	c.intercept.Create = saysWho("alice")
	out := c.done("handover", "bob", "--mine", "--comment", "Waiting for an image.")
	if diff := cmp.Diff("incident/inc-1 assigned to bob, commented (was alice)\nincident/inc-2 assigned to bob, commented (was alice)\n", out); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	want := map[string]string{"inc-1": "Waiting for an image.", "inc-2": "Waiting for an image."}
	if diff := cmp.Diff(want, c.remarks()); diff != "" || c.incident("inc-2").Spec.Assignee != "bob" {
		t.Errorf("-want +got:\n%s", diff)
	}
	// Who has it already is told nothing twice.
	c.done("handover", "bob", "inc-1", "--comment", "Again.")
	if diff := cmp.Diff(want, c.remarks()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	c.refused(exitFailed, `required flag(s) "comment" not set`, "handover", "bob", "inc-1")
	c.refused(exitFailed, "the user is empty", "handover", "", "inc-1", "--comment", "x")
	c.refused(exitFailed, "the comment is empty", "handover", "carol", "inc-1", "--comment", " ")
	c.refused(exitFailed, "the comment has 30001 characters", "take", "inc-1", "--comment", strings.Repeat("x", 30_001))
}

func TestCommentOfAChangeThatFails(t *testing.T) {
	c := newCluster(t, anIncident("inc-1"))
	c.done("resolve", "inc-1", "--comment", "Done.", "--dry-run")
	if said := c.remarks(); len(said) > 0 {
		t.Errorf("a dry run said %v", said)
	}
	c.intercept.Create = func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error {
		return errors.New("no room")
	}
	e := c.run("resolve", "inc-1", "--comment", "Done.")
	if e.code != exitIncomplete || !strings.Contains(e.errOut, "it is resolved, but commenting failed: no room") {
		t.Errorf("got %+v", e)
	}
}
