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
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/decide/replay"
)

// replayReport is what replay prints as JSON. Alerts counts what detectors sent and could be read, Stored the alerts that these
// are, since a repeat is no new one. Reduction is the part of them that nobody has to look at one by one.
type replayReport struct {
	Alerts    int      `json:"alerts"`
	Stored    int      `json:"stored"`
	Refused   int      `json:"refused"`
	Incidents int      `json:"incidents"`
	Reduction float64  `json:"reduction"`
	Precision *float64 `json:"precision,omitempty"`
	Recall    *float64 `json:"recall,omitempty"`
	F1        *float64 `json:"f1,omitempty"`

	Groups    []reportGroup    `json:"groups"`
	Links     []reportLink     `json:"links"`
	Missed    []reportLink     `json:"missed"`
	Relations []reportRelation `json:"relations,omitempty"`
	Truth     []comparison     `json:"truth,omitempty"`
	Troubles  map[string]int   `json:"troubles,omitempty"`

	keys []string
}

// reportGroup is one incident.
type reportGroup struct {
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	Severity string   `json:"severity,omitempty"`
	State    string   `json:"state"`
	Policy   string   `json:"policy"`
	Why      string   `json:"why"`
	Stored   int      `json:"stored"`
	First    string   `json:"firstActivityTime,omitempty"`
	Last     string   `json:"lastActivityTime,omitempty"`
	Merged   []string `json:"merged,omitempty"`
	// Events are the numbers, from 0, of what detectors sent, counted over all files.
	Events []int `json:"events"`

	keys []string
}

// reportLink is one alert that was linked, or was not.
type reportLink struct {
	Title       string `json:"title"`
	Fingerprint string `json:"fingerprint,omitempty"`
	Incident    string `json:"incident,omitempty"`
	Policy      string `json:"policy,omitempty"`
	Began       bool   `json:"began,omitempty"`
	Why         string `json:"why"`
	Events      []int  `json:"events"`
}

type reportRelation struct {
	Incident string `json:"incident"`
	With     string `json:"with"`
	Merged   bool   `json:"merged"`
	Why      string `json:"why"`
}

func reportOf(result replay.Result, events, refused int) *replayReport {
	r := &replayReport{
		Alerts: events, Stored: len(result.Alerts), Refused: refused, Incidents: len(result.Incidents), Troubles: result.Troubles,
		Groups: []reportGroup{}, Links: []reportLink{}, Missed: []reportLink{},
	}
	if events > 0 {
		r.Reduction = 1 - float64(r.Incidents)/float64(events)
	}
	for _, a := range result.Alerts {
		r.keys = append(r.keys, a.Key)
		link := reportLink{
			Title: a.Spec.Name, Fingerprint: a.Spec.Fingerprint, Incident: a.Incident, Policy: a.Policy, Began: a.Began, Why: a.Why, Events: a.Events,
		}
		if a.Incident == "" {
			r.Missed = append(r.Missed, link)
		} else {
			r.Links = append(r.Links, link)
		}
	}
	for _, i := range result.Incidents {
		r.Groups = append(r.Groups, formedOf(i, result.Alerts))
	}
	for _, relation := range result.Relations {
		r.Relations = append(r.Relations, reportRelation{Incident: relation.From, With: relation.Into, Merged: relation.Merge, Why: relation.Why})
	}
	return r
}

func formedOf(i replay.Incident, alerts []replay.Alert) reportGroup {
	g := reportGroup{
		Name: i.Name, Title: i.Title, Severity: string(i.Severity), State: string(i.State), Policy: i.Policy, Why: i.Why,
		Stored: len(i.Alerts), Merged: i.Merged,
	}
	if !i.First.IsZero() {
		g.First, g.Last = i.First.UTC().Format(time.RFC3339), i.Last.UTC().Format(time.RFC3339)
	}
	for _, n := range i.Alerts {
		g.keys = append(g.keys, alerts[n].Key)
		g.Events = append(g.Events, alerts[n].Events...)
	}
	slices.Sort(g.Events)
	return g
}

// print tells it to people.
func (r *replayReport) print(out io.Writer) {
	rows := [][]string{{"INCIDENT", "SEVERITY", "STATE", "ALERTS", "EVENTS", "TITLE"}}
	for i := range r.Groups {
		g := &r.Groups[i]
		rows = append(rows, []string{g.Name, g.Severity, g.State, strconv.Itoa(g.Stored), strconv.Itoa(len(g.Events)), g.Title})
	}
	printRows(out, rows)
	terminal.PrintLine(out, "")
	rows = [][]string{{"ALERT", "INCIDENT", "WHY"}}
	for _, link := range slices.Concat(r.Links, r.Missed) {
		incident := link.Incident
		if incident == "" {
			incident = "-"
		}
		rows = append(rows, []string{terminal.Cut(link.Title, 60), incident, link.Why})
	}
	printRows(out, rows)
	for _, relation := range r.Relations {
		verb := "is related to"
		if relation.Merged {
			verb = "was merged into"
		}
		terminal.PrintLine(out, terminal.Escape(fmt.Sprintf("%s %s %s: %s", relation.Incident, verb, relation.With, relation.Why)))
	}
	for _, trouble := range slices.Sorted(maps.Keys(r.Troubles)) {
		terminal.PrintLine(out, terminal.Escape(fmt.Sprintf("policy %s (%d times)", trouble, r.Troubles[trouble])))
	}
	r.printTruth(out)
	terminal.PrintLine(out, "")
	terminal.PrintLine(out, fmt.Sprintf("%d alerts sent, %d stored, %d refused, %d linked to nothing; %d incidents; reduction %.4f",
		r.Alerts, r.Stored, r.Refused, len(r.Missed), r.Incidents, r.Reduction))
	if r.F1 != nil {
		terminal.PrintLine(out, fmt.Sprintf("precision %.4f, recall %.4f, f1 %.4f", *r.Precision, *r.Recall, *r.F1))
	}
}

// printTruth tells what became of each incident of the truth.
func (r *replayReport) printTruth(out io.Writer) {
	for i := range r.Truth {
		c := &r.Truth[i]
		terminal.PrintLine(out, "")
		terminal.PrintLine(out, terminal.Escape(fmt.Sprintf("Truth %s, %d alerts: %s", c.Name, c.Alerts, c.Title)))
		for _, found := range c.Found {
			terminal.PrintLine(out, terminal.Escape(fmt.Sprintf("  %d in %s, with %d others: %s", found.Alerts, found.Incident, found.Others, found.Title)))
		}
		if c.Unlinked+c.Absent > 0 {
			terminal.PrintLine(out, fmt.Sprintf("  %d linked to nothing, %d not in the files", c.Unlinked, c.Absent))
		}
	}
}

func printRows(out io.Writer, rows [][]string) {
	for _, line := range terminal.AlignRows(rows) {
		terminal.PrintLine(out, line)
	}
}
