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

package correlation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	// statusInterval is the least time between two writes of a policy's counts; its conditions are written at once.
	statusInterval = 10 * time.Second
	maxCommonTold  = 16
)

// counts are what came of a policy since its status was written.
type counts struct {
	seen, linked, incidents int64
	last                    time.Time
	// trouble is why its condition failed last.
	trouble error
	written time.Time
}

func (n *namespace) countsOf(policy string) *counts {
	c := n.counts[policy]
	if c == nil {
		c = &counts{}
		n.counts[policy] = c
	}
	return c
}

// writeStatuses writes the statuses that are due, and says how long to wait for others.
func (r *Reconciler) writeStatuses(ctx context.Context, space *namespace, in policies, now time.Time) (time.Duration, error) {
	if space.engine != nil {
		for policy, n := range space.engine.TakeSelected() {
			space.countsOf(policy).seen += int64(n)
		}
	}
	var next time.Duration
	var errs []error
	there := map[string]bool{}
	for i := range in.all {
		policy := &in.all[i]
		there[policy.Name] = true
		wait, err := r.writeStatus(ctx, space, policy, in.problems[policy.Name], now)
		next = soonest(next, wait)
		errs = append(errs, err)
	}
	for name := range space.counts {
		if !there[name] {
			delete(space.counts, name)
		}
	}
	return next, errors.Join(errs...)
}

func (r *Reconciler) writeStatus(ctx context.Context, space *namespace, policy *v1alpha1.CorrelationPolicy, problem error, now time.Time) (time.Duration, error) {
	c := space.countsOf(policy.Name)
	after := policy.DeepCopy()
	after.Status.ObservedGeneration = policy.Generation
	meta.SetStatusCondition(&after.Status.Conditions, ready(policy, problem, c.trouble))
	atOnce := !equality.Semantic.DeepEqual(policy.Status, after.Status)
	if wait := c.written.Add(statusInterval).Sub(now); wait > 0 && !atOnce {
		return wait, nil // What follows goes through all values that were learned.
	}
	if space.engine != nil && problem == nil && !policy.Spec.Suspend {
		values, total := space.engine.Common(policy.Name, now, maxCommonTold)
		after.Status.CommonValues, after.Status.CommonTotal = values, int32(total) //nolint:gosec // Bounded by what is learned.
	}
	after.Status.Seen += c.seen
	after.Status.Linked += c.linked
	after.Status.Incidents += c.incidents
	if !c.last.IsZero() {
		last := metav1.NewTime(c.last.Truncate(time.Second))
		after.Status.LastLinkedTime = &last
	}
	if equality.Semantic.DeepEqual(policy.Status, after.Status) {
		return 0, nil
	}
	err := r.Client.Status().Patch(ctx, after, client.MergeFromWithOptions(policy, client.MergeFromWithOptimisticLock{}), FieldOwner)
	if client.IgnoreNotFound(err) != nil {
		return 0, fmt.Errorf("writing the status of the policy %s: %w", policy.Name, err)
	}
	*c = counts{written: now, last: c.last, trouble: c.trouble}
	return 0, nil
}

// ready is whether a policy is in force.
func ready(policy *v1alpha1.CorrelationPolicy, problem, trouble error) metav1.Condition {
	condition := metav1.Condition{
		Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonInForce,
		Message: "The policy is in force", ObservedGeneration: policy.Generation,
	}
	switch {
	case problem != nil:
		condition.Status, condition.Reason, condition.Message = metav1.ConditionFalse, v1alpha1.ReasonInvalidSpec, inOneLine(problem)
	case policy.Spec.Suspend:
		condition.Status, condition.Reason = metav1.ConditionFalse, v1alpha1.ReasonSuspended
		condition.Message = "spec.suspend must be false for the policy to be in force"
	case trouble != nil:
		condition.Message = "The policy is in force, but its condition failed for an alert, which it does not select: " + inOneLine(trouble)
	}
	return condition
}

func inOneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
