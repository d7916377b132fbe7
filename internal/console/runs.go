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
	"net/http"
	"sync"
)

// maxRunName is how many bytes the name of a run may have.
const maxRunName = 64

// errStopped is the cause of a context that ended because the person stopped what was under way.
var errStopped = errors.New("it was stopped before anything was begun")

// runs are the changes of one person that are under way and have names, so that the person can stop them. Whoever would
// just hang up is not told how those ended that were under way.
type runs struct {
	mutex sync.Mutex
	stops map[string]context.CancelCauseFunc
}

// begin returns a context that also ends when the run of this name is stopped, and what is to be called when the run is
// over. A run without a name cannot be stopped.
func (r *runs) begin(ctx context.Context, name string) (context.Context, func(), error) {
	if name == "" {
		return ctx, func() {}, nil
	}
	if len(name) > maxRunName {
		return ctx, func() {}, badRequest("run must have at most %d bytes, has %d", maxRunName, len(name))
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.stops[name] != nil {
		return ctx, func() {}, badRequest("run must be a name that no change under way has, is %q", name)
	}
	stoppable, stop := context.WithCancelCause(ctx)
	if r.stops == nil {
		r.stops = map[string]context.CancelCauseFunc{}
	}
	r.stops[name] = stop
	return stoppable, func() {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		delete(r.stops, name)
		stop(nil)
	}, nil
}

// stop begins no more of a run, and says whether it was under way.
func (r *runs) stop(name string) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	stop := r.stops[name]
	if stop == nil {
		return false
	}
	stop(errStopped)
	return true
}

type stopRequest struct {
	Run string `json:"run"`
}

type stopReply struct {
	// Stopped is false for a run that is over already.
	Stopped bool `json:"stopped"`
}

func (s *Session) stop(r *http.Request) (*stopReply, error) {
	var asked stopRequest
	if err := read(r, &asked); err != nil {
		return nil, err
	}
	return &stopReply{Stopped: s.runs.stop(asked.Run)}, nil
}
