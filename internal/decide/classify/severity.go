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

package classify

import (
	"fmt"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Computed stands for the severity that the operator computes from the alerts.
const Computed = "computed"

// Severities are all severities, the least severe first.
var Severities = []v1alpha1.Severity{
	v1alpha1.SeverityInformational, v1alpha1.SeverityLow, v1alpha1.SeverityMedium, v1alpha1.SeverityHigh, v1alpha1.SeverityCritical,
}

// ParseSeverity reads a severity, whatever its letter case; it returns an empty one for the computed one.
func ParseSeverity(text string) (v1alpha1.Severity, error) {
	if strings.EqualFold(text, Computed) {
		return "", nil
	}
	for _, severity := range Severities {
		if strings.EqualFold(text, string(severity)) {
			return severity, nil
		}
	}
	return "", fmt.Errorf("severity must be Informational, Low, Medium, High, Critical or %s, is %q", Computed, text)
}
