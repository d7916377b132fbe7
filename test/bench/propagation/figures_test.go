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

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFigures(t *testing.T) {
	results := []result{
		{Scenario: "fanout", Step: "assign", N: 100, Seconds: 2.4, CPU: usage{"operator": 0.1}, Requests: counts{
			"patch alerts": 100, "patch alerts 409": 1, "patch incidents/status": 3, "get alerts": 2, "update leases": 4,
		}},
		{Scenario: "fanout", Step: "bare", N: 100, Seconds: 1.9},
		{Scenario: "fanout", Step: "bare", N: 100, Seconds: 2.1},
		{Scenario: "small", Step: idleAssign, N: 5, Samples: []float64{10, 30}},
		{Scenario: "small", Step: bareAssign, N: 5, Samples: []float64{25, 20}},
		{Scenario: "edits", Step: "edits", N: 100, Requests: counts{"patch alerts": 114}},
		{Scenario: "rest", Step: "rest", N: 9999, Values: map[string]float64{"percentOfACore": 0.5, "baseMiB": 50, "mibPer10kAlerts": 31}},
		{Scenario: "restart", Step: "restart", N: 10, Seconds: 11, Values: map[string]float64{"alertsWrittenBeside": 1}},
	}
	want := []figure{
		{"fanout assign: ρ", 100, 1.2, 1.1, false},
		{"fanout assign: writes for each alert", 100, 1.01, 1.001, false},
		{"fanout assign: CPU of the operator for each alert, ms", 100, 1, 1.2, true},
		{"fanout assign: reads", 100, 2, 0, false},
		{"fanout assign: writes on the incident", 100, 3, 5.24, true},
		{"small assign, idle: p99 / p99 of the bare client", 5, 1.2, 1.2, true},
		{"edits: writes of alerts by the operator after 100 edits", 100, 114, 113, false},
		{"rest: writes but leases", 9999, 0, 0, true},
		{"rest: percent of a core", 9999, 0.5, 0.5, true},
		{"restart: seconds until the first change is served", 10, 11, 10, false},
		{"restart: writes of other alerts", 10, 1, 0, false},
	}
	if diff := cmp.Diff(want, figures(steps(results))); diff != "" {
		t.Errorf("figures (-want +got):\n%s", diff)
	}
}

func TestPercentileAndMedian(t *testing.T) {
	tests := map[string]struct {
		values        []float64
		p50, p99, mid float64
	}{
		"none": {nil, 0, 0, 0},
		"one":  {[]float64{7}, 7, 7, 7},
		"even": {[]float64{4, 1, 3, 2}, 2, 4, 2.5},
		"odd":  {[]float64{9, 1, 5}, 5, 9, 5},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := [3]float64{percentile(test.values, 0.5), percentile(test.values, 0.99), median(test.values)}
			if want := [3]float64{test.p50, test.p99, test.mid}; got != want {
				t.Errorf("p50, p99, median = %v, want %v", got, want)
			}
		})
	}
}
