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
	"time"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube/queue"
)

// settleDelay lets a rule that takes many be looked at once for all of them.
const settleDelay = time.Second

// SetupWithManager adds the controller. It works on every replica: each knows what it took itself.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	turns := queue.NewTurns()
	options := turns.Options(mgr, "SuppressionRule", 1)
	everywhere := false
	options.NeedLeaderElection = &everywhere
	return ctrl.NewControllerManagedBy(mgr).
		Named("suppression").
		WithOptions(options).
		Watches(&v1alpha1.SuppressionRule{}, &handler.EnqueueRequestForObject{}).
		WatchesRawSource(source.Func(func(_ context.Context, q queue.Queue) error {
			r.Rules.Subscribe(func(rule client.ObjectKey) { turns.Add(q, rule, settleDelay) })
			return nil
		})).
		Complete(r)
}
