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

package console

import (
	"unique"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// slimmer makes alerts small. Annotations are kept by what alerts remember: most alerts of an incident remember the same, and
// a map for each would need as much as the rest of the alert.
type slimmer map[string]map[string]string

// slim keeps what lists, filters and pictures of alerts need, and no texts that only one alert shows: those are read
// when somebody opens it. Texts that many alerts have are kept once.
func (s slimmer) slim(alert *v1alpha1.Alert) *v1alpha1.Alert {
	spec := &alert.Spec
	kept := &v1alpha1.Alert{ObjectMeta: metav1.ObjectMeta{
		Namespace: once(alert.Namespace), Name: alert.Name, CreationTimestamp: alert.CreationTimestamp, Annotations: s.memoryOf(alert),
	}}
	kept.Spec.Name, kept.Spec.Severity, kept.Spec.Category = once(spec.Name), once(spec.Severity), once(spec.Category)
	kept.Spec.Assignee, kept.Spec.IncidentRef.Name = once(spec.Assignee), once(spec.IncidentRef.Name)
	kept.Spec.Resolution.State = once(spec.Resolution.State)
	kept.Spec.Source = v1alpha1.AlertOrigin{Service: once(spec.Source.Service), Detector: once(spec.Source.Detector)}
	kept.Spec.FirstActivityTime, kept.Spec.LastActivityTime, kept.Spec.Occurrences = spec.FirstActivityTime, spec.LastActivityTime, spec.Occurrences
	if len(spec.Techniques) > 0 {
		kept.Spec.Techniques = make([]v1alpha1.Technique, len(spec.Techniques))
		for i, technique := range spec.Techniques {
			kept.Spec.Techniques[i] = once(technique)
		}
	}
	if len(spec.Evidence) > 0 {
		kept.Spec.Evidence = make([]v1alpha1.Evidence, len(spec.Evidence))
		for i, e := range spec.Evidence {
			kept.Spec.Evidence[i] = v1alpha1.Evidence{Kind: once(e.Kind), Name: once(e.Name), Role: once(e.Role), Namespace: once(e.Namespace)}
		}
	}
	return kept
}

// once returns the same text in the one place where it is kept.
func once[T ~string](text T) T { return unique.Make(text).Value() }

func (s slimmer) memoryOf(alert *v1alpha1.Alert) map[string]string {
	memory, there := alert.Annotations[v1alpha1.InheritedAnnotation]
	if !there {
		return nil
	}
	if s[memory] == nil {
		s[memory] = map[string]string{v1alpha1.InheritedAnnotation: memory}
	}
	return s[memory]
}
