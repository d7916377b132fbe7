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

package console

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube"
)

const (
	// maxKeptAlerts bounds what is kept in memory of one incident.
	maxKeptAlerts = 200_000
	// brief is how long an answer waits for more than the first alerts.
	brief = 250 * time.Millisecond
)

// alertFeed keeps the alerts of one incident, as they change, in the small form that lists need.
type alertFeed struct {
	cluster Cluster
	key     client.ObjectKey
	// tell is called some time after alerts changed.
	tell func()
	// slimmer belongs to run alone.
	slimmer slimmer

	mutex  sync.Mutex
	alerts map[string]*v1alpha1.Alert
	// sorted are the alerts by name; nil if they changed since.
	sorted []*v1alpha1.Alert
	// whole says that all were read once, and err is why they cannot be read now.
	whole   bool
	err     error
	changed chan struct{}
	telling bool
}

func newAlertFeed(cluster Cluster, key client.ObjectKey, tell func()) *alertFeed {
	return &alertFeed{cluster: cluster, key: key, tell: tell, slimmer: slimmer{}, alerts: map[string]*v1alpha1.Alert{}, changed: make(chan struct{})}
}

func (f *alertFeed) options() []client.ListOption {
	return []client.ListOption{client.InNamespace(f.key.Namespace), client.MatchingFields{kube.IncidentOf: f.key.Name}}
}

// run reads until the context ends. Whatever fails is tried again.
func (f *alertFeed) run(ctx context.Context) {
	for ctx.Err() == nil {
		version, err := f.list(ctx)
		if err == nil {
			err = followFrom(ctx, f.cluster, &v1alpha1.AlertList{}, version, f.take, f.options()...)
		}
		if err != nil && ctx.Err() == nil {
			f.fail(err)
		}
		kube.Pause(ctx)
	}
}

// list reads all alerts. Until all were read once, what is read is there at once; later it replaces what was known as a whole.
func (f *alertFeed) list(ctx context.Context) (version string, err error) {
	read := map[string]*v1alpha1.Alert{}
	err = kube.EachPage(ctx, f.cluster.Client, &v1alpha1.AlertList{}, kube.DefaultChunk, func(page *v1alpha1.AlertList) error {
		version = page.ResourceVersion
		here := map[string]*v1alpha1.Alert{}
		for i := range page.Items {
			here[page.Items[i].Name] = f.slimmer.slim(&page.Items[i])
		}
		maps.Copy(read, here)
		if len(read) > maxKeptAlerts {
			return badRequest("the incident has more than %d alerts: kubectl incident alerts lists them", maxKeptAlerts)
		}
		f.change(func() {
			if !f.whole {
				maps.Copy(f.alerts, here)
			}
		})
		return nil
	}, f.options()...)
	if err == nil {
		f.change(func() { f.alerts, f.whole, f.err = read, true, nil })
	}
	return version, err
}

// take keeps an alert, or forgets one that left the incident: the API server says that it was deleted.
func (f *alertFeed) take(alert *v1alpha1.Alert, deleted bool) {
	f.change(func() {
		if deleted || alert.Spec.IncidentRef.Name != f.key.Name {
			delete(f.alerts, alert.Name)
			return
		}
		f.alerts[alert.Name] = f.slimmer.slim(alert)
	})
}

// fail keeps what is known while the API server is away, and forgets it once the right to read it is gone.
func (f *alertFeed) fail(err error) {
	f.change(func() {
		if apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) {
			f.alerts, f.whole = map[string]*v1alpha1.Alert{}, false
		}
		f.err = err
	})
}

// change wakes who waits, and tells pages a moment later: the later the more there is to look at anew.
func (f *alertFeed) change(apply func()) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	apply()
	f.sorted = nil
	f.wake()
	if f.telling {
		return
	}
	f.telling = true
	time.AfterFunc(pace+time.Duration(len(f.alerts))*50*time.Microsecond, func() {
		f.mutex.Lock()
		f.telling = false
		f.mutex.Unlock()
		f.tell()
	})
}

func (f *alertFeed) wake() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// knownAlerts are the alerts of an incident that a session knows now.
type knownAlerts struct {
	// alerts must not be changed. They are sorted by name.
	alerts []*v1alpha1.Alert
	// whole says that there are no more.
	whole bool
}

// known waits until there is something to show, but not for long. It returns an error if nothing can be shown.
func (f *alertFeed) known(ctx context.Context) (knownAlerts, error) {
	ctx, cancel := context.WithTimeout(ctx, firstPatience)
	defer cancel()
	more := time.NewTimer(brief)
	defer more.Stop()
	for enough := false; ; {
		f.mutex.Lock()
		found, err, changed := f.snapshot(), f.err, f.changed
		f.mutex.Unlock()
		switch {
		case found.whole:
			return found, nil
		case err != nil:
			return found, err
		case enough && len(found.alerts) > 0:
			return found, nil
		}
		select {
		case <-ctx.Done():
			return found, nil
		case <-more.C:
			enough = true
		case <-changed:
		}
	}
}

// snapshot needs the mutex.
func (f *alertFeed) snapshot() knownAlerts {
	if f.sorted == nil {
		f.sorted = make([]*v1alpha1.Alert, 0, len(f.alerts))
		for _, name := range slices.Sorted(maps.Keys(f.alerts)) {
			f.sorted = append(f.sorted, f.alerts[name])
		}
	}
	return knownAlerts{f.sorted, f.whole}
}
