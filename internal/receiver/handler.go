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

package receiver

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube/access"
	"github.com/incident-operator/incident-operator/internal/kube/alertstore"
	"github.com/incident-operator/incident-operator/internal/kube/sources"
)

const (
	// postTimeout bounds a post from its header to its answer; the server closes the connection a second later. What is
	// stored by then stays, so that the sender's next attempt finds less to do.
	postTimeout = 9 * time.Second
	// overloadRetry is when to try again what there was no room for.
	overloadRetry = time.Second
	// maxReaders is how many bodies are read into alerts at the same time, which takes most of the memory.
	maxReaders = 2
	// maxWriters is how many alerts are written at the same time, of all posts; more makes an API server no faster.
	maxWriters = 32
)

// Handler takes posts.
type Handler struct {
	Sources  *Registry
	Reviewer *access.Reviewer
	Store    *alertstore.Store
	// Suppress asks suppression rules about an alert before it is stored, and writes on it what they say; nil for none.
	Suppress    func(ctx context.Context, alert *v1alpha1.Alert) (drop bool, err error)
	Tally       *sources.Tally
	Room        *Room
	Instruments *Instruments
	Clock       clock.PassiveClock

	readers, writers chan struct{}
}

// Routes are the paths that are served.
func (h *Handler) Routes() http.Handler {
	h.readers, h.writers = make(chan struct{}, maxReaders), make(chan struct{}, maxWriters)
	mux := http.NewServeMux()
	const source = "POST /v1/namespaces/{namespace}/alertsources/{name}"
	mux.Handle(source, h)
	// Senders to the API of Alertmanager add this to the prefix that they are given.
	mux.Handle(source+"/api/v2/alerts", h)
	return mux
}

// ServeHTTP takes one post. A panic in it costs that post alone.
func (h *Handler) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	began := h.Clock.Now()
	code := http.StatusInternalServerError
	defer func() {
		if cause := recover(); cause != nil {
			// The cause may hold what was posted, and does not belong into a log.
			logf.FromContext(request.Context()).Info("A post made the receiver panic; it is answered with 500", "source", keyOf(request), "cause", fmt.Sprintf("%T", cause))
			errFailed.write(w)
		}
		h.Instruments.answered(code, h.Clock.Since(began))
	}()
	ctx, cancel := context.WithTimeout(request.Context(), postTimeout)
	defer cancel()
	answer, failure := h.take(ctx, request)
	if failure != nil {
		failure.write(w)
		code = failure.code
		return
	}
	writeJSON(w, answer.code(), answer)
	code = answer.code()
}

// errFailed is the answer to a post that the receiver itself fails at. The sender tries again.
var errFailed = refuse(http.StatusInternalServerError, "the receiver failed at this post")

func keyOf(request *http.Request) client.ObjectKey {
	return client.ObjectKey{Namespace: request.PathValue("namespace"), Name: request.PathValue("name")}
}

// take goes through the steps of a post.
func (h *Handler) take(ctx context.Context, request *http.Request) (*Answer, *failure) {
	key := keyOf(request)
	if failure := h.authorize(ctx, request, key); failure != nil {
		return nil, failure
	}
	source, failure := h.Sources.find(ctx, key)
	if failure != nil {
		return nil, failure
	}
	if !source.admits(h.Clock.Now()) {
		return nil, later(overloadRetry, "the AlertSource's rate limit is reached")
	}
	release, ok := h.Room.Take(key, bodySize(request))
	if !ok {
		return nil, later(overloadRetry, "the receiver is busy")
	}
	defer release()
	body, failure := readBody(request)
	if failure != nil {
		return nil, failure
	}
	return h.store(ctx, key, source, request.Header, body)
}

// authorize finds out who it is and whether he may, before anything of the body is read.
func (h *Handler) authorize(ctx context.Context, request *http.Request, source client.ObjectKey) *failure {
	user, err := h.Reviewer.Identify(ctx, token(request))
	if err != nil {
		logf.FromContext(ctx).Error(err, "A sender cannot be identified now")
		return later(overloadRetry, "it cannot be told now who you are")
	}
	if user == nil {
		return refuse(http.StatusUnauthorized, "a token of a ServiceAccount for the audience "+Audience+" is needed: as a bearer token, or as the password of basic authentication")
	}
	allowed, err := h.Reviewer.May(ctx, user, posting(source))
	if err != nil {
		logf.FromContext(ctx).Error(err, "It cannot be told now what a sender may")
		return later(overloadRetry, "it cannot be told now what you may")
	}
	if !allowed {
		return refuse(http.StatusForbidden, fmt.Sprintf("%s must be allowed to create alertsources/alerts of the name %s in the namespace %s", user.Username, source.Name, source.Namespace))
	}
	return nil
}
