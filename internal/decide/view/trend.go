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

package view

import (
	"slices"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// Trend is how much came and went on the last days, and how long what is open has been there.
type Trend struct {
	// Days are the last ones, in UTC, the oldest first; the last one is today.
	Days []Day `json:"days"`
	// Bounds are the ages, in seconds, that divide what Ages counts.
	Bounds []int64 `json:"bounds"`
	// Ages has an element for each severity of which an incident is open, the worst first.
	Ages []Ages `json:"ages"`
}

// Day is what came and went on one day.
type Day struct {
	// Date is the day as in 2026-03-01.
	Date string `json:"date"`
	// Opened are the incidents that were created on the day. Those that were merged are not counted: what became of them is
	// counted where they are now.
	Opened int `json:"opened"`
	// Resolved are those that were resolved on the day and still are.
	Resolved int `json:"resolved"`
}

// Ages are the ages of the open incidents of one severity.
type Ages struct {
	Severity v1alpha1.Severity `json:"severity"`
	// Counts has one number more than Trend.Bounds: the youngest first, last those that are older than all bounds.
	Counts []int `json:"counts"`
	// Oldest is when the oldest one was created.
	Oldest time.Time `json:"oldest"`
}

// trendDays is how many days a trend goes back, today among them.
const trendDays = 14

// ageBounds divide what came in this shift, today and this week from what waits longer.
var ageBounds = []time.Duration{4 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour}

// TrendOf counts the incidents that a filter asks for. Days count them in whatever state they are and whenever they were
// active, since what is resolved is a part of it. Ages count what is open, also of the severities that the filter leaves
// out, so that people see what else waits. The filter must be spelled canonically.
func TrendOf(incidents []*query.Prepared, filter query.Filter, now time.Time) Trend {
	// All conditions must hold, so that the costly ones, such as the search, are asked once for both.
	whole := query.Filter{Any: true, Severities: filter.Severities, MinSeverity: filter.MinSeverity}.Question()
	open := query.Filter{Since: filter.Since}.Question()
	filter.States, filter.Any, filter.Since, filter.Severities, filter.MinSeverity = nil, true, 0, nil, ""
	both := filter.Question()
	trend := newTrend(now)
	ages := map[v1alpha1.Severity]*Ages{}
	for _, incident := range incidents {
		if !both.Selects(incident, now) {
			continue
		}
		if incident.State != v1alpha1.IncidentRedirected && whole.Selects(incident, now) {
			trend.count(incident.Incident, now)
		}
		if open.Selects(incident, now) {
			age(ages, incident.Incident, now)
		}
	}
	for _, severity := range append([]v1alpha1.Severity{""}, v1alpha1.Severities()...) {
		if found := ages[severity]; found != nil {
			trend.Ages = append(trend.Ages, *found)
		}
	}
	slices.Reverse(trend.Ages)
	return trend
}

func newTrend(now time.Time) Trend {
	trend := Trend{Ages: []Ages{}}
	for _, bound := range ageBounds {
		trend.Bounds = append(trend.Bounds, int64(bound/time.Second))
	}
	for ago := trendDays - 1; ago >= 0; ago-- {
		trend.Days = append(trend.Days, Day{Date: now.UTC().AddDate(0, 0, -ago).Format(time.DateOnly)})
	}
	return trend
}

func (t *Trend) count(incident *v1alpha1.Incident, now time.Time) {
	if day := t.day(incident.CreationTimestamp.Time, now); day != nil {
		day.Opened++
	}
	if resolved := resolvedOf(incident); !resolved.IsZero() {
		if day := t.day(resolved, now); day != nil {
			day.Resolved++
		}
	}
}

// day is the day of a time; nil if that is earlier than all, or has not come yet.
func (t *Trend) day(at, now time.Time) *Day {
	ago := int(dayOf(now).Sub(dayOf(at)) / (24 * time.Hour))
	if ago < 0 || ago >= len(t.Days) {
		return nil
	}
	return &t.Days[len(t.Days)-1-ago]
}

func dayOf(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }

func age(all map[v1alpha1.Severity]*Ages, incident *v1alpha1.Incident, now time.Time) {
	severity, created := incident.Status.Severity, incident.CreationTimestamp.Time
	found := all[severity]
	if found == nil {
		found = &Ages{Severity: severity, Counts: make([]int, len(ageBounds)+1), Oldest: created}
		all[severity] = found
	}
	found.Oldest = earlier(found.Oldest, created)
	at := 0
	for at < len(ageBounds) && now.Sub(created) >= ageBounds[at] {
		at++
	}
	found.Counts[at]++
}
