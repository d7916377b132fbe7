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

package v1alpha1

import "slices"

// Severities returns the severities, from the lowest to the highest.
func Severities() []Severity {
	return []Severity{SeverityInformational, SeverityLow, SeverityMedium, SeverityHigh, SeverityCritical}
}

// Rank is the place of a severity among all, from 1 for the lowest: what severities are compared by. It is 0 for one that
// is unset or unknown, which ranks below all.
func (s Severity) Rank() int { return slices.Index(Severities(), s) + 1 }
