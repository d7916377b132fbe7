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

	"github.com/incident-operator/incident-operator/internal/decide/query"
)

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
	ready, err := f.standing()
	found := news{Version: f.version, Ready: ready, Err: err}
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
