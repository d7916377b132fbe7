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
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/incident-operator/incident-operator/internal/detect"
)

// failure is an answer that stores nothing.
type failure struct {
	code    int
	message string
	// retry is when the sender should try again; zero says nothing of it.
	retry time.Duration
}

func refuse(code int, message string) *failure { return &failure{code: code, message: message} }

// later asks a sender to keep what he has. 429 would make some of them drop it.
func later(retry time.Duration, message string) *failure {
	return &failure{code: http.StatusServiceUnavailable, message: message, retry: retry}
}

// Answer is what a sender is told of a post that was read.
type Answer struct {
	// Received is how many alerts were posted, Stored how many are in the cluster, repeats included.
	Received int `json:"received"`
	Stored   int `json:"stored"`
	// Dropped is how many the AlertSource keeps out.
	Dropped int `json:"dropped,omitempty"`
	// Refused are those that will never be stored, the first of them.
	Refused []Refused `json:"refused,omitempty"`
	// RefusedTotal is how many there are.
	RefusedTotal int `json:"refusedTotal,omitempty"`
	// Notes counts by kind what is not in the alerts as the detector wrote it, also what its sender left out.
	Notes map[detect.NoteKind]int `json:"notes,omitempty"`
}

// Refused says which item of a post was refused, and why.
type Refused struct {
	// Index is where it stands in the post, from 0; Count is how many there are from there on, if more than one.
	Index   int    `json:"index"`
	Count   int    `json:"count,omitempty"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// maxRefused bounds how many are listed.
const maxRefused = 100

// code is 200 if all is stored, 400 if nothing can be, and 207 if it is some. All refusals are final.
func (a *Answer) code() int {
	switch {
	case a.RefusedTotal == 0:
		return http.StatusOK
	case a.Stored+a.Dropped == 0:
		return http.StatusBadRequest
	default:
		return http.StatusMultiStatus
	}
}

func (a *Answer) refuse(index, count int, reason, message string) {
	a.RefusedTotal += count
	if len(a.Refused) >= maxRefused {
		return
	}
	refused := Refused{Index: index, Reason: reason, Message: message}
	if count > 1 {
		refused.Count = count
	}
	a.Refused = append(a.Refused, refused)
}

func (f *failure) write(w http.ResponseWriter) {
	if f.retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(f.retry.Seconds())))
	}
	if f.code == http.StatusUnauthorized {
		w.Header().Add("WWW-Authenticate", "Bearer")
		w.Header().Add("WWW-Authenticate", `Basic realm="incident-operator-receiver"`)
	}
	// What was not read of the body is not read any more.
	w.Header().Set("Connection", "close")
	writeJSON(w, f.code, map[string]string{"error": f.message})
}

func writeJSON(w http.ResponseWriter, code int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(value) // A sender that is gone needs no answer.
}
