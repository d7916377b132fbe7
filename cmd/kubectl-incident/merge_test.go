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
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// TestMergeIntoWhatIsGone has an incident that was merged into one that was deleted, and perhaps created again.
func TestMergeIntoWhatIsGone(t *testing.T) {
	merged := func(i *v1alpha1.Incident) {
		i.Spec.MergeInto.Name, i.Status.MergedInto = "two", v1alpha1.MergedInto{Name: "two", UID: "uid-of-two"}
	}
	another := anIncident("two", func(i *v1alpha1.Incident) { i.UID = "uid-of-another" })
	for want, others := range map[string][]client.Object{
		"incident/one: it was merged into two already, which is gone":           nil,
		"incident/one: it was merged already, into an earlier two that is gone": {another},
	} {
		c := newCluster(t, append(others, anIncident("one", merged))...)
		c.refused(1, want, "merge", "one", "--into", "two")
		c.refused(1, want, "merge", "one", "--into", "two", "--dry-run")
	}
}

// TestMergeSaysWhatAlertsLose has a merge into an incident without owner: its alerts give their owner back.
func TestMergeSaysWhatAlertsLose(t *testing.T) {
	owned := anAlert("a", "one")
	owned.Spec.Assignee = "alice"
	owned.Annotations = map[string]string{
		v1alpha1.InheritedAnnotation: `{"incident":"one","uid":"uid-of-one","assignee":{"value":"alice","over":""}}`,
	}
	c := newCluster(t, owned, anIncident("two", func(i *v1alpha1.Incident) { i.UID = "uid-of-two" }),
		anIncident("one", func(i *v1alpha1.Incident) { i.UID, i.Spec.Assignee = "uid-of-one", "alice" }))
	out := c.done("merge", "one", "--into", "two", "--dry-run")
	if !strings.Contains(out, "alert/a   incident: one → two; assignee: alice → none\n") {
		t.Errorf("got %s", out)
	}
}
