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

package webhook

import (
	"context"
	"net/http"

	"golang.org/x/sync/semaphore"
)

const (
	// maxBody bounds a request in bytes. It holds an object twice, of which the API server takes none over 3 MiB.
	maxBody = 6 << 20
	// maxBodies bounds all that are being answered. What is made of a body in memory is several times its size.
	maxBodies = 4 * maxBody
)

// bounded takes a body only while there is room for it: whoever reaches the port could fill the memory otherwise. A request
// waits for its turn as long as its answer may take.
func bounded(next http.Handler) http.Handler {
	room := semaphore.NewWeighted(maxBodies)
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		size := request.ContentLength
		switch {
		case size > maxBody:
			http.Error(w, http.StatusText(http.StatusRequestEntityTooLarge), http.StatusRequestEntityTooLarge)
			return
		case size == 0:
			http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
			return
		case size < 0: // It does not say.
			size = maxBody
		}
		ctx, cancel := context.WithTimeout(request.Context(), admitTimeout)
		defer cancel()
		if err := room.Acquire(ctx, size); err != nil {
			http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
			return
		}
		defer room.Release(size)
		request.Body = http.MaxBytesReader(w, request.Body, size)
		next.ServeHTTP(w, request.WithContext(ctx))
	})
}
