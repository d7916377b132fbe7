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

import "net/http"

// Door lets people in: it says which session a request belongs to.
type Door interface {
	// Routes adds the requests by which one signs in and out.
	Routes(mux *http.ServeMux)
	// Admit returns the session of a request, which lasts longer by that; nil if the request belongs to none.
	Admit(r *http.Request) *Session
}

// Handler serves the pages, and those who come in by the door, to requests that name the host: an address with its port,
// unless that is the one of the scheme.
func Handler(host string, door Door) http.Handler {
	mux := http.NewServeMux()
	door.Routes(mux)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		session := door.Admit(r)
		if session == nil {
			fail(w, problem{Status: http.StatusUnauthorized, Kind: kindSession, Message: "you are not signed in here"})
			return
		}
		session.api.ServeHTTP(w, r)
	})
	mux.Handle("/", assets())
	return guarded(host, mux)
}
