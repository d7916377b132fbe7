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
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Bounds of the API on evidence: items, and characters of a name and a namespace.
const (
	maxEvidence      = 128
	maxEvidenceName  = 512
	maxNamespaceName = 63
)

// Evidence adds a thing that the alert is about, each thing once, in the order in which it was first named. What has no
// name is not a thing; a role that is learned later is filled in.
func (d *Draft) Evidence(e v1alpha1.Evidence) {
	if strings.TrimSpace(e.Name) == "" {
		return
	}
	e.Name = d.line("evidence.name", e.Name, maxEvidenceName)
	e.Namespace = d.line("evidence.namespace", e.Namespace, maxNamespaceName)
	for i := range d.Spec.Evidence {
		if known := &d.Spec.Evidence[i]; known.Kind == e.Kind && known.Name == e.Name && known.Namespace == e.Namespace {
			if known.Role == "" {
				known.Role = e.Role
			}
			return
		}
	}
	if len(d.Spec.Evidence) == maxEvidence {
		d.LeftOut("evidence beyond 128 items", "")
		return
	}
	d.Spec.Evidence = append(d.Spec.Evidence, e)
}
