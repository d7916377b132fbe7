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

package controllers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

// tickets orders the changes that alerts note for the logs. A ticket is the highest resourceVersion of an alert that was
// seen when the change was decided, so that whatever is decided later bears none that is older than what a log has seen.
// Only a change that is being written can still turn up with an older one: its ticket is kept here until the alert is
// looked at again and has nothing to be written, and no log passes it.
type tickets struct {
	live client.Reader
	// newest returns the highest resourceVersion of an alert that the cache has seen.
	newest func() string

	once  sync.Once
	floor string

	mutex   sync.Mutex
	drawn   map[client.ObjectKey]ticket
	windows map[*window]struct{}
}

// ticket is one that is kept, with the incidents whose logs the change is for.
type ticket struct {
	number    string
	incidents []client.ObjectKey
	// unsure says that a write ended without an answer: it may have been made.
	unsure bool
}

// window watches for the oldest ticket that is kept for an incident at any moment while it is open.
type window struct {
	incident client.ObjectKey
	oldest   string
}

func newTickets(live client.Reader, newest func() string) *tickets {
	return &tickets{live: live, newest: newest, drawn: map[client.ObjectKey]ticket{}, windows: map[*window]struct{}{}}
}

// draw gives a ticket for a change of an alert that the logs of incidents take. It is at least the alert's own version, and
// what the API server had when this process drew its first one: those of a predecessor were older.
func (t *tickets) draw(ctx context.Context, alert *v1alpha1.Alert, incidents []client.ObjectKey) string {
	t.once.Do(func() { t.floor = newestOnServer(ctx, t.live) })
	key := client.ObjectKeyFromObject(alert)
	t.mutex.Lock()
	defer t.mutex.Unlock()
	number := activity.Newest(activity.Newest(t.newest(), t.floor), alert.ResourceVersion)
	kept, found := t.drawn[key]
	if !found { // An older one may still be under way.
		kept.number = number
	}
	for _, incident := range incidents {
		if !slices.Contains(kept.incidents, incident) {
			kept.incidents = append(kept.incidents, incident)
		}
	}
	t.drawn[key] = kept
	for w := range t.windows {
		w.see(kept)
	}
	return number
}

// newestOnServer is the version of a list of alerts, empty where it cannot be had: then the cache's is all there is.
func newestOnServer(ctx context.Context, live client.Reader) string {
	var alerts v1alpha1.AlertList
	if err := live.List(ctx, &alerts, client.Limit(1)); err != nil {
		return ""
	}
	return alerts.ResourceVersion
}

// failed says how the write of an alert failed. Where the API server refused it, nothing was written and none is under way.
func (t *tickets) failed(alert client.ObjectKey, err error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	kept := t.drawn[alert]
	kept.unsure = kept.unsure || !isRefusal(err)
	if kept.unsure {
		t.drawn[alert] = kept
	} else {
		delete(t.drawn, alert)
	}
}

func isRefusal(err error) bool {
	status, ok := errors.AsType[*apierrors.StatusError](err)
	if !ok {
		return false
	}
	code := status.Status().Code
	return code >= http.StatusBadRequest && code < http.StatusInternalServerError && code != http.StatusRequestTimeout
}

// release gives the ticket of an alert back that has nothing to be written, or is gone.
func (t *tickets) release(alert client.ObjectKey) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	delete(t.drawn, alert)
}

// open begins to watch the tickets for the log of an incident.
func (t *tickets) open(incident client.ObjectKey) *window {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	w := &window{incident: incident}
	for _, kept := range t.drawn {
		w.see(kept)
	}
	t.windows[w] = struct{}{}
	return w
}

// close ends the watch and returns the oldest ticket that was kept meanwhile, empty for none.
func (t *tickets) close(w *window) string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	delete(t.windows, w)
	return w.oldest
}

func (w *window) see(kept ticket) {
	if slices.Contains(kept.incidents, w.incident) && (w.oldest == "" || activity.Newest(w.oldest, kept.number) == w.oldest) {
		w.oldest = kept.number
	}
}

// newestAlert returns a function that tells the highest resourceVersion of an alert that the cache has seen.
func newestAlert(ctx context.Context, informers cache.Informers) (func() string, error) {
	informer, err := informers.GetInformer(ctx, &v1alpha1.Alert{})
	if err != nil {
		return nil, err
	}
	versioned, ok := informer.(interface{ LastSyncResourceVersion() string })
	if !ok {
		return nil, fmt.Errorf("the informer %T does not tell its resourceVersion", informer)
	}
	return versioned.LastSyncResourceVersion, nil
}
