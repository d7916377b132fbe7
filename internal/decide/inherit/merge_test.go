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

package inherit

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMerge(t *testing.T) {
	tests := map[string]struct {
		base         *Given
		theirs, ours string
		wantOurs     string
		want         *Given
		newer        bool
	}{
		"nothing inherited, nothing given": {
			nil, "", "bob",
			"bob", nil, false,
		},
		"a first value is given over what was there": {
			nil, "alice", "bob",
			"alice", &Given{Value: "alice", Over: "bob"}, false,
		},
		"a first value that the alert has already is remembered too": {
			nil, "alice", "alice",
			"alice", &Given{Value: "alice", Over: "alice"}, false,
		},
		"a value given before is not given again": {
			&Given{Value: "alice", Over: "bob"}, "alice", "alice",
			"alice", &Given{Value: "alice", Over: "bob"}, false,
		},
		"an override on the alert stands": {
			&Given{Value: "alice", Over: "bob"}, "alice", "carol",
			"carol", &Given{Value: "alice", Over: "bob"}, false,
		},
		"a clearing on the alert stands": {
			&Given{Value: "alice", Over: "bob"}, "alice", "",
			"", &Given{Value: "alice", Over: "bob"}, false,
		},
		"a new value replaces the inherited one and keeps what was before": {
			&Given{Value: "alice", Over: "bob"}, "dave", "alice",
			"dave", &Given{Value: "dave", Over: "bob"}, false,
		},
		"a new value reaches an overridden alert and remembers the override": {
			&Given{Value: "alice", Over: "bob"}, "dave", "carol",
			"dave", &Given{Value: "dave", Over: "carol"}, false,
		},
		"a value taken back restores what was before": {
			&Given{Value: "alice", Over: "bob"}, "", "alice",
			"bob", nil, false,
		},
		"a value taken back leaves an override": {
			&Given{Value: "alice", Over: "bob"}, "", "carol",
			"carol", nil, false,
		},
		"a held value taken back leaves what a person set, although it is the same": {
			&Given{Value: "Resolved", Over: "Active", Held: true}, "", "Resolved",
			"Resolved", nil, false,
		},
		"a newer value of the alert stands before a first value": {
			nil, "alice", "bob",
			"bob", &Given{Value: "alice", Over: "bob"}, true,
		},
		"a newer override stands before a new value": {
			&Given{Value: "alice", Over: "bob"}, "dave", "carol",
			"carol", &Given{Value: "dave", Over: "bob"}, true,
		},
		"a newer clearing stands before a new value": {
			&Given{Value: "alice", Over: "bob"}, "dave", "",
			"", &Given{Value: "dave", Over: "bob"}, true,
		},
		"a held value is never given": {
			&Given{Value: "Resolved", Over: "Active", Held: true}, "Resolved", "Active",
			"Active", &Given{Value: "Resolved", Over: "Active", Held: true}, false,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ours, given := merge(tt.base, tt.theirs, tt.ours, tt.newer)
			if ours != tt.wantOurs {
				t.Errorf("the alert says %q, want %q", ours, tt.wantOurs)
			}
			if diff := cmp.Diff(tt.want, given); diff != "" {
				t.Errorf("memory (-want +got):\n%s", diff)
			}
		})
	}
}
