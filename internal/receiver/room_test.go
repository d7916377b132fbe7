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

package receiver_test

import (
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/internal/receiver"
)

const megabyte = 1 << 20

func TestRoomIsBoundedAndShared(t *testing.T) {
	storm, other := client.ObjectKey{Name: "storm"}, client.ObjectKey{Name: "other"}
	room := receiver.NewRoom()
	var taken []func()
	for {
		release, ok := room.Take(storm, megabyte)
		if !ok {
			break
		}
		taken = append(taken, release)
	}
	if len(taken) != 4 {
		t.Errorf("one source took %d MiB of 8", len(taken))
	}
	for range 4 {
		release, ok := room.Take(other, megabyte)
		if !ok {
			t.Fatal("a storm leaves no room for others")
		}
		taken = append(taken, release)
	}
	if _, ok := room.Take(client.ObjectKey{Name: "third"}, 0); ok {
		t.Error("there is room beyond the bound")
	}
	for _, release := range taken {
		release()
		release() // To give back twice is to give back once.
	}
	if left := room.Taken(); left != 0 {
		t.Errorf("%f bytes are still taken", left)
	}
	posts := 0
	for ; posts < 10_000; posts++ {
		if _, ok := room.Take(storm, 1); !ok {
			break
		}
	}
	if posts != 256 {
		t.Errorf("one source may have %d small posts at once, want 256", posts)
	}
}
