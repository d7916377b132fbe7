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
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/correlate"
)

// board holds what is known of each namespace that has policies.
type board struct {
	mutex      sync.Mutex
	namespaces map[string]*namespace
}

// namespace is what is known of one: its engine, and what the engine is still to be told.
type namespace struct {
	name string
	// working is held while somebody looks at the namespace.
	working sync.Mutex
	engine  *correlate.Engine
	// version tells apart which policies the engine has, compiled is what became of each, by its UID.
	version  string
	compiled map[types.UID]compiled
	counts   map[string]*counts

	mutex             sync.Mutex
	alerts, incidents map[string]bool
}

func (b *board) of(name string) *namespace {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	space := b.namespaces[name]
	if space == nil {
		space = &namespace{name: name, compiled: map[types.UID]compiled{}, counts: map[string]*counts{}, alerts: map[string]bool{}, incidents: map[string]bool{}}
		if b.namespaces == nil {
			b.namespaces = map[string]*namespace{}
		}
		b.namespaces[name] = space
	}
	return space
}

// forget drops what is known of a namespace that has no policies, once its counts are written.
func (b *board) forget(name string, space *namespace) {
	space.engine, space.version = nil, ""
	space.take()
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if len(space.counts) == 0 && b.namespaces[name] == space {
		delete(b.namespaces, name)
	}
}

// changed notes that the engine has to be told of an object.
func (n *namespace) changed(object client.Object) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if _, ok := object.(*v1alpha1.Incident); ok {
		n.incidents[object.GetName()] = true
	} else {
		n.alerts[object.GetName()] = true
	}
}

// take is what has changed since it was asked for last.
func (n *namespace) take() (alerts, incidents []string) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	alerts, incidents = slices.Collect(maps.Keys(n.alerts)), slices.Collect(maps.Keys(n.incidents))
	clear(n.alerts)
	clear(n.incidents)
	return alerts, incidents
}

// update tells the engine what has changed; one with other policies is told of everything anew.
func (r *Reconciler) update(ctx context.Context, space *namespace, in policies, now time.Time) error {
	alerts, incidents := space.take()
	if space.engine == nil || space.version != in.version {
		return r.rebuild(ctx, space, in, now)
	}
	for _, name := range incidents {
		if err := r.tellIncident(ctx, space, name); err != nil {
			return err
		}
	}
	for _, name := range alerts {
		if err := r.tellAlert(ctx, space, name, now); err != nil {
			return err
		}
	}
	return nil
}

func (r *Reconciler) rebuild(ctx context.Context, space *namespace, in policies, now time.Time) error {
	var incidents v1alpha1.IncidentList
	if err := r.Client.List(ctx, &incidents, client.InNamespace(space.name), client.UnsafeDisableDeepCopy); err != nil {
		return fmt.Errorf("listing incidents: %w", err)
	}
	var alerts v1alpha1.AlertList
	if err := r.Client.List(ctx, &alerts, client.InNamespace(space.name), client.UnsafeDisableDeepCopy); err != nil {
		return fmt.Errorf("listing alerts: %w", err)
	}
	engine := correlate.NewEngine(in.compiled, r.Ingest)
	for i := range incidents.Items {
		engine.Incident(&incidents.Items[i])
	}
	space.engine, space.version = engine, in.version
	for _, c := range space.counts {
		c.trouble = nil // It was that of other policies; what fails still is told again below.
	}
	for i := range alerts.Items {
		r.tell(space, &alerts.Items[i], now)
	}
	return nil
}

// tell tells the engine of an alert, and counts what comes of that.
func (r *Reconciler) tell(space *namespace, alert *v1alpha1.Alert, now time.Time) {
	for _, trouble := range space.engine.Alert(alert, now) {
		r.Instruments.conditionFailed()
		space.countsOf(trouble.Policy).trouble = trouble.Err
	}
}

func (r *Reconciler) tellAlert(ctx context.Context, space *namespace, name string, now time.Time) error {
	alert := &v1alpha1.Alert{}
	err := r.Client.Get(ctx, client.ObjectKey{Namespace: space.name, Name: name}, alert, client.UnsafeDisableDeepCopy)
	switch {
	case apierrors.IsNotFound(err):
		space.engine.ForgetAlert(name)
	case err != nil:
		return fmt.Errorf("getting the alert %s: %w", name, err)
	default:
		r.tell(space, alert, now)
	}
	return nil
}

func (r *Reconciler) tellIncident(ctx context.Context, space *namespace, name string) error {
	incident := &v1alpha1.Incident{}
	err := r.Client.Get(ctx, client.ObjectKey{Namespace: space.name, Name: name}, incident, client.UnsafeDisableDeepCopy)
	switch {
	case apierrors.IsNotFound(err):
		space.engine.ForgetIncident(name)
	case err != nil:
		return fmt.Errorf("getting the incident %s: %w", name, err)
	default:
		space.engine.Incident(incident)
	}
	return nil
}
