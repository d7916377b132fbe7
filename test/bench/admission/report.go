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
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"text/tabwriter"
	"time"
)

// results are the blocks of all rounds, in their order.
type results map[group]map[user][]block

func (r *results) add(g group, u user, b block) {
	if *r == nil {
		*r = results{}
	}
	if (*r)[g] == nil {
		(*r)[g] = map[user][]block{}
	}
	(*r)[g][u] = append((*r)[g][u], b)
}

// row is what one user's PATCH of one copy costs.
type row struct {
	User      string  `json:"user"`
	Group     string  `json:"group"`
	Processor float64 `json:"processorMilliseconds"` // Of the API server: the median of the rounds.
	Ratio     float64 `json:"ratio"`                 // To that of the bare copy: the median of the rounds.
	P50       float64 `json:"p50Milliseconds"`
	P99       float64 `json:"p99Milliseconds"`
}

func (r results) rows() []row {
	var rows []row
	for _, u := range []user{operator, person} {
		for _, g := range copies {
			var processor, ratios []float64
			var latencies []time.Duration
			for i, b := range r[g][u] {
				processor = append(processor, milliseconds(b.processor))
				ratios = append(ratios, float64(b.processor)/float64(r[bare][u][i].processor))
				latencies = append(latencies, b.latencies...)
			}
			slices.Sort(latencies)
			rows = append(rows, row{
				User: string(u), Group: string(g), Processor: median(processor), Ratio: median(ratios),
				P50: milliseconds(latencies[len(latencies)/2]), P99: milliseconds(latencies[len(latencies)*99/100]),
			})
		}
	}
	return rows
}

// report prints a table, and writes the results as JSON if that is asked for.
func (r results) report(s settings) error {
	rows := r.rows()
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(table, "user\tgroup\tCPU ms\tratio\tp50 ms\tp99 ms\t")
	for _, row := range rows {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%.2f\t%.3f\t%.1f\t%.1f\t\n", row.User, row.Group, row.Processor, row.Ratio, row.P50, row.P99)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("printing the results: %w", err)
	}
	if s.json == "" {
		return nil
	}
	text, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the results: %w", err)
	}
	if err := os.WriteFile(s.json, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("writing the results: %w", err)
	}
	return nil
}

func median(values []float64) float64 {
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
