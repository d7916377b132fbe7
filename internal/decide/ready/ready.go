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

package ready

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Cause is why an object is ready or not. The zero value is no cause.
type Cause struct {
	// abnormal is the condition that is True beside Ready=False; empty if the object is ready.
	abnormal string
	// reason and message are those of all conditions that Set sets.
	reason, message string
}

// Done is the cause of Ready=True: nothing is left to do.
func Done(message string) Cause {
	return Cause{reason: v1alpha1.ReasonUpToDate, message: message}
}

// Working is the cause of Ready=False while the operator goes on by itself.
func Working(reason, message string) Cause {
	return Cause{abnormal: v1alpha1.ConditionReconciling, reason: reason, message: message}
}

// Stuck is the cause of Ready=False if somebody has to do something first.
func Stuck(reason, message string) Cause {
	return Cause{abnormal: v1alpha1.ConditionStalled, reason: reason, message: message}
}

// Set makes the conditions say the cause, as observed at a generation. What others say in conditions stays.
func Set(conditions *[]metav1.Condition, cause Cause, generation int64, now time.Time) {
	set := func(kind string, status metav1.ConditionStatus) {
		meta.SetStatusCondition(conditions, metav1.Condition{
			Type: kind, Status: status, Reason: cause.reason, Message: cause.message,
			ObservedGeneration: generation, LastTransitionTime: metav1.NewTime(now),
		})
	}
	for _, kind := range []string{v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled} {
		if kind == cause.abnormal {
			set(kind, metav1.ConditionTrue)
		} else {
			meta.RemoveStatusCondition(conditions, kind)
		}
	}
	if cause.abnormal == "" {
		set(v1alpha1.ConditionReady, metav1.ConditionTrue)
	} else {
		set(v1alpha1.ConditionReady, metav1.ConditionFalse)
	}
}
