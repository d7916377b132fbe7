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

package ready_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/internal/decide/ready"
)

var (
	noon  = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	later = noon.Add(time.Minute)
)

func condition(kind string, status metav1.ConditionStatus, reason string, since time.Time) metav1.Condition {
	return metav1.Condition{
		Type: kind, Status: status, Reason: reason, Message: "because", ObservedGeneration: 3, LastTransitionTime: metav1.NewTime(since),
	}
}

func TestSet(t *testing.T) {
	foreign := metav1.Condition{Type: "Escalated", Status: "True", Reason: "Paged"}
	for name, test := range map[string]struct {
		before []metav1.Condition
		cause  ready.Cause
		want   []metav1.Condition
	}{
		"done": {cause: ready.Done("because"), want: []metav1.Condition{condition("Ready", "True", "UpToDate", later)}},
		"at work": {
			cause: ready.Working("AlertsPending", "because"),
			want: []metav1.Condition{
				condition("Reconciling", "True", "AlertsPending", later), condition("Ready", "False", "AlertsPending", later),
			},
		},
		"stuck, after it was at work": {
			before: []metav1.Condition{condition("Reconciling", "True", "A", noon), condition("Ready", "False", "A", noon)},
			cause:  ready.Stuck("TargetGone", "because"),
			want:   []metav1.Condition{condition("Ready", "False", "TargetGone", noon), condition("Stalled", "True", "TargetGone", later)},
		},
		"done, after it was stuck, and what others say": {
			before: []metav1.Condition{condition("Stalled", "True", "A", noon), foreign, condition("Ready", "False", "A", noon)},
			cause:  ready.Done("because"),
			want:   []metav1.Condition{foreign, condition("Ready", "True", "UpToDate", later)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			ready.Set(&test.before, test.cause, 3, later)
			if diff := cmp.Diff(test.want, test.before); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSetTwiceChangesNothing(t *testing.T) {
	for _, cause := range []ready.Cause{ready.Done("a"), ready.Working("B", "b"), ready.Stuck("C", "c")} {
		var once []metav1.Condition
		ready.Set(&once, cause, 1, noon)
		twice := append([]metav1.Condition(nil), once...)
		ready.Set(&twice, cause, 1, later)
		if diff := cmp.Diff(once, twice); diff != "" {
			t.Error(diff)
		}
	}
}
