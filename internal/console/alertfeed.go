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
	"errors"
	"fmt"
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
	// roomWait is how long to wait before it is tried again whether there is room for all alerts, and bigWait whether an
	// incident has become smaller.
	roomWait = time.Minute
	bigWait  = 10 * time.Minute
	// brief is how long an answer waits for more than the first alerts.
	brief = 250 * time.Millisecond
)

// alertFeed keeps the alerts of one incident, as they change, in the small form that lists need.
type alertFeed struct {
	cluster Cluster
	key     client.ObjectKey
	// place is what the alerts take of the room of all sessions.
	place *place
	// tell is called some time after alerts changed.
	tell func()
	// slimmer and end belong to run alone. end ends it.
	slimmer slimmer
	end     func()

	// mutex guards what follows. Only run writes the alerts, so it may read them without.
	mutex  sync.Mutex
	alerts map[string]*v1alpha1.Alert
	// sorted are the alerts by name; nil if they changed since.
	sorted []*v1alpha1.Alert
	// whole says that all were read once, cut why and when reading ended before, and err why they cannot be read now.
	whole   bool
	cut     *cut
	err     error
	changed chan struct{}
	telling bool
}

// cut says why not all alerts of an incident are kept. Those that are stay as they were then, until somebody looks after the
// time at which it may be tried again.
type cut struct {
	Why   string    `json:"why"`
	At    time.Time `json:"at"`
	Again time.Time `json:"again"`
}

func newAlertFeed(cluster Cluster, key client.ObjectKey, in *place, tell func()) *alertFeed {
	return &alertFeed{
		cluster: cluster, key: key, place: in, tell: tell, slimmer: slimmer{}, end: func() {},
		alerts: map[string]*v1alpha1.Alert{}, changed: make(chan struct{}),
	}
}

func (f *alertFeed) options() []client.ListOption {
	return []client.ListOption{client.InNamespace(f.key.Namespace), client.MatchingFields{kube.IncidentOf: f.key.Name}}
}

// run reads until the context ends, or there is no room for more. Whatever fails is tried again.
func (f *alertFeed) run(ctx context.Context) {
	ctx, f.end = context.WithCancel(ctx)
	defer f.end()
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
	version, err = kube.Each(ctx, f.cluster.Client, &v1alpha1.AlertList{}, kube.Streamed, func(page *v1alpha1.AlertList) error {
		here := map[string]*v1alpha1.Alert{}
		for i := range page.Items {
			here[page.Items[i].Name] = f.slimmer.slim(&page.Items[i])
		}
		return f.add(here, read)
	}, f.options()...)
	if err == nil {
		f.change(func() { f.alerts, f.whole, f.err = read, true, nil })
		f.place.hold(len(read))
	}
	return version, err
}

// add keeps a page beside what was read before it. What was known stays until all is read anew, if there is room for both.
func (f *alertFeed) add(here, read map[string]*v1alpha1.Alert) error {
	if f.whole && len(read)+len(here) <= maxKeptAlerts && f.place.hold(len(f.alerts)+len(read)+len(here)) {
		maps.Copy(read, here)
		return nil
	}
	if f.whole {
		f.change(func() { f.alerts, f.whole = maps.Clone(read), false })
	}
	number := len(f.alerts)
	for name := range here {
		if f.alerts[name] == nil {
			number++
		}
	}
	if short := f.fits(number); short != nil {
		f.cutShort(short)
		return errors.New(short.Why)
	}
	maps.Copy(read, here)
	f.change(func() { maps.Copy(f.alerts, here) })
	return nil
}

// fits takes room for a number of alerts, or says why there is none.
func (f *alertFeed) fits(number int) *cut {
	now := f.place.room.clock.Now()
	if number > maxKeptAlerts {
		why := fmt.Sprintf("the console keeps at most %d alerts of one incident", maxKeptAlerts)
		return &cut{Why: why, At: now, Again: now.Add(bigWait)}
	}
	if !f.place.hold(number) {
		why := fmt.Sprintf("the console keeps at most %d alerts for all people together, and others look at theirs now", f.place.room.limit)
		return &cut{Why: why, At: now, Again: now.Add(roomWait)}
	}
	return nil
}

// cutShort ends the reading with what is known.
func (f *alertFeed) cutShort(short *cut) {
	f.change(func() { f.whole, f.cut = false, short })
	f.end()
}

// mayTryAgain says whether there may be room by now for what was cut.
func (f *alertFeed) mayTryAgain(now time.Time) bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.cut != nil && !now.Before(f.cut.Again)
}

// take keeps an alert, or forgets one that left the incident: the API server says that it was deleted.
func (f *alertFeed) take(alert *v1alpha1.Alert, deleted bool) {
	if deleted || alert.Spec.IncidentRef.Name != f.key.Name {
		f.change(func() { delete(f.alerts, alert.Name) })
		f.place.hold(len(f.alerts))
		return
	}
	if f.alerts[alert.Name] == nil {
		if short := f.fits(len(f.alerts) + 1); short != nil {
			f.cutShort(short)
			return
		}
	}
	f.change(func() { f.alerts[alert.Name] = f.slimmer.slim(alert) })
}

// fail keeps what is known while the API server is away, and forgets it once the right to read it is gone.
func (f *alertFeed) fail(err error) {
	f.change(func() {
		if apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) {
			f.alerts, f.whole = map[string]*v1alpha1.Alert{}, false
		}
		f.err = err
	})
	f.place.hold(len(f.alerts))
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
	// whole says that there are no more, and cut why no more will be read; nil if they will.
	whole bool
	cut   *cut
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
		case found.whole, found.cut != nil:
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
	return knownAlerts{f.sorted, f.whole, f.cut}
}
