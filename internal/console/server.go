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

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Cluster is what the console works on.
type Cluster struct {
	// Name tells people and bookmarks which cluster it is.
	Name string
	// Namespace is where to look if the person may not list the incidents of all namespaces.
	Namespace string
	// Client makes the person's own requests. It knows the kinds of this API and the reviews of oneself.
	Client client.WithWatch
}

// Server answers one person, who signs in with a code of Login.
type Server struct {
	login   *Login
	cluster Cluster
	feed    *feed
	person  *person
	pages   http.Handler
	host    string
}

// NewServer returns a server for requests that name the host, which is an address with its port. It reads from the cluster
// until the context ends.
func NewServer(ctx context.Context, host string, login *Login, cluster Cluster) *Server {
	s := &Server{login: login, cluster: cluster, host: host, person: &person{client: cluster.Client}, feed: newFeed(cluster)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /session", s.signIn)
	mux.HandleFunc("DELETE /session", s.signOut)
	mux.Handle("/api/", s.authenticated(s.api()))
	mux.Handle("/", assets())
	s.pages = guarded(host, mux)
	go s.feed.run(ctx)
	return s
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.pages.ServeHTTP(w, r) }

func (s *Server) api() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /api/me", answering(s.me))
	mux.Handle("GET /api/incidents", answering(s.queue))
	mux.HandleFunc("GET /api/incidents.csv", s.export)
	mux.Handle("GET /api/incidents/{namespace}/{name}", answering(s.incident))
	mux.Handle("GET /api/incidents/{namespace}/{name}/alerts", answering(s.alerts))
	mux.Handle("GET /api/incidents/{namespace}/{name}/timeline", answering(s.timeline))
	mux.Handle("GET /api/incidents/{namespace}/{name}/related", answering(s.related))
	mux.Handle("GET /api/suggest", answering(s.suggest))
	mux.Handle("POST /api/preview", answering(s.previewChange))
	mux.HandleFunc("POST /api/changes", s.change)
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
