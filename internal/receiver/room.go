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
	"sync"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// roomBytes bounds the bodies that are being worked on at the same time. Reading a body of a megabyte takes some tens of
	// megabytes at worst.
	roomBytes = 8 << 20
	// minimumBytes is what even the smallest post counts for, so that their number is bounded too: 512.
	minimumBytes = 16 << 10
)

// Room bounds what is worked on at the same time. No source takes more than half of it, so that one sender's storm leaves
// room for the others.
type Room struct {
	mutex sync.Mutex
	taken int64
	of    map[client.ObjectKey]int64
}

// NewRoom returns one that is empty.
func NewRoom() *Room { return &Room{of: map[client.ObjectKey]int64{}} }

// Take takes room for a body of so many bytes, and answers false if there is none. What was taken must be given back.
func (r *Room) Take(source client.ObjectKey, size int64) (release func(), ok bool) {
	size = max(size, minimumBytes)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.taken+size > roomBytes || r.of[source]+size > roomBytes/2 {
		return nil, false
	}
	r.add(source, size)
	return sync.OnceFunc(func() {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		r.add(source, -size)
	}), true
}

func (r *Room) add(source client.ObjectKey, size int64) {
	r.taken += size
	r.of[source] += size
	if r.of[source] == 0 {
		delete(r.of, source)
	}
}

// Taken is how many bytes are being worked on.
func (r *Room) Taken() float64 {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return float64(r.taken)
}
