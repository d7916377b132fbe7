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
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"time"
)

// result is one measured step, and one line of the JSON.
type result struct {
	Time     time.Time `json:"time"`
	Scenario string    `json:"scenario"`
	Step     string    `json:"step"`
	// N is the number of alerts.
	N int `json:"n"`
	// Seconds is the time until the last alert followed, First until the first did.
	Seconds float64 `json:"seconds,omitempty"`
	First   float64 `json:"first,omitempty"`
	// Workers and Body are the bare client's requests at a time, and the bytes of one.
	Workers int `json:"workers,omitempty"`
	Body    int `json:"bodyBytes,omitempty"`
	// Requests are the operator's, until it rested.
	Requests counts `json:"requests,omitempty"`
	// CPU is in seconds, by process; Foreign is how many cores others used.
	CPU     usage              `json:"cpuSeconds,omitempty"`
	Foreign float64            `json:"foreignCores"`
	Values  map[string]float64 `json:"values,omitempty"`
	// Samples are in milliseconds.
	Samples []float64 `json:"samples,omitempty"`
}

// report keeps a result, appends it to --out and prints it.
func (b *bench) report(r result) error {
	r.Time, r.Scenario = time.Now().UTC(), b.scenario
	b.results = append(b.results, r)
	fmt.Println(r.text())
	return b.appendLine(r)
}

func (b *bench) appendLine(value any) error {
	line, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encoding a result: %w", err)
	}
	file, err := os.OpenFile(b.out, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600) //nolint:gosec // To write what --out names is its purpose.
	if err != nil {
		return fmt.Errorf("opening --out: %w", err)
	}
	_, err = file.Write(append(line, '\n'))
	return cmp.Or(err, file.Close())
}

// text is for who waits.
func (r result) text() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %s n=%d", r.Scenario, r.Step, r.N)
	if r.Seconds > 0 {
		fmt.Fprintf(&text, " %.3f s (first %.3f)", r.Seconds, r.First)
	}
	if len(r.Requests) > 0 {
		fmt.Fprintf(&text, "\n    requests: %s", listed(r.Requests))
	}
	if len(r.Values) > 0 {
		fmt.Fprintf(&text, "\n    %s", listed(r.Values))
	}
	if len(r.CPU) > 0 {
		fmt.Fprintf(&text, "\n    CPU seconds: %s; others %.2f cores", listed(r.CPU), r.Foreign)
	}
	if len(r.Samples) > 0 {
		fmt.Fprintf(&text, " p50 %.0f ms, p99 %.0f ms of %d", percentile(r.Samples, 0.5), percentile(r.Samples, 0.99), len(r.Samples))
	}
	return text.String()
}

func listed[V int | float64](values map[string]V) string {
	parts := make([]string, 0, len(values))
	for _, key := range sortedKeys(values) {
		parts = append(parts, fmt.Sprintf("%s=%v", key, values[key]))
	}
	return strings.Join(parts, ", ")
}

func sortedKeys[V any](values map[string]V) []string { return slices.Sorted(maps.Keys(values)) }

func round(value float64) float64 { return math.Round(value*10000) / 10000 }

// inSeconds is rounded to a tenth of a millisecond.
func inSeconds(d time.Duration) float64 { return round(d.Seconds()) }

func milliseconds(d time.Duration) float64 { return round(float64(d.Microseconds()) / 1000) }

// percentile is by the nearest rank; 0 of no samples.
func percentile(samples []float64, p float64) float64 {
	if len(samples) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(samples))
	return sorted[min(max(int(math.Ceil(p*float64(len(sorted))))-1, 0), len(sorted)-1)]
}

// median is 0 of no values.
func median(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
