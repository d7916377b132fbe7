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
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// events are four lines of Falco about two things, of which one lacks a rule.
const events = `{"rule":"Shell","source":"syscall","hostname":"n1","priority":"Warning","time":"2026-11-26T12:00:00Z"}
{"rule":"Shell","source":"syscall","hostname":"n1","priority":"Warning","time":"2026-11-26T12:05:00Z"}
{"rule":"Write","source":"syscall","hostname":"n1","priority":"Loud","time":"2026-11-26T12:00:00Z"}
{"hostname":"n1"}
`

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "events.jsonl")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (c *cluster) allAlerts() []v1alpha1.Alert {
	c.t.Helper()
	var alerts v1alpha1.AlertList
	if err := c.List(c.t.Context(), &alerts, client.InNamespace("soc")); err != nil {
		c.t.Fatal(err)
	}
	return alerts.Items
}

func TestImportByFormat(t *testing.T) {
	c := newCluster(t)
	args := []string{"import", "-f", file(t, events), "--format", "Falco"}
	e := c.run(append(args, "--dry-run")...)
	if e.code != exitIncomplete || !strings.Contains(e.out, "4 items, 2 alerts: 2 created; 0 items dropped, 1 refused.\nNothing was changed (dry run).\n") {
		t.Errorf("code %d\n%s%s", e.code, e.out, e.errOut)
	}
	if alerts := c.allAlerts(); len(alerts) != 0 {
		t.Errorf("a dry run made %d alerts", len(alerts))
	}
	e = c.run(args...)
	if e.code != exitIncomplete || !strings.Contains(e.out, "2 created") {
		t.Errorf("code %d\n%s%s", e.code, e.out, e.errOut)
	}
	for _, want := range []string{"item 4: refused: Malformed: an event of Falco must have a rule", "1 values: severities that nobody knows"} {
		if !strings.Contains(e.errOut, want) {
			t.Errorf("it must say %q:\n%s", want, e.errOut)
		}
	}
	for _, alert := range c.allAlerts() {
		if alert.Spec.Name == "Shell" && alert.Spec.Occurrences != 2 {
			t.Errorf("got %d occurrences, want 2", alert.Spec.Occurrences)
		}
		if len(alert.Labels) != 0 {
			t.Errorf("an alert of no AlertSource bears %v", alert.Labels)
		}
	}
	before := c.patches
	if e = c.run(args...); !strings.Contains(e.out, "2 alerts: 2 there already") || c.patches != before {
		t.Errorf("again: %d patches\n%s", c.patches-before, e.out)
	}
	later := strings.ReplaceAll(events, "T12:05", "T12:06")
	if e = c.run("import", "-f", file(t, later), "--format", "Falco"); !strings.Contains(e.out, "1 updated, 1 there already") {
		t.Error(e.out)
	}
}

func TestImportBySource(t *testing.T) {
	source := &v1alpha1.AlertSource{Spec: v1alpha1.AlertSourceSpec{
		Format: "Falco", SeverityMap: map[string]v1alpha1.Severity{"loud": v1alpha1.SeverityCritical}, Drop: `alert.spec.severity == "Medium"`,
	}}
	source.Namespace, source.Name = "soc", "falco"
	c := newCluster(t, source)
	c.stdin = strings.Join(strings.SplitAfter(events, "\n")[:3], "")
	if out := c.done("import", "-f", "-", "--source", "falco"); !strings.Contains(out, "3 items, 1 alerts: 1 created; 2 items dropped, 0 refused.") {
		t.Error(out)
	}
	alerts := c.allAlerts()
	if len(alerts) != 1 || alerts[0].Spec.Severity != v1alpha1.SeverityCritical || alerts[0].Labels[v1alpha1.SourceLabel] != "falco" {
		t.Errorf("got %+v", alerts)
	}
}

// An alert is made in a person's name: that it has ended is his resolution, and not the receiver's.
func TestImportResolves(t *testing.T) {
	c := newCluster(t)
	const over = `[{"labels":{"alertname":"A"},"startsAt":"2026-11-26T12:00:00Z","endsAt":"2026-11-26T12:05:00Z"}]`
	c.done("import", "-f", file(t, over), "--format", "AlertmanagerAPI")
	spec := c.allAlerts()[0].Spec
	if spec.Resolution.State != v1alpha1.ResolutionResolved || spec.EndedTime != nil || spec.ExpiresTime != nil {
		t.Errorf("got %+v", spec)
	}
}

func TestImportRefuses(t *testing.T) {
	c := newCluster(t)
	path := file(t, events)
	c.refused(exitFailed, "--filename is required", "import", "--format", "Falco")
	c.refused(exitFailed, "either --source or --format", "import", "-f", path)
	c.refused(exitFailed, "either --source or --format", "import", "-f", path, "--format", "Falco", "--source", "falco")
	c.refused(exitFailed, "--format must be one of", "import", "-f", path, "--format", "falco")
	c.refused(exitFailed, `"falco" not found`, "import", "-f", path, "--source", "falco")
	c.refused(exitFailed, "no such file", "import", "-f", path+"x", "--format", "Falco")
	c.intercept.Create = func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error {
		return errors.New("no room")
	}
	c.refused(exitIncomplete, "creating the alert: no room", "import", "-f", path, "--format", "Falco")
}
