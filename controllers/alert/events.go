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

package alert

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/recorder"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Announcer publishes Kubernetes Events for what a person should notice.
type Announcer struct {
	Recorder recorder.EventRecorder
}

// alertHeld warns that a resolved incident has a new, active alert. The alert is named in the note, not related, so that
// a thousand of them make one series.
func (a Announcer) alertHeld(alert *v1alpha1.Alert, incident *v1alpha1.Incident) {
	a.Recorder.Eventf(incident, nil, corev1.EventTypeWarning, "AlertHeld", "HoldAlert",
		"The alert %s arrived after the incident was resolved and stays active: look at it, then resolve it or re-open the incident", alert.Name)
}

// memoryDamaged warns that what an alert remembered could not be read and was written anew.
func (a Announcer) memoryDamaged(alert *v1alpha1.Alert, incident *v1alpha1.Incident, damage error) {
	var regarding runtime.Object = alert
	if incident != nil {
		regarding = incident
	}
	a.Recorder.Eventf(regarding, nil, corev1.EventTypeWarning, "MemoryDamaged", "RewriteMemory",
		"What the alert %s remembers could not be read and was written anew: %s", alert.Name, damage)
}
