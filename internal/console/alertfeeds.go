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
	"sync"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// maxAlertFeeds is of how many incidents a session keeps the alerts: those that were looked at last.
	maxAlertFeeds = 4
	// alertsIdle is for how long alerts are kept that nobody looks at. To read them anew shows the first at once.
	alertsIdle = 2 * time.Minute
)

// alertFeeds keep the alerts of the incidents that a person looks at.
type alertFeeds struct {
	room  *Room
	begin func(key client.ObjectKey) *openFeed

	mutex sync.Mutex
	open  map[client.ObjectKey]*openFeed
}

type openFeed struct {
	*alertFeed
	idle *time.Timer
	stop context.CancelFunc
}

// newAlertFeeds returns feeds that read until the context ends, as far as there is room. They call tell with the key of an
// incident of which alerts changed.
func newAlertFeeds(ctx context.Context, cluster Cluster, room *Room, tell func(key string)) *alertFeeds {
	feeds := &alertFeeds{room: room, open: map[client.ObjectKey]*openFeed{}}
	feeds.begin = func(key client.ObjectKey) *openFeed {
		ctx, stop := context.WithCancel(ctx)
		opened := &openFeed{stop: stop}
		leave := func() { feeds.drop(key, opened) }
		opened.alertFeed = newAlertFeed(cluster, key, feeds.room.enter(leave), func() { tell(key.String()) })
		opened.idle = time.AfterFunc(alertsIdle, leave)
		go opened.run(ctx)
		return opened
	}
	context.AfterFunc(ctx, feeds.closeAll)
	return feeds
}

// of returns the feed of an incident, which begins to read if there is none yet.
func (a *alertFeeds) of(key client.ObjectKey) *alertFeed {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	found := a.open[key]
	if found != nil && found.mayTryAgain(a.room.clock.Now()) {
		a.close(key)
		found = nil
	}
	if found == nil {
		if len(a.open) >= maxAlertFeeds {
			a.close(a.oldest())
		}
		found = a.begin(key)
		a.open[key] = found
	}
	found.place.look()
	found.idle.Reset(alertsIdle)
	return found.alertFeed
}

func (a *alertFeeds) oldest() client.ObjectKey {
	var oldest client.ObjectKey
	for key, feed := range a.open {
		if first := a.open[oldest]; first == nil || feed.place.lastLook().Before(first.place.lastLook()) {
			oldest = key
		}
	}
	return oldest
}

// drop closes a feed, unless another one has taken its place.
func (a *alertFeeds) drop(key client.ObjectKey, feed *openFeed) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.open[key] == feed {
		a.close(key)
	}
}

// closeAll gives back the room of a session that has ended.
func (a *alertFeeds) closeAll() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for key := range a.open {
		a.close(key)
	}
}

// close needs the mutex.
func (a *alertFeeds) close(key client.ObjectKey) {
	if feed := a.open[key]; feed != nil {
		feed.idle.Stop()
		feed.stop()
		feed.place.quit()
		delete(a.open, key)
	}
}
