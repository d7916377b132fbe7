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

	"k8s.io/apimachinery/pkg/types"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// TestEmptyFilters are those that a script makes whose variable is not set: they must not select everything.
func TestEmptyFilters(t *testing.T) {
	c := newCluster(t, anIncident("one"), anIncident("two"))
	for _, flag := range []string{
		"tag", "all-tags", "assignee", "source", "category", "entity", "search", "since", "selector", "field-selector",
		"state", "severity", "min-severity", "verdict", "determination",
	} {
		c.refused(2, "--"+flag+" is empty", "resolve", "--"+flag+"=")
		c.refused(2, "--"+flag+" is empty", "list", "--"+flag+"=")
	}
	c.refused(2, "--assignee is empty", "assign", "bob", "--assignee", "alice,")
	c.refused(2, "--tag is empty", "list", "--tag=", "--save", "none")
	for _, since := range []string{"0", "-1d", "7"} {
		c.refused(2, "kubectl-incident: --since must be a time such as 90m", "list", "--since="+since)
		c.refused(2, "kubectl-incident: --since must be a time such as 90m", "list", "--since="+since, "--save", "none")
	}
	for _, flags := range [][]string{{"--mine=false"}, {"--unassigned=false"}, {"-A"}, {"-A", "--all=false"}, {"--all"}, {"--all", "-A"}} {
		c.refused(2, "name at least one incident", append([]string{"resolve"}, flags...)...)
	}
	c.refused(2, "not both", "resolve", "one", "-A")
	c.refused(2, "not both", "resolve", "one", "--mine=false")
	c.refused(2, "--chunk-size must not be negative", "list", "--chunk-size=-1")
	c.refused(2, "--chunk-size must not be negative", "resolve", "--all", "--chunk-size=-1")
	c.refused(2, "--chunk-size must not be negative", "alerts", "--chunk-size=-1")
	c.refused(2, "the name of the incident is empty", "alerts", "")
	c.done("resolve", "--all", "--unassigned", "--dry-run")
}

// TestOfMerged has incidents whose alerts go on: one was merged into two, and two into three.
func TestOfMerged(t *testing.T) {
	chained := func(name, into string) *v1alpha1.Incident {
		return anIncident(name, func(i *v1alpha1.Incident) {
			i.UID, i.Spec.MergeInto.Name = types.UID("uid-of-"+name), into
			if into != "" {
				i.Status.MergedInto = v1alpha1.MergedInto{Name: into, UID: "uid-of-" + into}
			}
		})
	}
	three := chained("three", "")
	three.Spec.Assignee = "carol"
	c := newCluster(t, chained("one", "two"), chained("two", "three"), three, anAlert("a", "one"), chained("lost", "gone"), anAlert("b", "lost"))
	c.refused(exitIncomplete, "incident/one: it was merged into three: work on three, or say --follow\n", "assign", "bob", "one", "--dry-run")
	out := c.done("create", "alert", "new", "--title", "New", "--incident", "one", "--dry-run")
	if !strings.Contains(out, "incident: none → three; assignee: none → carol\n") {
		t.Errorf("a new alert: got\n%s", out)
	}
	if out = c.done("assign", "bob", "lost", "--dry-run"); !strings.Contains(out, "alert/b   assignee: none → bob\n") {
		t.Errorf("its target is gone: got\n%s", out)
	}
}
