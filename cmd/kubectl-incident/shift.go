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
	"fmt"
	"io"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/report"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/table"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

// shiftDocument is the report on a shift.
func shiftDocument(s *view.Shift, zone *time.Location) *report.Document {
	document := &report.Document{
		Title: "Shift report, " + span(s.From, s.To, zone),
		Facts: []report.Fact{
			{Name: "Opened", Value: grouped(len(s.Opened))},
			{Name: "Resolved", Value: grouped(len(s.Resolved))},
			{Name: "Still open", Value: openText(s)},
			{Name: "Without owner", Value: unownedText(s)},
			{Name: "Until owned", Value: durationsText(s.Acknowledged)},
			{Name: "Until resolved", Value: durationsText(s.Closed)},
		},
	}
	opened := report.Section{Heading: "Opened", None: "Nothing was opened.", Columns: []string{"INCIDENT", "SEVERITY", "STATE", "ASSIGNEE", "OPENED", "TITLE"}}
	for i := range s.Opened {
		c := &s.Opened[i]
		opened.Rows = append(opened.Rows, []string{c.Name, string(c.Severity), string(c.State), c.Assignee, shortTime(c.Created, zone), c.Title})
	}
	resolved := report.Section{Heading: "Resolved", None: "Nothing was resolved.", Columns: []string{"INCIDENT", "SEVERITY", "BY", "RESOLVED", "VERDICT", "TITLE", "NOTE"}}
	for i := range s.Resolved {
		c := &s.Resolved[i]
		resolved.Rows = append(resolved.Rows, []string{
			c.Name, string(c.Severity), cmp.Or(c.ResolvedBy, "unknown"), shortTime(c.Resolved, zone), actions.ClassificationText(c.Classification), c.Title, c.Note,
		})
	}
	handed := report.Section{Heading: "Handed over", None: "Nothing changed hands.", Columns: []string{"INCIDENT", "TIME", "BY", "FROM", "TO"}}
	for _, h := range s.HandedOver {
		handed.Rows = append(handed.Rows, []string{h.Incident, shortTime(h.Time, zone), h.By, h.From, cmp.Or(h.To, "nobody")})
	}
	open := report.Section{Heading: "Still open, the worst first", None: "Nothing is open.", Columns: []string{"INCIDENT", "SEVERITY", "STATE", "ASSIGNEE", "OPENED", "TITLE"}}
	for i := range s.Open {
		c := &s.Open[i]
		open.Rows = append(open.Rows, []string{c.Name, string(c.Severity), string(c.State), cmp.Or(c.Assignee, "nobody"), shortTime(c.Created, zone), c.Title})
	}
	document.Sections = []report.Section{opened, resolved, handed, open}
	return document
}

func openText(s *view.Shift) string {
	if len(s.Open) == 0 {
		return "0"
	}
	return grouped(len(s.Open)) + ": " + countedText(view.BySeverity(s.Open))
}

func unownedText(s *view.Shift) string {
	if s.OldestUnowned == nil {
		return "0"
	}
	return fmt.Sprintf("%s; %s waits longest, for %s", grouped(s.Unowned), s.OldestUnowned.Name, duration.HumanDuration(s.To.Sub(s.OldestUnowned.Created)))
}

func durationsText(d view.Durations) string {
	if d.Number == 0 {
		return ""
	}
	return fmt.Sprintf("%s at the median, %s at most (%s)",
		duration.HumanDuration(d.Median), duration.HumanDuration(d.Longest), counting(d.Number, "incident"))
}

// told is an incident in the part of a shift report that tells of it.
type told struct {
	part string
	view.Case
}

// writeShiftCSV writes an incident a line, once for each part of the report that it is in.
func writeShiftCSV(out io.Writer, s *view.Shift, now time.Time) error {
	var all []told
	for _, part := range []struct {
		name  string
		cases []view.Case
	}{{"opened", s.Opened}, {"resolved", s.Resolved}, {"open", s.Open}} {
		for _, one := range part.cases {
			all = append(all, told{part.name, one})
		}
	}
	for _, h := range s.HandedOver {
		all = append(all, told{"handed over", view.Case{Name: h.Incident, Created: h.Time, Assignee: h.To, ResolvedBy: h.By, Note: "from " + h.From}})
	}
	sheet := &table.Spreadsheet[told]{Out: out, Columns: toldColumns()}
	if err := sheet.Print(all, now); err != nil {
		return err
	}
	return sheet.End()
}

func toldColumns() []table.Column[told] {
	column := func(name string, cell func(told) string) table.Column[told] {
		return table.Column[told]{Name: name, Cell: func(t told, _ time.Time) string { return cell(t) }}
	}
	return []table.Column[told]{
		column("PART", func(t told) string { return t.part }),
		column("INCIDENT", func(t told) string { return t.Name }),
		column("SEVERITY", func(t told) string { return string(t.Severity) }),
		column("STATE", func(t told) string { return string(t.State) }),
		column("ASSIGNEE", func(t told) string { return t.Assignee }),
		column("TIME", func(t told) string { return exactly(t.Created) }),
		column("RESOLVED", func(t told) string { return exactly(t.Resolved) }),
		column("BY", func(t told) string { return t.ResolvedBy }),
		column("VERDICT", func(t told) string { return string(t.Classification.Verdict) }),
		column("DETERMINATION", func(t told) string { return string(t.Classification.Determination) }),
		column("NOTE", func(t told) string { return t.Note }),
		column("TITLE", func(t told) string { return t.Title }),
	}
}
