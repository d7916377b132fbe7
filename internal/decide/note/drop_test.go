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

package note_test

import (
	"strings"
	"testing"

	"github.com/incident-operator/incident-operator/internal/decide/note"
)

func TestIsDropDue(t *testing.T) {
	long := strings.Repeat("x", 16*1024+1)
	for name, test := range map[string]struct {
		taken      int
		annotation string
		want       bool
	}{
		"none":           {0, "7", false},
		"a few":          {7, "7", false},
		"many":           {8, "8", true},
		"one long one":   {1, long, true},
		"long, not ours": {0, long, false},
	} {
		if got := note.IsDropDue(test.taken, test.annotation); got != test.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestSalvage(t *testing.T) {
	for annotation, want := range map[string]string{"12\nrubbish": "12", "rubbish\n3 1": "5", "": "5", "-3\nx": "5"} {
		if got := note.Salvage(annotation, 5); got != want {
			t.Errorf("of %q got %q, want %q", annotation, got, want)
		}
	}
}
