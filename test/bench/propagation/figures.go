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

// step is all trials of one step of a scenario.
type step struct {
	scenario, name string
	n              int
	trials         []result
}

// steps groups the results in the order in which they came.
func steps(results []result) []*step {
	var all []*step
	for _, r := range results {
		s := find(all, r.Scenario, r.Step)
		if s == nil {
			s = &step{scenario: r.Scenario, name: r.Step, n: r.N}
			all = append(all, s)
		}
		s.trials = append(s.trials, r)
	}
	return all
}

// find returns nil if that was not measured.
func find(all []*step, scenario, name string) *step {
	for _, s := range all {
		if s.scenario == scenario && s.name == name {
			return s
		}
	}
	return nil
}

// median is of all trials.
func (s *step) median(value func(result) float64) float64 {
	values := make([]float64, 0, len(s.trials))
	for _, r := range s.trials {
		values = append(values, value(r))
	}
	return median(values)
}

func (s *step) seconds() float64 { return s.median(func(r result) float64 { return r.Seconds }) }

// perAlert is the number of writes of alerts by the operator for each alert.
func (s *step) perAlert() float64 {
	return s.median(func(r result) float64 { return float64(r.Requests.on("alerts")) / float64(max(r.N, 1)) })
}

// processorPerAlert is in milliseconds.
func (s *step) processorPerAlert(process string) float64 {
	return s.median(func(r result) float64 { return r.CPU[process] * 1000 / float64(max(r.N, 1)) })
}

func (s *step) value(name string) float64 {
	return s.median(func(r result) float64 { return r.Values[name] })
}

// p99 is of the samples of all trials together, in milliseconds.
func (s *step) p99() float64 { return percentile(s.samples(), 0.99) }

func (s *step) samples() []float64 {
	var all []float64
	for _, r := range s.trials {
		all = append(all, r.Samples...)
	}
	return all
}

// figure is what was measured beside its goal: at most so much.
type figure struct {
	Name     string  `json:"figure"`
	N        int     `json:"n"`
	Measured float64 `json:"measured"`
	Goal     float64 `json:"goal"`
	Met      bool    `json:"met"`
}

func newFigure(s *step, what string, measured, goal float64) figure {
	measured = round(measured)
	name := s.scenario
	if s.name != s.scenario {
		name += " " + s.name
	}
	return figure{Name: name + ": " + what, N: s.n, Measured: measured, Goal: goal, Met: measured <= goal}
}

// figures are all goals that the measured steps have.
func figures(all []*step) []figure {
	var found []figure
	for _, s := range all {
		if s.name == bareStep {
			continue
		}
		switch s.scenario {
		case "fanout", "move", "merge", "delete":
			found = append(found, s.propagation(find(all, s.scenario, bareStep))...)
		case "small":
			found = append(found, s.latency(find(all, s.scenario, bareAssign))...)
		case "flood":
			found = append(found, newFigure(s, "p99, ms", s.p99(), 1000))
		case "storm":
			found = append(found, s.taking(find(all, s.scenario, bareStep))...)
		case "edits":
			found = append(found, newFigure(s, "writes of alerts by the operator after 100 edits", s.perAlert()*editedAlerts, 113))
		case "rest":
			found = append(found, s.atRest()...)
		case "restart":
			found = append(found,
				newFigure(s, "seconds until the first change is served", s.seconds(), 10),
				newFigure(s, "writes of other alerts", s.value("alertsWrittenBeside"), 0))
		}
	}
	return found
}

func (s *step) propagation(bare *step) []figure {
	var found []figure
	if bare != nil {
		found = append(found, newFigure(s, "ρ", s.seconds()/bare.seconds(), 1.10))
	}
	found = append(found,
		newFigure(s, "writes for each alert", s.perAlert(), 1.001),
		newFigure(s, "CPU of the operator for each alert, ms", s.processorPerAlert("operator"), 1.2))
	if s.scenario == "fanout" {
		found = append(found,
			newFigure(s, "reads", s.median(func(r result) float64 { return float64(r.Requests.reads()) }), 0),
			newFigure(s, "writes on the incident", s.median(onIncidents), round(5+s.seconds()/10)))
	}
	return found
}

// taking tells storing and linking apart. A rate of 0.9 of the bare client's is a time of 1.11.
func (s *step) taking(bare *step) []figure {
	found := []figure{newFigure(s, "p99 of an answer, ms", s.p99(), 250), newFigure(s, "peak memory, MiB", s.value("peakMiB"), 512)}
	if s.name == mostRepeated {
		return append(found, newFigure(s, "writes for each repeat", s.value("writesForEachRepeat"), 0.02))
	}
	if bare != nil {
		found = append(found,
			newFigure(s, "time until all is stored ÷ the bare client's", s.value("storedSeconds")/bare.seconds(), 1.11),
			newFigure(s, "time until all is linked ÷ the bare client's", s.seconds()/bare.seconds(), 1.11))
	}
	return found
}

func onIncidents(r result) float64 { return float64(r.Requests.on("incidents")) }

func (s *step) latency(bare *step) []figure {
	switch s.name {
	case idleAssign:
		if bare == nil {
			return nil
		}
		return []figure{newFigure(s, "p99 / p99 of the bare client", s.p99()/bare.p99(), 1.2)}
	case busyAssign, busyResolve:
		return []figure{newFigure(s, "p99, ms", s.p99(), 250)}
	default:
		return nil
	}
}

func (s *step) atRest() []figure {
	found := []figure{
		newFigure(s, "writes but leases", s.value("writes"), 0),
		newFigure(s, "percent of a core", s.value("percentOfACore"), 0.5),
	}
	// With few alerts the base and the garbage of the moment are all there is to see.
	if s.trials[0].Values["baseMiB"] > 0 && s.n >= 10_000 {
		found = append(found, newFigure(s, "MiB for 10,000 alerts over the base", s.value("mibPer10kAlerts"), 30))
	}
	return found
}
