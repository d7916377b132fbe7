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

package operator

import (
	"strings"

	"github.com/incident-operator/incident-operator/internal/kube"
)

const maxLabelValue = 63

// LeaseLabels say which version of the operator holds the lease, so that people who may read the lease alone know it.
func LeaseLabels(version string) map[string]string {
	return map[string]string{kube.VersionLabel: labelValue(version)}
}

// labelValue makes a text what the API server takes as the value of a label.
func labelValue(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == '.' || r == '_' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' {
			return r
		}
		return '-'
	}, text)
	return strings.Trim(text[:min(len(text), maxLabelValue)], "-._")
}
