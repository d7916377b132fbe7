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

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func (c *cluster) alert(name string) *v1alpha1.Alert {
	c.t.Helper()
	alert := &v1alpha1.Alert{}
	if err := c.Get(c.t.Context(), client.ObjectKey{Namespace: "soc", Name: name}, alert); err != nil {
		c.t.Fatal(err)
	}
	return alert
}

func TestAlertVerbs(t *testing.T) {
	c := queueOfAlerts(t)
	for _, step := range []struct {
		args    []string
		want    string
		patches int
	}{
		{[]string{"assign", "carol", "alert/a-low", "b-high"}, "alert/a-low assigned to carol\nalert/b-high assigned to carol (was bob)\n", 2},
		{[]string{"assign", "carol", "a-low"}, "alert/a-low unchanged\n", 0},
		{[]string{"unassign", "a-low"}, "alert/a-low unassigned (was carol)\n", 1},
		{[]string{"resolve", "--incident", "inc-1", "--severity", "low", "--note", "noise", "--classify", "falsepositive/clean"}, "alert/a-low resolved, classified as FalsePositive/NotMalicious\n", 1},
		{[]string{"reopen", "--incident", "inc-1", "--state", "resolved"}, "alert/a-low re-opened (state was Resolved; note was “noise”)\n", 1},
		{[]string{"tag", "VIP,HR", "--entity", "web-1"}, "alert/a-low tagged\nalert/d-loose tagged\n", 2},
		{[]string{"untag", "vip", "--tag", "Vip"}, "alert/a-low untagged (was VIP, HR)\nalert/d-loose untagged (was VIP, HR)\n", 2},
		{[]string{"classify", "TruePositive/Malware", "d-loose"}, "alert/d-loose classified as TruePositive/Malware\n", 1},
	} {
		before := c.patches
		out := c.done(append([]string{"alert"}, step.args...)...)
		if diff := cmp.Diff(step.want, out); diff != "" || c.patches-before != step.patches {
			t.Errorf("%v: %d patches (-want +got):\n%s", step.args, c.patches-before, diff)
		}
	}
	low := c.alert("a-low")
	if low.Spec.Resolution.State != v1alpha1.ResolutionActive || low.Spec.Resolution.Note != "" || len(low.Spec.Tags) != 1 ||
		low.Spec.Classification.Determination != v1alpha1.DeterminationNotMalicious || c.alert("b-high").Spec.Assignee != "carol" {
		t.Errorf("got %+v", low.Spec.Triage)
	}
}

func TestAlertVerbsDryRun(t *testing.T) {
	c := queueOfAlerts(t)
	out := c.done("alert", "resolve", "--incident", "inc-1", "--dry-run")
	want := "alert/a-low: state: Active → Resolved\nalert/b-high: state: Active → Resolved\nNothing was changed (dry run, client).\n"
	if diff := cmp.Diff(want, out); diff != "" || c.patches != 0 {
		t.Errorf("%d patches (-want +got):\n%s", c.patches, diff)
	}
}

func TestAlertVerbsRefuse(t *testing.T) {
	c := queueOfAlerts(t)
	for message, args := range map[string][]string{
		"name at least one alert":                  {"resolve"},
		"name alerts or select them by flags":      {"resolve", "a-low", "--severity", "Low"},
		"name at least one alert, or":              {"resolve", "-A"},
		"--incident is empty":                      {"resolve", "--incident", ""},
		"the user is empty":                        {"assign", "", "a-low"},
		`"none" not found`:                         {"resolve", "none"},
		"determination of FalsePositive must be":   {"classify", "FalsePositive/Malware", "a-low"},
		"--classify: verdict must be":              {"resolve", "--classify", "bad", "a-low"},
		"a tag is empty":                           {"tag", "a,,b", "a-low"},
		"the note has 4097 characters: at most":    {"resolve", "--note", strings.Repeat("x", 4097), "a-low"},
		"--severity is empty":                      {"resolve", "--severity", ""},
		"--dry-run must be none, client or server": {"resolve", "--dry-run=x", "a-low"},
	} {
		c.refused(exitFailed, message, append([]string{"alert"}, args...)...)
	}
}
