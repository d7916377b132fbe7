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

package detect

import (
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	want := time.Date(2024, 6, 20, 8, 51, 7, 52_079_000, time.UTC)
	for _, text := range []string{
		"2024-06-20 08:51:07.052079+00:00", "2024-06-20T10:51:07.052079+02:00", "2024-06-20T10:51:07.052079+0200", "2024-06-20T08:51:07.052079Z",
	} {
		if got, ok := ParseTime(text); !ok || !got.Equal(want) {
			t.Errorf("ParseTime(%q) = %v, %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "yesterday", "0001-01-01T00:00:00Z", "0001-01-01T02:00:00+02:00", "2024-13-01T00:00:00Z"} {
		if got, ok := ParseTime(text); ok {
			t.Errorf("ParseTime(%q) = %v, want none", text, got)
		}
	}
}

func TestParseEpoch(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		unit time.Duration
		want time.Time
		ok   bool
	}{
		"seconds":       {text: "1643445455", unit: time.Second, want: time.Date(2022, 1, 29, 8, 37, 35, 0, time.UTC), ok: true},
		"milliseconds":  {text: "1643445455250", unit: time.Millisecond, want: time.Date(2022, 1, 29, 8, 37, 35, 250_000_000, time.UTC), ok: true},
		"in exponents":  {text: "1.643445455e9", unit: time.Second, want: time.Date(2022, 1, 29, 8, 37, 35, 0, time.UTC), ok: true},
		"before 1970":   {text: "-1", unit: time.Second},
		"beyond 9999":   {text: "253402300800", unit: time.Second},
		"huge":          {text: "1e400", unit: time.Second},
		"not a number":  {text: "NaN", unit: time.Second},
		"not a time":    {text: "noon", unit: time.Second},
		"the year 1970": {text: "0", unit: time.Second, want: time.Unix(0, 0).UTC(), ok: true},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := ParseEpoch(tc.text, tc.unit)
			if ok != tc.ok || !got.Equal(tc.want) {
				t.Errorf("ParseEpoch = %v, %v, want %v, %v", got, ok, tc.want, tc.ok)
			}
		})
	}
}
