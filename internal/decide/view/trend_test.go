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
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// created is an incident that was created so long before today's noon.
func created(ago time.Duration, severity v1alpha1.Severity, change ...func(*v1alpha1.Incident)) *v1alpha1.Incident {
	return queued("i", func(i *v1alpha1.Incident) {
		i.CreationTimestamp, i.Status.Severity = metav1.NewTime(today.Add(-ago)), severity
		for _, set := range change {
			set(i)
		}
	})
}

func resolvedBefore(ago time.Duration) func(*v1alpha1.Incident) {
	return func(i *v1alpha1.Incident) {
		at := metav1.NewTime(today.Add(-ago))
		i.Spec.Resolution.State, i.Status.ResolvedTime = v1alpha1.ResolutionResolved, &at
	}
}

const aDay = 24 * time.Hour

func TestTrend(t *testing.T) {
	high, low := v1alpha1.SeverityHigh, v1alpha1.SeverityLow
	trend := TrendOf(prepared([]*v1alpha1.Incident{
		created(0, high),
		created(12*time.Hour, low),             // The first moment of today.
		created(12*time.Hour+time.Second, low), // The last one of yesterday.
		created(13*aDay+12*time.Hour, high),    // The first moment of all days.
		created(13*aDay+12*time.Hour+time.Second, high, resolvedBefore(time.Hour)),                      // A moment too early; resolved today.
		created(40*aDay, low, resolvedBefore(39*aDay)),                                                  // Long over.
		created(aDay, low, func(i *v1alpha1.Incident) { i.Status.State = v1alpha1.IncidentRedirected }), // Merged.
		created(2*aDay, low, resolvedBefore(aDay), func(i *v1alpha1.Incident) { i.Spec.Resolution.State = v1alpha1.ResolutionActive }),
		created(-time.Hour, ""), // By a clock that goes wrong; still today.
	}), query.Filter{}, today)
	days := make([]Day, trendDays)
	for i := range days {
		days[i].Date = today.AddDate(0, 0, i+1-trendDays).Format(time.DateOnly)
	}
	days[13].Opened, days[13].Resolved, days[12].Opened, days[11].Opened, days[0].Opened = 3, 1, 1, 1, 1
	if diff := cmp.Diff(days, trend.Days); diff != "" {
		t.Errorf("days (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]Ages{
		{high, []int{1, 0, 0, 1}, today.Add(-13*aDay - 12*time.Hour)},
		{low, []int{0, 2, 1, 0}, today.Add(-2 * aDay)},
		{"", []int{1, 0, 0, 0}, today.Add(time.Hour)},
	}, trend.Ages); diff != "" {
		t.Errorf("ages (-want +got)\n%s", diff)
	}
}

func TestTrendFollowsTheFilter(t *testing.T) {
	mine := func(i *v1alpha1.Incident) { i.Spec.Assignee = "alice" }
	all := []*v1alpha1.Incident{
		created(0, v1alpha1.SeverityHigh, mine), created(0, v1alpha1.SeverityLow, mine), created(0, v1alpha1.SeverityHigh),
		created(0, v1alpha1.SeverityHigh, mine, resolvedBefore(0)),
	}
	quiet := created(2*time.Hour, v1alpha1.SeverityHigh)
	for name, test := range map[string]struct {
		filter           query.Filter
		opened, resolved int
		open             int
	}{
		"everything":                     {query.Filter{}, 4, 1, 3},
		"an owner":                       {query.Filter{Assignees: []string{"alice"}}, 3, 1, 2},
		"a state is left out of account": {query.Filter{States: []v1alpha1.IncidentState{v1alpha1.IncidentResolved}}, 4, 1, 3},
		"ages of all severities":         {query.Filter{Severities: []v1alpha1.Severity{v1alpha1.SeverityHigh}}, 3, 1, 3},
		"days whenever it was active":    {query.Filter{Since: time.Hour}, 5, 1, 3},
	} {
		t.Run(name, func(t *testing.T) {
			counted := all
			if test.filter.Since > 0 {
				counted = append(slices.Clone(all), quiet)
			}
			trend := TrendOf(prepared(counted), test.filter, today)
			last, open := trend.Days[trendDays-1], 0
			for _, ages := range trend.Ages {
				for _, number := range ages.Counts {
					open += number
				}
			}
			if last.Opened != test.opened || last.Resolved != test.resolved || open != test.open {
				t.Errorf("opened %d, resolved %d, open %d; want %+v", last.Opened, last.Resolved, open, test)
			}
		})
	}
}

// Whatever the incidents are, each open one has one age, and no incident is counted on two days.
func TestTrendCountsOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	severities := append(v1alpha1.Severities(), "")
	for range 200 {
		var all []*v1alpha1.Incident
		open, recent := 0, 0
		for range random.IntN(40) {
			ago := time.Duration(random.Int64N(int64(30 * aDay)))
			change := func(*v1alpha1.Incident) {}
			if random.IntN(2) == 0 {
				change = resolvedBefore(time.Duration(random.Int64N(int64(ago) + 1)))
			} else {
				open++
			}
			if today.Add(-ago).Format(time.DateOnly) > today.AddDate(0, 0, -trendDays).Format(time.DateOnly) {
				recent++
			}
			all = append(all, created(ago, severities[random.IntN(len(severities))], change))
		}
		trend, counted, opened := TrendOf(prepared(all), query.Filter{}, today), 0, 0
		for _, ages := range trend.Ages {
			for _, number := range ages.Counts {
				counted += number
			}
		}
		for _, day := range trend.Days {
			opened += day.Opened
		}
		if counted != open || opened != recent {
			t.Fatalf("%d of %d open ones have an age, %d of %d were opened lately", counted, open, opened, recent)
		}
	}
}
