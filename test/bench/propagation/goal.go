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
	"fmt"
	"strings"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// goal is reached when so many alerts match.
type goal struct {
	match       func(*alert) bool
	want, have  int
	began       int
	first, last time.Time
	reached     chan struct{}
}

// expect sets a goal from now on.
func (o *observer) expect(want int, match func(*alert) bool) *goal {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	g := &goal{match: match, want: want, reached: make(chan struct{})}
	for _, a := range o.alerts {
		if match(a) {
			g.have++
		}
	}
	g.began = g.have
	o.goals[g] = struct{}{}
	o.check(g, time.Now())
	return g
}

// check takes note of the first alert that came to match, and of the last. The mutex is held.
func (o *observer) check(g *goal, at time.Time) {
	if g.first.IsZero() && g.have > g.began {
		g.first = at
	}
	if g.have >= g.want {
		g.last = at
		delete(o.goals, g)
		close(g.reached)
	}
}

// wait returns when the goal is reached; its times may be read then.
func (o *observer) wait(ctx context.Context, g *goal) error {
	patience := patienceFor(g.want)
	select {
	case <-g.reached:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(patience):
		o.mutex.Lock()
		defer o.mutex.Unlock()
		delete(o.goals, g)
		return fmt.Errorf("waiting for alerts of %s: after %s, %d of %d are as they should be", o.namespace, patience, g.have, g.want)
	}
}

// patienceFor is several times what a fan-out takes on a busy machine.
func patienceFor(n int) time.Duration { return time.Minute + time.Duration(n)*30*time.Millisecond }

func linked(a *alert) bool { return a.Metadata.Annotations[v1alpha1.InheritedAnnotation] != "" }

func assigned(assignee string) func(*alert) bool {
	return func(a *alert) bool { return a.Spec.Assignee == assignee }
}

func inState(state v1alpha1.ResolutionState) func(*alert) bool {
	return func(a *alert) bool { return a.Spec.Resolution.State == state }
}

// under is an alert that is linked to an incident, knows it, and has its owner.
func under(incident, assignee string) func(*alert) bool {
	memory := fmt.Sprintf(`"incident":%q`, incident)
	return func(a *alert) bool {
		return a.Spec.IncidentRef.Name == incident && a.Spec.Assignee == assignee &&
			strings.Contains(a.Metadata.Annotations[v1alpha1.InheritedAnnotation], memory)
	}
}

// dangling is an alert that says that its link leads nowhere.
func dangling(a *alert) bool {
	for _, c := range a.Status.Conditions {
		if c.Type == v1alpha1.ConditionLinked && c.Status == "False" {
			return true
		}
	}
	return false
}
