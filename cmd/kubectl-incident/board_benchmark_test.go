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
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// BenchmarkBoard is how long it takes from a key to what it changes on the screen, while 50 changes a second come in among
// 10,000 incidents. The metrics are in milliseconds.
func BenchmarkBoard(b *testing.B) {
	const number, pause = 10_000, time.Second / 50
	objects := make([]client.Object, number)
	severities := v1alpha1.Severities()
	change := func(i, step int) *v1alpha1.Incident {
		return anIncident(fmt.Sprintf("inc-%05d", i), func(incident *v1alpha1.Incident) {
			incident.Status.Severity = severities[(i+step)%len(severities)]
			incident.Spec.Name = "Multi-stage incident involving Initial access & Lateral movement on multiple endpoints"
		})
	}
	for i := range objects {
		objects[i] = change(i, 0)
	}
	c := newCluster(b, objects...)
	c.unreadable = errors.New("suggestions are read by an API server, not by this process")
	changes := watch.NewFakeWithChanSize(number, false)
	c.intercept.Watch = func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) (watch.Interface, error) {
		return changes, nil
	}
	s := newScreen(b, 200, 50)
	ended := s.starts(b.Context(), c, "board")
	s.shows("soc: 10000 incidents")
	stop := make(chan struct{})
	go func() {
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for step := 0; ; step++ {
			select {
			case <-stop:
				return
			case <-tick.C:
				changes.Modify(change(step*7919%number, step))
			}
		}
	}()
	var took []time.Duration
	for b.Loop() {
		before := s.cursor()
		began := time.Now()
		s.types("j")
		s.until("has the cursor where it was", func(screen string) bool { return cursorOf(screen) != before })
		took = append(took, time.Since(began))
	}
	close(stop)
	s.types("q")
	ended()
	slices.Sort(took)
	for name, at := range map[string]int{"p50-ms": len(took) / 2, "p99-ms": len(took) * 99 / 100, "max-ms": len(took) - 1} {
		b.ReportMetric(float64(took[at].Microseconds())/1000, name)
	}
}

func (s *onScreen) cursor() string { return cursorOf(s.text()) }

// cursorOf is the incident at the cursor of a board.
func cursorOf(screen string) string {
	for line := range strings.Lines(screen) {
		if name, marked := strings.CutPrefix(line, "> "); marked {
			name, _, _ = strings.Cut(name, " ")
			return name
		}
	}
	return ""
}
