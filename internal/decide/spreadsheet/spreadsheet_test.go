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

package spreadsheet

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestHarmless has cells that other separators than the comma would split.
func TestHarmless(t *testing.T) {
	for cell, want := range map[string]string{
		"":                "",
		"a;=1":            "a;'=1",
		"a,@b|+c":         "a,'@b|'+c",
		"a\t-1":           "a\t'-1",
		`a;"=1`:           `a;"'=1`,
		"a;'=1":           "a;''=1",
		"a; =1":           "a; '=1",
		" =1":             " '=1",
		"a;\uff1d1":       "a;'\uff1d1",
		"==1":             "'==1",
		"a-b; c = d, e@f": "a-b; c = d, e@f",
		"2026-03-01":      "2026-03-01",
	} {
		if got := harmless(cell); got != want {
			t.Errorf("%q: got %q, want %q", cell, got, want)
		}
	}
}

func TestTimesAreWholeAndInUTC(t *testing.T) {
	there := metav1.NewTime(time.Date(2026, 3, 1, 1, 30, 0, 0, time.FixedZone("", 2*3600)))
	if got := Time(&there); got != "2026-02-28T23:30:00Z" {
		t.Errorf("got %s", got)
	}
	if got := Time(nil) + Time(&metav1.Time{}); got != "" {
		t.Errorf("no time is %q", got)
	}
}
