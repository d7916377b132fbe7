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

package suppression

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
	"github.com/incident-operator/incident-operator/internal/kube/suppression"
)

// FieldOwner is the field manager of the statuses.
const FieldOwner = client.FieldOwner("incident-operator-suppression")

// interval is the least time between two writes of a rule's counts; its conditions are written at once.
const interval = 10 * time.Second

// Reconciler writes the status of one rule. Every replica that takes alerts in adds what it took itself.
type Reconciler struct {
	Client client.Client
	Clock  clock.PassiveClock
	Rules  *suppression.Rules

	mutex sync.Mutex
	known map[client.ObjectKey]written
}

// written is when the counts of a rule were written last.
type written struct {
	uid types.UID
	at  time.Time
}

// Reconcile makes at most one write.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	rule := &v1alpha1.SuppressionRule{}
	err := r.Client.Get(ctx, request.NamespacedName, rule)
	if apierrors.IsNotFound(err) {
		r.forget(request.NamespacedName)
		return ctrl.Result{}, nil
	}
	if err != nil {
		return ctrl.Result{}, fmt.Errorf("getting the rule: %w", err)
	}
	now := r.Clock.Now()
	condition, ends := r.ready(rule, now)
	taken := r.Rules.Take(request.NamespacedName)
	wait, err := r.write(ctx, rule, condition, taken, now)
	if err != nil || wait > 0 {
		r.Rules.Return(request.NamespacedName, taken)
	}
	if wait == 0 || (ends > 0 && ends < wait) {
		wait = ends
	}
	return operator.Outcome(wait, err)
}

// write writes the status, or says how long to wait before.
func (r *Reconciler) write(ctx context.Context, rule *v1alpha1.SuppressionRule, condition metav1.Condition, taken suppression.Taken, now time.Time) (time.Duration, error) {
	after := rule.DeepCopy()
	after.Status.ObservedGeneration = rule.Generation
	meta.SetStatusCondition(&after.Status.Conditions, condition)
	atOnce := !equality.Semantic.DeepEqual(rule.Status, after.Status)
	if taken.Alerts > 0 {
		last := metav1.NewTime(taken.Last.Truncate(time.Second))
		after.Status.Matched += taken.Alerts
		if after.Status.LastMatchedTime == nil || !last.Before(after.Status.LastMatchedTime) {
			after.Status.LastMatchedTime, after.Status.LastMatched = &last, taken.Title
		}
	}
	key := client.ObjectKeyFromObject(rule)
	before := r.since(key, rule.UID) // So that forget knows its UID.
	if equality.Semantic.DeepEqual(rule.Status, after.Status) {
		return 0, nil
	}
	if wait := before.Add(interval).Sub(now); wait > 0 && !atOnce {
		return wait, nil
	}
	err := r.Client.Status().Patch(ctx, after, client.MergeFromWithOptions(rule, client.MergeFromWithOptimisticLock{}), FieldOwner)
	if err != nil {
		return 0, fmt.Errorf("writing the status of the rule: %w", err)
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.known[key] = written{uid: rule.UID, at: now}
	return 0, nil
}

func (r *Reconciler) since(key client.ObjectKey, uid types.UID) time.Time {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.known == nil {
		r.known = map[client.ObjectKey]written{}
	}
	if _, ok := r.known[key]; !ok {
		r.known[key] = written{uid: uid}
	}
	return r.known[key].at
}

func (r *Reconciler) forget(key client.ObjectKey) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.Rules.Forget(key, r.known[key].uid)
	delete(r.known, key)
}

// ready is whether a rule is in force, and in how much time it ends, 0 for never.
func (r *Reconciler) ready(rule *v1alpha1.SuppressionRule, now time.Time) (condition metav1.Condition, ends time.Duration) {
	condition = metav1.Condition{
		Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonInForce,
		Message: "The rule is in force", ObservedGeneration: rule.Generation,
	}
	compiled, err := r.Rules.Compile(rule)
	switch {
	case err != nil:
		condition.Status, condition.Reason = metav1.ConditionFalse, v1alpha1.ReasonInvalidSpec
		condition.Message = strings.ReplaceAll(err.Error(), "\n", "; ")
	case compiled.Expired(now):
		condition.Status, condition.Reason = metav1.ConditionFalse, v1alpha1.ReasonExpired
		condition.Message = "spec.expireTime has passed: the rule takes nothing any more"
	case rule.Spec.ExpireTime != nil:
		ends = rule.Spec.ExpireTime.Sub(now)
	}
	return condition, ends
}
