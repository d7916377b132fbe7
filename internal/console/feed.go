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

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// maxIncidents bounds what is kept in memory.
const maxIncidents = 200_000

// feed keeps the incidents that a person may see, as they change. What filters ask of one is computed when it changes, not
// with each request.
type feed struct {
	cluster Cluster

	mutex     sync.RWMutex
	scoped    bool
	namespace string
	incidents map[string]*query.Prepared
	// ready says that all were read once, and err is why they cannot be read now.
	ready    bool
	err      error
	version  int64
	watchers map[*watcher]bool
}

func newFeed(cluster Cluster) *feed {
	return &feed{cluster: cluster, incidents: map[string]*query.Prepared{}, watchers: map[*watcher]bool{}}
}

// scope is the namespace that is read: all of them, "", if the person may list those, else the one of the cluster.
func (f *feed) scope(ctx context.Context) (string, error) {
	f.mutex.RLock()
	known, namespace := f.scoped, f.namespace
	f.mutex.RUnlock()
	if known {
		return namespace, nil
	}
	everywhere, err := may(ctx, f.cluster.Client, "", "list", "incidents")
	if err != nil {
		return "", err
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.scoped = true; !everywhere {
		f.namespace = f.cluster.Namespace
	}
	return f.namespace, nil
}

// run reads until the context ends. Whatever fails is tried again, since it may be there again by then.
func (f *feed) run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := f.follow(ctx); err != nil && ctx.Err() == nil {
			f.fail(err)
		}
		kube.Pause(ctx)
	}
}

// follow reads all incidents, and what changes from then on. It ends if the changes since cannot be had any more.
func (f *feed) follow(ctx context.Context) error {
	namespace, err := f.scope(ctx)
	if err != nil {
		return err
	}
	version, err := f.list(ctx, namespace)
	if err != nil {
		return err
	}
	return followFrom(ctx, f.cluster, &v1alpha1.IncidentList{}, version, f.take, client.InNamespace(namespace))
}

func (f *feed) list(ctx context.Context, namespace string) (version string, err error) {
	read := map[string]*query.Prepared{}
	err = kube.EachPage(ctx, f.cluster.Client, &v1alpha1.IncidentList{}, kube.DefaultChunk, func(page *v1alpha1.IncidentList) error {
		version = page.ResourceVersion
		for i := range page.Items {
			read[actions.KeyOf(&page.Items[i])] = query.Prepare(slim(page.Items[i].DeepCopy()))
		}
		if len(read) > maxIncidents {
			return badRequest("there are more than %d incidents: look at one namespace", maxIncidents)
		}
		return nil
	}, client.InNamespace(namespace))
	if err == nil {
		f.replace(read)
	}
	return version, err
}

// slim takes away what no queue shows and no filter asks for.
func slim(incident *v1alpha1.Incident) *v1alpha1.Incident {
	kept := map[string]string{}
	for _, name := range []string{v1alpha1.LabelsAnnotation, v1alpha1.MergedAnnotation} {
		if value, there := incident.Annotations[name]; there {
			kept[name] = value
		}
	}
	incident.ManagedFields, incident.Annotations = nil, kept
	return incident
}

func (f *feed) replace(read map[string]*query.Prepared) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for key, incident := range read {
		if known := f.incidents[key]; known == nil || known.ResourceVersion != incident.ResourceVersion {
			f.tell(key)
		}
	}
	for key := range f.incidents {
		if read[key] == nil {
			f.tell(key)
		}
	}
	f.incidents, f.ready, f.err = read, true, nil
	f.tell("")
}

func (f *feed) take(incident *v1alpha1.Incident, deleted bool) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	key := actions.KeyOf(incident)
	if deleted {
		delete(f.incidents, key)
	} else {
		f.incidents[key] = query.Prepare(slim(incident))
	}
	f.tell(key)
}

// fail keeps what is known while the API server is away, and forgets it once the right to read it is gone.
func (f *feed) fail(err error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) {
		f.incidents, f.ready, f.scoped, f.namespace = map[string]*query.Prepared{}, false, false, ""
	}
	f.err = err
	f.tell("")
}

// state is what is known of the feed itself.
func (f *feed) state() (version int64, ready bool, err error) {
	f.mutex.RLock()
	defer f.mutex.RUnlock()
	return f.version, f.ready, f.err
}

// snapshot returns what is known now, which must not be changed, and why there may be more.
func (f *feed) snapshot() (incidents []*query.Prepared, err error) {
	f.mutex.RLock()
	defer f.mutex.RUnlock()
	incidents = make([]*query.Prepared, 0, len(f.incidents))
	for _, incident := range f.incidents {
		incidents = append(incidents, incident)
	}
	return incidents, f.err
}

// watcher is told which incidents changed since it last asked, and of which the alerts did.
type watcher struct {
	changed map[string]bool
	alerts  map[string]bool
	signal  chan struct{}
}

func (f *feed) subscribe() *watcher {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	w := &watcher{changed: map[string]bool{}, alerts: map[string]bool{}, signal: make(chan struct{}, 1)}
	f.watchers[w] = true
	return w
}

func (f *feed) unsubscribe(w *watcher) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	delete(f.watchers, w)
}

// tell notes a change; the empty key is for the feed itself. The mutex must be held.
func (f *feed) tell(key string) {
	f.version++
	for w := range f.watchers {
		w.changed[key] = true
		w.wake()
	}
}

// tellAlerts notes that alerts of an incident changed.
func (f *feed) tellAlerts(key string) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for w := range f.watchers {
		w.alerts[key] = true
		w.wake()
	}
}

func (w *watcher) wake() {
	select {
	case w.signal <- struct{}{}:
	default:
	}
}

// news are what changed since the watcher last asked.
type news struct {
	Version int64 `json:"version"`
	// Lines are incidents as they are now, and Gone the keys of those that are not there any more.
	Lines []*query.Prepared `json:"-"`
	Gone  []string          `json:"gone,omitempty"`
	// Alerts are the keys of incidents of which alerts changed.
	Alerts []string `json:"alerts,omitempty"`
	Ready  bool     `json:"ready"`
	Err    error    `json:"-"`
}

func (f *feed) newsFor(w *watcher) news {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	found := news{Version: f.version, Ready: f.ready, Err: f.err}
	for key := range w.changed {
		if incident := f.incidents[key]; incident != nil {
			found.Lines = append(found.Lines, incident)
		} else if key != "" {
			found.Gone = append(found.Gone, key)
		}
	}
	found.Alerts = slices.Sorted(maps.Keys(w.alerts))
	clear(w.changed)
	clear(w.alerts)
	return found
}

// waitReady waits for the first time that all were read, but not for long.
func (f *feed) waitReady(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, firstPatience)
	defer cancel()
	w := f.subscribe()
	defer f.unsubscribe(w)
	for {
		if _, ready, err := f.state(); ready || err != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-w.signal:
		}
	}
}
