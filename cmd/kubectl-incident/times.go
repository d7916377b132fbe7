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

package main

import "time"

// minutes is how a time is shown where the head or the line says the zone.
const minutes = "2006-01-02 15:04"

// zone is where people read their times: local time, or UTC where --utc says so. Programs always get UTC.
func (p *plugin) zone() *time.Location {
	if p.utc {
		return time.UTC
	}
	return time.Local
}

// timeHead is the head of a column of times.
func timeHead(name string, zone *time.Location, now time.Time) string {
	return name + " (" + now.In(zone).Format("MST") + ")"
}

func shortTime(then time.Time, zone *time.Location) string {
	if then.IsZero() {
		return ""
	}
	return then.In(zone).Format(minutes)
}

// span is a first and a last time in one line, with the zone once.
func span(first, last time.Time, zone *time.Location) string {
	from, to := shortTime(first, zone), shortTime(last, zone)
	if from != to && from[:len("2006-01-02")] == to[:len("2006-01-02")] {
		to = to[len("2006-01-02 "):]
	}
	if from != to {
		from += " to " + to
	}
	return from + " " + last.In(zone).Format("MST")
}
