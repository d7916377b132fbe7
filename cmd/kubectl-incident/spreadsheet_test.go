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
	"encoding/csv"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
)

// TestSpreadsheetIsWhole has what a table cuts, and nothing that a spreadsheet takes for something else.
func TestSpreadsheetIsWhole(t *testing.T) {
	at := func(day int) *metav1.Time {
		return ptr.To(metav1.NewTime(time.Date(2026, 11, day, 8, 0, 0, 0, time.UTC)))
	}
	var tags []string
	for i := range 20 {
		tags = append(tags, "team:"+string(rune('a'+i))+", the application owner group")
	}
	c := newCluster(t, anIncident("one", func(i *v1alpha1.Incident) {
		i.CreationTimestamp, i.Status.ResolvedTime = *at(1), at(4)
		i.Status.FirstActivityTime, i.Status.LastActivityTime = at(2), at(3)
		i.Status.Alerts = v1alpha1.AlertCounts{Total: ptr.To[int32](4), Active: ptr.To[int32](4), Summary: "4/4"}
		for _, tag := range tags {
			i.Spec.Tags = append(i.Spec.Tags, v1alpha1.Tag(tag))
		}
		i.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "two\nlines"}
		i.Spec.Classification = v1alpha1.Classification{Verdict: v1alpha1.VerdictTruePositive, Determination: v1alpha1.DeterminationMalware}
		i.Annotations = map[string]string{v1alpha1.EditorAnnotationPrefix + "resolution": "bob@example.com@7"}
	}))
	out := c.done("list", "--all", "-o", "csv", "--bom")
	text, marked := strings.CutPrefix(out, "\ufeff")
	if !marked || strings.HasPrefix(c.done("list", "--all", "-o", "csv"), "\ufeff") {
		t.Error("the mark is not there, or always")
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("got %v, %v", rows, err)
	}
	cells := map[string]string{}
	for i, head := range rows[0] {
		cells[head] = rows[1][i]
	}
	for head, want := range map[string]string{
		"ACTIVE ALERTS": "4", "ALERTS": "4", "CREATED": "2026-11-01T08:00:00Z", "FIRST ACTIVITY": "2026-11-02T08:00:00Z",
		"LAST ACTIVITY": "2026-11-03T08:00:00Z", "RESOLVED": "2026-11-04T08:00:00Z", "RESOLVED BY": "bob@example.com",
		"VERDICT": "TruePositive", "DETERMINATION": "Malware", "NOTE": `two\nlines`,
	} {
		if cells[head] != want {
			t.Errorf("%s: got %q, want %q", head, cells[head], want)
		}
	}
	if got, err := input.Tags(cells["TAGS"]); err != nil || strings.Join(got, "|") != strings.Join(tags, "|") {
		t.Errorf("tags: got %q, %v", got, err)
	}
	c.refused(exitFailed, "--bom goes with --output=csv", "list", "--bom")
}
