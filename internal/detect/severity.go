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

package detect

import (
	"maps"
	"slices"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// words are the severities that detectors name alike, in lower case.
var words = map[string]v1alpha1.Severity{
	"debug": v1alpha1.SeverityInformational, "informational": v1alpha1.SeverityInformational,
	"information": v1alpha1.SeverityInformational, "notice": v1alpha1.SeverityInformational,
	"info": v1alpha1.SeverityInformational, "none": v1alpha1.SeverityInformational,
	"low":     v1alpha1.SeverityLow,
	"warning": v1alpha1.SeverityMedium, "medium": v1alpha1.SeverityMedium,
	"error": v1alpha1.SeverityHigh, "high": v1alpha1.SeverityHigh,
	"critical": v1alpha1.SeverityCritical, "alert": v1alpha1.SeverityCritical,
	"emergency": v1alpha1.SeverityCritical, "page": v1alpha1.SeverityCritical,
}

// severityOf translates a detector's word by the reader's choice, else by the format's own table, else by the words that
// all use. Both own and words have keys in lower case.
func severityOf(word string, chosen, own map[string]v1alpha1.Severity) (v1alpha1.Severity, bool) {
	if s, ok := chosen[word]; ok {
		return s, true
	}
	// In order, so that two spellings of one word give the same answer each time.
	for _, key := range slices.Sorted(maps.Keys(chosen)) {
		if strings.EqualFold(key, word) {
			return chosen[key], true
		}
	}
	lower := strings.ToLower(word)
	if s, ok := own[lower]; ok {
		return s, s != ""
	}
	s, ok := words[lower]
	return s, ok
}
