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
	"fmt"
	"io"
	"text/tabwriter"
)

// summarize prints medians and what became of the goals, and appends the latter to --out.
func (b *bench) summarize(out io.Writer) error {
	all := steps(b.results)
	if len(all) == 0 {
		return nil
	}
	if err := printTimes(out, all); err != nil {
		return fmt.Errorf("printing the results: %w", err)
	}
	if err := printSamples(out, all); err != nil {
		return fmt.Errorf("printing the results: %w", err)
	}
	found := figures(all)
	for _, f := range found {
		if err := b.appendLine(f); err != nil {
			return err
		}
	}
	if err := printFigures(out, found); err != nil {
		return fmt.Errorf("printing the results: %w", err)
	}
	return nil
}

func newTable(out io.Writer, head string) *tabwriter.Writer {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(table, head)
	return table
}

func printTimes(out io.Writer, all []*step) error {
	table := newTable(out, "\nscenario\tstep\tn\ttrials\tseconds\talerts/s\tρ\twrites/alert\ton incident\treads\toperator ms/alert\tserver ms/alert\tother cores\t")
	for _, s := range all {
		if s.seconds() == 0 || s.scenario == "restart" { // Its alerts have nothing to follow but for five.
			continue
		}
		ratio := "-"
		if bare := find(all, s.scenario, bareStep); bare != nil && s.name != bareStep {
			ratio = fmt.Sprintf("%.3f", s.seconds()/bare.seconds())
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%.3f\t%.0f\t%s\t%.4f\t%.0f\t%.0f\t%.2f\t%.2f\t%.2f\t\n",
			s.scenario, s.name, s.n, len(s.trials), s.seconds(), float64(s.n)/s.seconds(), ratio, s.perAlert(), s.median(onIncidents),
			s.median(func(r result) float64 { return float64(r.Requests.reads()) }),
			s.processorPerAlert("operator"), s.processorPerAlert("kube-apiserver"),
			s.median(func(r result) float64 { return r.Foreign }))
	}
	return table.Flush()
}

func printSamples(out io.Writer, all []*step) error {
	table := newTable(out, "\nlatency of\tn\tsamples\tp50 ms\tp90 ms\tp99 ms\t")
	some := false
	for _, s := range all {
		if samples := s.samples(); len(samples) > 0 {
			some = true
			_, _ = fmt.Fprintf(table, "%s\t%d\t%d\t%.1f\t%.1f\t%.1f\t\n", s.name, s.n, len(samples),
				percentile(samples, 0.5), percentile(samples, 0.9), s.p99())
		}
	}
	if !some {
		return nil
	}
	return table.Flush()
}

func printFigures(out io.Writer, found []figure) error {
	table := newTable(out, "\nfigure\tn\tmeasured\tat most\t\t")
	for _, f := range found {
		verdict := "met"
		if !f.Met {
			verdict = "missed"
		}
		_, _ = fmt.Fprintf(table, "%s\t%d\t%g\t%g\t%s\t\n", f.Name, f.N, f.Measured, f.Goal, verdict)
	}
	return table.Flush()
}
