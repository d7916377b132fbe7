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
	"sync"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/klog/v2"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/correlate"
	"github.com/incident-operator/incident-operator/internal/kube"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
)

// linkers is how many alerts of a namespace are linked at the same time.
const linkers = 8

// link links alerts, one PATCH each. The engine is told of each that was written, so that nothing is decided twice while the
// cache lags behind.
func (r *Reconciler) link(ctx context.Context, space *namespace, links []correlate.Link, opened map[string]bool) error {
	var group errgroup.Group
	group.SetLimit(linkers)
	var mutex sync.Mutex
	var errs []error
	var linked []*v1alpha1.Alert
	var by []string
	for _, link := range links {
		if !opened[link.Incident] {
			continue // The engine was told why, and decides again.
		}
		group.Go(func() error {
			alert, err := r.linkOne(ctx, space, link)
			mutex.Lock()
			defer mutex.Unlock()
			errs = append(errs, err)
			if alert != nil {
				linked, by = append(linked, alert), append(by, link.Policy)
			}
			return nil
		})
	}
	_ = group.Wait() // The errors are in errs.
	now := r.Clock.Now()
	for i, alert := range linked {
		r.tell(space, alert, now)
		counts := space.countsOf(by[i])
		counts.linked, counts.last = counts.linked+1, now
	}
	r.Instruments.linked(len(linked))
	if len(linked) < len(links) {
		errs = append(errs, operator.ErrLookAgain)
	}
	return errors.Join(errs...)
}

// linkOne returns the alert as it is after it was linked, nil if it was not.
func (r *Reconciler) linkOne(ctx context.Context, space *namespace, link correlate.Link) (*v1alpha1.Alert, error) {
	before := &v1alpha1.Alert{}
	key := client.ObjectKey{Namespace: space.name, Name: link.Alert}
	if err := r.Client.Get(ctx, key, before); apierrors.IsNotFound(err) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("getting the alert %s: %w", link.Alert, err)
	}
	if !correlate.Waits(before) {
		return nil, nil
	}
	after := before.DeepCopy()
	after.Spec.IncidentRef.Name = link.Incident
	if after.Annotations == nil {
		after.Annotations = map[string]string{}
	}
	after.Annotations[v1alpha1.CorrelatedAnnotation] = correlate.Reason{Policy: link.Policy, Incident: link.Incident, Why: link.Why}.Annotation()
	err := kube.PatchUnchanged(ctx, r.Client, before, after, FieldOwner)
	switch {
	case errors.Is(err, kube.ErrDeleted):
		return nil, nil
	case apierrors.IsConflict(err):
		space.changed(before) // The cache brings what it lost against, or has brought it already.
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("linking the alert %s: %w", link.Alert, err)
	}
	logf.FromContext(ctx).V(1).Info("Linked an alert", "Alert", klog.KObj(after), "Incident", klog.KRef(space.name, link.Incident), "policy", link.Policy, "reason", link.Why)
	return after, nil
}
