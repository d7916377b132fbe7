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
	"strconv"
	"time"
)

// Skew is how far a detector's clock may be ahead of the receiver's before its times are kept out.
const Skew = 5 * time.Minute

// layouts are the spellings of time that detectors use.
var layouts = []string{
	time.RFC3339Nano,
	"2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02T15:04:05.999999999Z0700",
}

// ParseTime reads a time as detectors write it. It answers false for what is no time, and for the year 1, by which
// senders in Go mean none.
func ParseTime(s string) (time.Time, bool) {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), t.UTC().Year() > 1
		}
	}
	return time.Time{}, false
}

// ParseEpoch reads a count of units since 1970, such as milliseconds. Fractions of a unit are dropped.
func ParseEpoch(s string, unit time.Duration) (time.Time, bool) {
	n, err := strconv.ParseFloat(s, 64)
	// The API shows years of four digits; beyond them, and for what is no number, there is no time.
	if limit := float64(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC).Unix()); err != nil || !(n >= 0 && n < limit*float64(time.Second/unit)) {
		return time.Time{}, false
	}
	perSecond := int64(time.Second / unit)
	whole := int64(n)
	return time.Unix(whole/perSecond, whole%perSecond*int64(unit)).UTC(), true
}
