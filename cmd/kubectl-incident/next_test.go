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
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// waiting are incidents of which the second of the severe ones waits longest.
func waiting(t *testing.T) *cluster {
	t.Helper()
	of := func(name string, severity v1alpha1.Severity, hours int, change ...func(*v1alpha1.Incident)) *v1alpha1.Incident {
		incident := anIncident(name, change...)
		incident.Status.Severity = severity
		incident.CreationTimestamp = metav1.NewTime(time.Now().Add(-time.Duration(hours) * time.Hour))
		return incident
	}
	return newCluster(t,
		of("low", v1alpha1.SeverityLow, 90), of("new", v1alpha1.SeverityHigh, 1), of("old", v1alpha1.SeverityHigh, 5),
		of("owned", v1alpha1.SeverityCritical, 9, func(i *v1alpha1.Incident) { i.Spec.Assignee = "bob" }),
		of("done", v1alpha1.SeverityCritical, 9, func(i *v1alpha1.Incident) { i.Spec.Resolution.State = v1alpha1.ResolutionResolved }))
}

func TestNextIsTheWorstThatWaitsLongest(t *testing.T) {
	c := waiting(t)
	if out := c.done("next"); !strings.Contains(out, "\nName:           old\n") || c.incident("old").Spec.Assignee != "" {
		t.Errorf("got\n%s", out)
	}
	if out := c.done("next", "--severity", "low"); !strings.Contains(out, "\nName:           low\n") {
		t.Errorf("got\n%s", out)
	}
	c.refused(exitIncomplete, "Nothing waits", "next", "--severity", "Critical")
	c.refused(exitFailed, "leave out --mine", "next", "--mine")
}

func TestNextTakesWhatNobodyElseTook(t *testing.T) {
	c := waiting(t)
	c.intercept.Create = saysWho("alice")
	c.intercept.Patch = func(ctx context.Context, w client.WithWatch, object client.Object, patch client.Patch, options ...client.PatchOption) error {
		if object.GetName() == "old" && c.incident("old").Spec.Assignee == "" { // Somebody is faster.
			taken := c.incident("old")
			taken.Spec.Assignee = "bob"
			must(t, c.Update(ctx, taken))
			return apierrors.NewConflict(v1alpha1.GroupVersion.WithResource("incidents").GroupResource(), "old", nil)
		}
		return w.Patch(ctx, object, patch, options...)
	}
	out := c.done("next", "--take")
	if !strings.Contains(out, "\nName:           new\n") || !strings.Contains(out, "\nAssignee:       alice\n") {
		t.Errorf("got\n%s", out)
	}
	if c.incident("new").Spec.Assignee != "alice" || c.incident("old").Spec.Assignee != "bob" {
		t.Errorf("new: %q, old: %q", c.incident("new").Spec.Assignee, c.incident("old").Spec.Assignee)
	}
}
