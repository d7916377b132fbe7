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

package actions

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func TestFollowed(t *testing.T) {
	for name, test := range map[string]struct {
		status   metav1.ConditionStatus
		message  string
		observed int64
		done     int
	}{
		"not looked at yet": {metav1.ConditionTrue, "every one", 1, 0},
		"some":              {metav1.ConditionFalse, "3 of 10 linked alerts are still to be changed", 2, 7},
		"something else":    {metav1.ConditionFalse, "nobody knows", 2, 0},
		"all":               {metav1.ConditionTrue, "every one", 2, 10},
	} {
		t.Run(name, func(t *testing.T) {
			incident := anIncident("one")
			incident.Status.Alerts.Total = ptr.To[int32](10)
			incident.Status.Conditions = []metav1.Condition{{
				Type: v1alpha1.ConditionPropagated, Status: test.status, Message: test.message, ObservedGeneration: test.observed,
			}}
			if done, total := followed(incident, 2); done != test.done || total != 10 {
				t.Errorf("got %d of %d", done, total)
			}
		})
	}
}

// TestWaitForMerge shows how many alerts have left, by their number alone.
func TestWaitForMerge(t *testing.T) {
	source := anIncident("one", func(i *v1alpha1.Incident) { i.Status.Alerts.Total = ptr.To[int32](4) })
	c := newCluster(t, source)
	var told []string
	tell := func(name string, followed, total int) {
		told = append(told, fmt.Sprintf("%s %d/%d", name, followed, total))
	}
	ended, watching := make(chan error), make(chan struct{})
	watched := interceptor.NewClient(c, interceptor.Funcs{
		Watch: func(ctx context.Context, w client.WithWatch, list client.ObjectList, options ...client.ListOption) (watch.Interface, error) {
			defer close(watching)
			return w.Watch(ctx, list, options...)
		},
	})
	go func() { ended <- (&MergeTask{Client: watched, Source: c.incident("one")}).Wait(t.Context(), tell) }()
	<-watching // The fake keeps no past.
	for _, left := range []int32{3, 0} {
		now := c.incident("one")
		now.Status.Alerts.Total = ptr.To(left)
		now.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionMerged, Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonAlertsMoving}}
		if left == 0 {
			now.Status.Conditions[0].Status = metav1.ConditionTrue
		}
		if err := c.Update(t.Context(), now); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if want := []string{"one 0/4", "one 1/4", "one 4/4"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}

// TestWaitForWhatIsGone ends at once: a watch says nothing of what was deleted before it began.
func TestWaitForWhatIsGone(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	c := newCluster(t)
	for what, err := range map[string]error{
		"a merge": (&MergeTask{Client: c, Source: anIncident("one")}).Wait(ctx, tellNothing),
		"a move":  (&MoveTask{Client: c, Alert: anAlert("a", "one"), Target: anIncident("one")}).Wait(ctx, tellNothing),
		"alerts":  (&ChangeTask{Client: c, Incident: anIncident("one")}).Wait(ctx, tellNothing),
	} {
		if client.IgnoreNotFound(err) != nil || err == nil {
			t.Errorf("%s: got %v", what, err)
		}
	}
}

func TestMergeEnded(t *testing.T) {
	for name, test := range map[string]struct {
		status     metav1.ConditionStatus
		reason     string
		generation int64
		done       bool
		want       string
	}{
		"merged":            {metav1.ConditionTrue, v1alpha1.ReasonMerged, 2, true, ""},
		"some were put":     {metav1.ConditionTrue, v1alpha1.ReasonAlertsPutBack, 2, true, ""},
		"moving":            {metav1.ConditionFalse, v1alpha1.ReasonAlertsMoving, 2, false, ""},
		"refused":           {metav1.ConditionFalse, v1alpha1.ReasonTargetResolved, 2, false, "TargetResolved: why"},
		"refused, but then": {metav1.ConditionFalse, v1alpha1.ReasonTargetResolved, 1, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			incident := anIncident("one")
			incident.Status.Conditions = []metav1.Condition{{
				Type: v1alpha1.ConditionMerged, Status: test.status, Reason: test.reason, Message: "why", ObservedGeneration: test.generation,
			}}
			done, err := mergeEnded(incident, 2)
			if done != test.done || (err == nil) != (test.want == "") || (err != nil && err.Error() != test.want) {
				t.Errorf("got %v, %v", done, err)
			}
		})
	}
}
