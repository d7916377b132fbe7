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
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// The kinds of problems, for each of which the pages have something else to say.
const (
	kindSession   = "session"   // not signed in
	kindRequest   = "request"   // a request that no page makes
	kindForbidden = "forbidden" // the person has no right
	kindExpired   = "expired"   // the API server does not know the person any more
	kindGone      = "gone"      // it does not exist
	kindRefused   = "refused"   // it cannot be done as the objects are
	kindInvalid   = "invalid"   // the API server does not take a value
	kindConflict  = "conflict"  // somebody else was faster
	kindAway      = "away"      // the API server does not answer
	kindBusy      = "busy"      // the person has too many pages open
)

// problem is why a request failed, in words for people.
type problem struct {
	Status  int    `json:"-"`
	Kind    string `json:"kind"`
	Message string `json:"message"`
	// Fields are what is wrong with single fields, by their paths.
	Fields []fieldProblem `json:"fields,omitempty"`
}

type fieldProblem struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// requestError is for a request that no page makes.
type requestError struct{ err error }

func (e *requestError) Error() string { return e.err.Error() }
func (e *requestError) Unwrap() error { return e.err }

func badRequest(format string, args ...any) error {
	return &requestError{fmt.Errorf(format, args...)}
}

// problemOf says what an error means to a person. What the API server says is told in its words.
func problemOf(err error) problem {
	p := problem{Status: http.StatusBadGateway, Kind: kindAway, Message: err.Error()}
	set := func(status int, kind string) { p.Status, p.Kind = status, kind }
	var refused *actions.RefusedError
	var request *requestError
	var conflict *conflictError
	var overwriting *actions.ConflictError
	var redirected *actions.RedirectedError
	var status apierrors.APIStatus
	switch {
	case errors.As(err, &request):
		set(http.StatusBadRequest, kindRequest)
	case errors.As(err, &conflict), errors.As(err, &overwriting):
		set(http.StatusConflict, kindConflict)
	case errors.As(err, &refused), errors.As(err, &redirected):
		set(http.StatusConflict, kindRefused)
	case errors.Is(err, kube.ErrDeleted), apierrors.IsNotFound(err):
		set(http.StatusNotFound, kindGone)
	case apierrors.IsUnauthorized(err):
		set(http.StatusForbidden, kindExpired)
		p.Message = "The API server does not take your credentials any more: " + err.Error()
	case apierrors.IsForbidden(err):
		set(http.StatusForbidden, kindForbidden)
	case errors.Is(err, context.Canceled):
		set(http.StatusServiceUnavailable, kindAway)
	case apierrors.IsConflict(err):
		set(http.StatusConflict, kindConflict)
	case errors.As(err, &status):
		p.invalid(status)
	}
	return p
}

func (p *problem) invalid(status apierrors.APIStatus) {
	reason := status.Status()
	if reason.Code < http.StatusBadRequest || reason.Code >= http.StatusInternalServerError {
		return
	}
	p.Status, p.Kind = http.StatusUnprocessableEntity, kindInvalid
	if reason.Details == nil {
		return
	}
	for _, cause := range reason.Details.Causes {
		p.Fields = append(p.Fields, fieldProblem{cause.Field, cause.Message})
	}
}

func fail(w http.ResponseWriter, p problem) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // Who asked has gone.
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value) // Who asked has gone.
}

// answering makes a handler of a function that returns what is to be sent.
func answering[T any](handle func(r *http.Request) (T, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		value, err := handle(r)
		if err != nil {
			fail(w, problemOf(err))
			return
		}
		answer(w, value)
	})
}

// read decodes the body of a request, which must hold one value of known fields.
func read(r *http.Request, into any) error {
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return badRequest("the body of the request: %w", err)
	}
	if decoder.More() {
		return badRequest("the body of the request holds more than one value")
	}
	return nil
}
