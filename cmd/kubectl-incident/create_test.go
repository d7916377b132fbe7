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

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func TestCreateIncident(t *testing.T) {
	c := newCluster(t)
	args := []string{"create", "incident", "hr", "--title", "Logins", "--severity", "high", "--assignee", "bob", "--tag", "HR", "--description", "d"}
	if out := c.done(append(args, "--dry-run")...); !strings.Contains(out, "incident/hr: a new incident; name: none → Logins") {
		t.Error(out)
	}
	if out := c.done(args...); out != "incident/hr created\n" {
		t.Error(out)
	}
	want := v1alpha1.IncidentSpec{
		Name: "Logins", Severity: v1alpha1.SeverityHigh, Description: "d",
		Triage: v1alpha1.Triage{Assignee: "bob", Tags: []v1alpha1.Tag{"HR"}},
	}
	if diff := cmp.Diff(want, c.incident("hr").Spec); diff != "" {
		t.Error(diff)
	}
	c.refused(exitIncomplete, "already exists", args...)
	c.refused(exitFailed, "severity must be", "create", "incident", "x", "--severity", "Bad")
	c.refused(exitFailed, "are the same", "create", "incident", "x", "--tag", "a,A")
}

func TestCreateAlert(t *testing.T) {
	c := newCluster(t, anIncident("inc-1", func(i *v1alpha1.Incident) {
		i.Spec.Assignee, i.Spec.Resolution.State = "bob", v1alpha1.ResolutionResolved
	}))
	args := []string{"create", "alert", "call", "--title", "Odd mail", "--incident", "inc-1", "--severity", "Low", "--category", "InitialAccess", "--source", "Help desk"}
	out := c.done(append(args, "--dry-run")...)
	if !strings.Contains(out, "alert/call: a new alert") || !strings.Contains(out, "incident: none → inc-1; assignee: none → bob\n") {
		t.Error(out) // Resolved incidents hold new alerts, so its state stays.
	}
	c.done(args...)
	alert := &v1alpha1.Alert{}
	if err := c.Get(t.Context(), client.ObjectKey{Namespace: "soc", Name: "call"}, alert); err != nil {
		t.Fatal(err)
	}
	want := v1alpha1.AlertSpec{
		Name: "Odd mail", Severity: v1alpha1.SeverityLow, Category: "InitialAccess",
		Source: v1alpha1.AlertOrigin{Service: "Help desk"}, IncidentRef: v1alpha1.IncidentReference{Name: "inc-1"},
	}
	if diff := cmp.Diff(want, alert.Spec); diff != "" {
		t.Error(diff)
	}
	c.refused(exitFailed, "--title is required", "create", "alert", "x")
	c.refused(exitFailed, `"inc-9" not found`, "create", "alert", "x", "--title", "x", "--incident", "inc-9")
	c.refused(exitFailed, "--incident is empty", "create", "alert", "x", "--title", "x", "--incident", "")
}

// TestCreateAlertWaits until the alert has what its incident gives it, also where it is moved on from one that was merged.
func TestCreateAlertWaits(t *testing.T) {
	c := newCluster(t, anIncident("into", func(i *v1alpha1.Incident) { i.UID = "uid" }),
		anIncident("merged", func(i *v1alpha1.Incident) { i.Status.MergedInto = v1alpha1.MergedInto{Name: "into", UID: "uid"} }))
	args := []string{"create", "alert", "--title", "x", "--wait", "--timeout", "100ms", "--incident"}
	for _, incident := range []string{"into", "merged"} {
		e := c.run(append(args, incident, "late-"+incident)...)
		if e.code != exitIncomplete || !strings.Contains(e.errOut, "For 1 of them") {
			t.Errorf("code %d\n%s%s", e.code, e.out, e.errOut)
		}
		c.intercept.Create = func(ctx context.Context, w client.WithWatch, object client.Object, options ...client.CreateOption) error {
			object.SetAnnotations(map[string]string{v1alpha1.InheritedAnnotation: `{"incident":"into","uid":"uid"}`})
			return w.Create(ctx, object, options...)
		}
		c.done(append(args, incident, "follows-"+incident)...)
		c.intercept.Create = nil
	}
	c.done("create", "alert", "alone", "--title", "x", "--wait")
}
