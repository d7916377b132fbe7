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
	"net/http"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// maxStreams is how many pages of one session are told of changes at the same time.
const maxStreams = 8

// Cluster is what a person works on.
type Cluster struct {
	// Name tells people and bookmarks which cluster it is.
	Name string
	// Namespace is where to look if the person may not list the incidents of all namespaces.
	Namespace string
	// Client makes the person's own requests. It knows the kinds of this API and the reviews of oneself.
	Client client.WithWatch
	// WatchTimeout is for how long a right that was withdrawn may go on to show changes, in whole seconds; 0 means 4 minutes.
	WatchTimeout time.Duration
	// Room bounds the alerts that all sessions keep together; nil means that the session has one of its own.
	Room *Room
}

// Session is what belongs to one person: the client that acts as this person, what was read by it, and the person's name.
// None of it may ever serve another person.
type Session struct {
	cluster Cluster
	feed    *feed
	alerts  *alertFeeds
	// mentions is what alerts and comments say to searches.
	mentions *mentions
	person   *person
	runs     runs
	// knows says whether a request belongs to the session still.
	knows   func(*http.Request) bool
	streams chan struct{}
	ended   <-chan struct{}
	api     http.Handler
}

// NewSession returns a session that reads from the cluster until the context ends, and has ended then. Streams ask knows
// before each message whether their request belongs to the session still.
func NewSession(ctx context.Context, cluster Cluster, knows func(*http.Request) bool) *Session {
	s := &Session{
		cluster: cluster, feed: newFeed(cluster), person: &person{client: cluster.Client},
		knows: knows, streams: make(chan struct{}, maxStreams), ended: ctx.Done(),
	}
	room := cluster.Room
	if room == nil {
		room = NewRoom(MaxAlerts)
	}
	s.alerts = newAlertFeeds(ctx, cluster, room, s.feed.tellAlerts)
	s.mentions = newMentions(ctx, cluster.Client)
	s.api = s.routes()
	go s.feed.run(ctx)
	return s
}

func (s *Session) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /api/me", answering(s.me))
	mux.Handle("GET /api/incidents", answering(s.queue))
	mux.HandleFunc("GET /api/incidents.csv", s.export)
	mux.Handle("GET /api/incidents/{namespace}/{name}", addressed(answering(s.incident)))
	mux.Handle("GET /api/incidents/{namespace}/{name}/alerts", addressed(answering(s.alertsOf)))
	mux.Handle("GET /api/incidents/{namespace}/{name}/scope", addressed(answering(s.scopeOf)))
	mux.Handle("GET /api/alerts/{namespace}/{name}", addressed(answering(s.alert)))
	mux.Handle("GET /api/incidents/{namespace}/{name}/timeline", addressed(answering(s.timeline)))
	mux.Handle("GET /api/incidents/{namespace}/{name}/related", addressed(answering(s.related)))
	mux.Handle("GET /api/unlinked", answering(s.unlinked))
	mux.HandleFunc("POST /api/held", s.resolveHeld)
	mux.Handle("GET /api/suggest", answering(s.suggest))
	mux.Handle("POST /api/preview", answering(s.previewChange))
	mux.HandleFunc("POST /api/changes", s.change)
	mux.Handle("POST /api/changes/stop", answering(s.stop))
	mux.Handle("POST /api/comments", answering(s.comment))
	mux.Handle("POST /api/moves/preview", answering(s.previewMove))
	mux.HandleFunc("POST /api/moves", s.move)
	mux.Handle("POST /api/merges/preview", answering(s.previewMerge))
	mux.Handle("POST /api/merges", answering(s.merge))
	mux.Handle("POST /api/undo/preview", answering(s.previewUndo))
	mux.Handle("POST /api/undo", answering(s.undo))
	mux.HandleFunc("GET /api/events", s.events)
	return mux
}
