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

package activity

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/naming"
	"github.com/incident-operator/incident-operator/internal/decide/text"
)

const (
	maxSummaryCharacters = 1024
	// maxValueInWords bounds each value in a summary, so that a long one hides no other.
	maxValueInWords = 200
)

// summaryOf says changes in words; if there are none, it is what is said instead.
func summaryOf(changes []v1alpha1.ActivityChange, otherwise string) string {
	if len(changes) == 0 {
		return otherwise
	}
	parts := make([]string, 0, len(changes))
	for _, change := range changes {
		parts = append(parts, shortField(change.Field)+": "+inWords(change.From)+" → "+inWords(change.To))
	}
	return summarize(strings.Join(parts, "; "))
}

func inWords(value string) string {
	if value == "" {
		return "none"
	}
	return naming.Cut(value, maxValueInWords)
}

func summarize(words string) string { return naming.Cut(text.Escape(words), maxSummaryCharacters) }

func shortField(field string) string {
	return strings.TrimPrefix(strings.TrimPrefix(field, "spec."), "status.")
}

// alertsNamed are alerts by their names.
func alertsNamed(names []string) v1alpha1.ActivityAlerts {
	slices.Sort(names)
	digest := sha256.New()
	for _, name := range names {
		digest.Write([]byte(name + "\n"))
	}
	return v1alpha1.ActivityAlerts{Count: int64(len(names)), Names: names, Digest: hex.EncodeToString(digest.Sum(nil))}
}

// summarizeAlerts says an entry of alerts in words, such as "3 alerts from inc-1: not ours".
func summarizeAlerts(entry *v1alpha1.ActivitySpec) string {
	words := alertsInWords(entry.Alerts.Count)
	switch {
	case entry.OtherIncident == "":
	case entry.Type == v1alpha1.ActivityAlertsLinked:
		words += " from " + entry.OtherIncident
	default:
		words += " to " + entry.OtherIncident
	}
	if entry.Reason != "" {
		words += ": " + entry.Reason
	}
	if entry.Requests > 1 {
		words += fmt.Sprintf(": %d requests that are told by their number only", entry.Requests)
	}
	if len(entry.Changes) > 0 {
		words += ": " + summaryOf(entry.Changes, "")
	}
	return summarize(words)
}

func alertsInWords(count int64) string {
	if count == 1 {
		return "1 alert"
	}
	return fmt.Sprintf("%d alerts", count)
}
