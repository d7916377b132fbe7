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

package rollup_test

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

// Detectors write fractions of seconds, which the status does not keep, and zero times, which it can't say.
func TestTimesOfDetectorsComeToRest(t *testing.T) {
	for name, when := range map[string]time.Time{
		"a fraction of a second": noon.Add(500 * time.Millisecond),
		"a zero time":            {},
	} {
		t.Run(name, func(t *testing.T) {
			i := incident()
			alerts := []v1alpha1.Alert{alert(seen(ptr.To(metav1.NewTime(when)), ptr.To(metav1.NewTime(when))))}
			i.Status = readBack(t, look(rollup.Subject{Incident: i}, alerts, noon, rollup.Options{}).Status)
			if again := look(rollup.Subject{Incident: i}, alerts, noon, rollup.Options{}).Status; !equality.Semantic.DeepEqual(i.Status, again) {
				t.Errorf("a second look differs: %v to %v, then %v to %v",
					i.Status.FirstActivityTime, i.Status.LastActivityTime, again.FirstActivityTime, again.LastActivityTime)
			}
		})
	}
}

func TestAZeroTimeDoesNotDependOnTheOrder(t *testing.T) {
	known, zero := alert(seen(minutes(-9), minutes(-3))), alert(seen(&metav1.Time{}, &metav1.Time{}))
	expect(t, "the other order", compute(incident(), known, zero), compute(incident(), zero, known))
}

func TestAnAlertThatIsBeingDeletedIsNotPending(t *testing.T) {
	going := alert(func(a *v1alpha1.Alert) { a.DeletionTimestamp = minutes(1) })
	expect(t, "pending", 0, look(rollup.Subject{Incident: incident(toAlice)}, []v1alpha1.Alert{going}, noon, rollup.Options{}).Pending)
}

func TestActivityDoesNotEndBeforeItBegins(t *testing.T) {
	status := compute(incident(), alert(createdAt(minutes(5)), seen(nil, minutes(-9))))
	if status.LastActivityTime.Before(status.FirstActivityTime) {
		t.Errorf("first %v, last %v", status.FirstActivityTime, status.LastActivityTime)
	}
}
