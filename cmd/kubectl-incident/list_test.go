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
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
)

func namedIncident(name string) *v1alpha1.Incident {
	incident := &v1alpha1.Incident{}
	incident.Namespace, incident.Name = "default", name
	incident.Labels = map[string]string{"example.com/team": "red"}
	incident.Spec.Name = "Title of " + name
	incident.Status.Severity = v1alpha1.SeverityHigh
	return incident
}

// TestSinks prints two pages.
func TestSinks(t *testing.T) {
	tests := map[string]struct {
		args      []string
		namespace bool
		want      string
	}{
		"table": {nil, false, `
NAME   SEVERITY   STATE    ASSIGNEE   ALERTS   LAST ACTIVITY   AGE   TITLE
a      High       Active                                             Title of a
b      High       Active                                             Title of b
`},
		"all namespaces, labels": {[]string{"-L", "example.com/team,none", "--show-labels"}, true, `
NAMESPACE   NAME   SEVERITY   STATE    ASSIGNEE   ALERTS   LAST ACTIVITY   AGE   TITLE        TEAM   NONE   LABELS
default     a      High       Active                                             Title of a   red           example.com/team=red
default     b      High       Active                                             Title of b   red           example.com/team=red
`},
		"wide": {[]string{"-o", "wide", "--no-headers"}, false, "\n" +
			strings.Join([]string{"a", "High", "Active"}, "   ") + strings.Repeat("   "+" ", 8) + "   Title of a\n" +
			strings.Join([]string{"b", "High", "Active"}, "   ") + strings.Repeat("   "+" ", 8) + "   Title of b\n"},
		"csv": {[]string{"-o", "csv"}, false, `
NAME,SEVERITY,STATE,ASSIGNEE,ALERTS,LAST ACTIVITY,AGE,VERDICT,DETERMINATION,TAGS,SOURCES,TITLE
a,High,Active,,,,,,,,,Title of a
b,High,Active,,,,,,,,,Title of b
`},
		"name":           {[]string{"-o", "name"}, false, "\nincident.incidentoperator.dev/a\nincident.incidentoperator.dev/b\n"},
		"custom columns": {[]string{"-o", "custom-columns=N:.metadata.name,K:.kind"}, false, "\nN     K\na     Incident\nb     Incident\n"},
		"jsonpath":       {[]string{"-o", "jsonpath={.kind} {.items[*].metadata.name}"}, false, "\nList a b"},
		"template":       {[]string{"--template", "{{len .items}}"}, false, "\n2"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			p := newPlugin(genericiooptions.IOStreams{Out: &out, ErrOut: io.Discard})
			var format formatFlags
			command := &cobra.Command{}
			format.addTo(command)
			if err := command.ParseFlags(test.args); err != nil {
				t.Fatal(err)
			}
			sink, err := newSink(p, &format, incidentColumns(), test.namespace)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"a", "b"} {
				if err := sink.page([]*v1alpha1.Incident{namedIncident(name)}, time.Time{}); err != nil {
					t.Fatal(err)
				}
			}
			if err := sink.end(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, "\n"+out.String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestConcerns(t *testing.T) {
	tests := map[string]struct {
		change   watch.EventType
		before   bool
		resolved bool
		printed  bool
		after    bool
	}{
		"new":                  {watch.Added, false, false, true, true},
		"changed":              {watch.Modified, true, false, true, true},
		"leaves":               {watch.Modified, true, true, true, false},
		"stays out":            {watch.Modified, false, true, false, false},
		"deleted":              {watch.Deleted, true, false, true, false},
		"deleted, never shown": {watch.Deleted, false, true, false, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			incident := namedIncident("a")
			if test.resolved {
				incident.Spec.Resolution.State = v1alpha1.ResolutionResolved
			}
			seen := &listed{versions: map[string]string{}}
			if test.before {
				seen.versions["default/a"] = "1"
			}
			selector, err := actions.Selection{}.Ready(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := (&listOptions{selector: selector}).concerns(test.change, incident, seen); got != test.printed {
				t.Errorf("printed: got %t", got)
			}
			if _, got := seen.versions["default/a"]; got != test.after {
				t.Errorf("known afterwards: got %t", got)
			}
		})
	}
}
