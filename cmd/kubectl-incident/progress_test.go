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

package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func barOf(columns int) (*progress, *bytes.Buffer) {
	var out bytes.Buffer
	return &progress{out: &out, columns: func() int { return columns }}, &out
}

// TestBarStaysOnOneLine also has names that are long or wide.
func TestBarStaysOnOneLine(t *testing.T) {
	for _, columns := range []int{10, 40, 80, 200} {
		for _, name := range []string{"one", strings.Repeat("n", 253), strings.Repeat("中", 50)} {
			bar, out := barOf(columns)
			bar.show(name, 500, 2000)
			line, begun := strings.CutPrefix(out.String(), "\r\x1b[K")
			if !begun || widthOf(line) >= columns || strings.Contains(line, "\n") {
				t.Errorf("in %d columns: %q", columns, out.String())
			}
		}
	}
	bar, out := barOf(80)
	bar.show("one", 500, 2000)
	if want := "\r\x1b[Kone [#######.......................] 500/2000 alerts"; out.String() != want {
		t.Errorf("got %q", out.String())
	}
	bar.end()
	bar, out = barOf(80)
	bar.show("one", 0, 0)
	bar.end()
	if out.Len() > 0 {
		t.Errorf("a bar of nothing: %q", out.String())
	}
}

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
			incident.Status.ObservedGeneration, incident.Status.Alerts.Total = test.observed, ptr.To[int32](10)
			incident.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionPropagated, Status: test.status, Message: test.message}}
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
	bar, out := barOf(80)
	ended, watching := make(chan error), make(chan struct{})
	watched := interceptor.NewClient(c, interceptor.Funcs{
		Watch: func(ctx context.Context, w client.WithWatch, list client.ObjectList, options ...client.ListOption) (watch.Interface, error) {
			defer close(watching)
			return w.Watch(ctx, list, options...)
		},
	})
	go func() { ended <- waitForMerge(t.Context(), watched, c.incident("one"), bar) }()
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
	for _, want := range []string{"] 0/4 alerts", "] 1/4 alerts", "] 4/4 alerts"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("want %q in %q", want, out.String())
		}
	}
}

// TestWaitForWhatIsGone ends at once: a watch says nothing of what was deleted before it began.
func TestWaitForWhatIsGone(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	c := newCluster(t)
	bar, _ := barOf(80)
	for what, err := range map[string]error{
		"a merge": waitForMerge(ctx, c, anIncident("one"), bar),
		"a move":  move{c: c, alert: anAlert("a", "one"), target: anIncident("one")}.wait(ctx, bar),
		"alerts":  waitForAlerts(ctx, c, anIncident("one"), bar),
	} {
		if client.IgnoreNotFound(err) != nil || err == nil {
			t.Errorf("%s: got %v", what, err)
		}
	}
}
