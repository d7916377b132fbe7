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
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/incident-operator/incident-operator/internal/decide/view"
)

const (
	// pace is how often a page is told of changes at most.
	pace = 250 * time.Millisecond
	// heartbeat shows a page that the stream still lives.
	heartbeat = 10 * time.Second
	// maxTold is how many lines one message carries; a page that missed some asks for its window anew, as it does anyway.
	maxTold = 200
)

// event is one message of the stream.
type event struct {
	news
	Lines []view.Line `json:"lines"`
	// Problem is why the incidents cannot be read now.
	Problem *problem `json:"problem,omitempty"`
}

// events streams what changes, in the form of server-sent events. A page reads it by fetch, which sends the secret of its
// session along. The session is checked with every message, so that a stream does not outlive it.
func (s *Session) events(w http.ResponseWriter, r *http.Request) {
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		fail(w, problem{
			Status: http.StatusTooManyRequests, Kind: kindBusy,
			Message: fmt.Sprintf("%d pages are open already, and no more are told of changes: close one", maxStreams),
		})
		return
	}
	watcher := s.feed.subscribe()
	defer s.feed.unsubscribe(watcher)
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for first := true; ; first = false {
		if !first {
			select {
			case <-r.Context().Done():
				return
			case <-s.ended:
				return
			case <-beat.C:
			case <-watcher.signal:
			}
		}
		if !s.knows(r) {
			return
		}
		if err := send(w, eventOf(s.feed.newsFor(watcher))); err != nil {
			return
		}
		if out.Flush() != nil {
			return
		}
		wait(r, pace)
	}
}

func eventOf(found news) event {
	now := time.Now()
	told := event{news: found, Lines: []view.Line{}}
	for _, incident := range found.Lines[:min(len(found.Lines), maxTold)] {
		told.Lines = append(told.Lines, view.LineOf(incident.Incident, now))
	}
	if found.Err != nil {
		p := problemOf(found.Err)
		told.Problem = &p
	}
	return told
}

func send(w http.ResponseWriter, told event) error {
	encoded, err := json.Marshal(told)
	if err != nil {
		return fmt.Errorf("encoding an event: %w", err)
	}
	_, err = fmt.Fprintf(w, "data: %s\n\n", encoded)
	return err
}

// wait lets changes gather.
func wait(r *http.Request, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-r.Context().Done():
	case <-timer.C:
	}
}
