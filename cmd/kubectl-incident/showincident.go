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
	"strings"
	"time"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/table"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

// detail is how much of an incident is shown. 0 is all.
type detail struct {
	// things are those of each kind of evidence, kinds the kinds; 0 shows all.
	things, kinds int
	// alerts and entries of the log, and lines of each text.
	alerts, entries, prose int
	// brief leaves out what matters least, techniques and roles.
	brief bool
}

// details are tried in turn until the page fits the screen. Elsewhere than on a terminal the first is taken.
var details = []detail{
	{things: 10, alerts: shownAlerts, entries: shownEntries, prose: 20},
	{things: 6, alerts: 10, entries: 6, prose: 6},
	{things: 3, alerts: 6, entries: 4, prose: 3},
	{things: 2, alerts: 4, entries: 3, prose: 2, brief: true},
	{things: 1, kinds: 6, alerts: 3, entries: 2, prose: 1, brief: true},
	{things: 1, kinds: 4, alerts: 2, entries: 2, prose: 1, brief: true},
	{things: 1, kinds: 4, alerts: 1, entries: 1, prose: 1, brief: true},
}

// shown is what show has read of an incident.
type shown struct {
	view.Incident
	// merged are the names of the incidents that were merged into it.
	merged  []string
	entries []view.Entry
}

// drawIncident draws an incident with as much detail as fits the screen, or all of it.
func drawIncident(fresh func() *page, s *shown, full bool) *page {
	if full {
		p := fresh()
		p.incident(s, detail{})
		return p
	}
	for i, d := range details {
		p := fresh()
		p.incident(s, d)
		if p.fits() || i == len(details)-1 {
			return p
		}
	}
	return nil
}

func (p *page) incident(s *shown, d detail) {
	h := &s.Header
	if p.screen.Columns > 0 {
		for _, line := range terminal.Fold(h.Title, p.screen.Columns) {
			p.lines = append(p.lines, p.paint(line, bold))
		}
	}
	facts := incidentFacts(s, p.zone, p.now, p.screen.Columns > 0)
	if d.brief {
		facts = briefly(facts, len(s.Scope.Sources))
	}
	p.facts(facts)
	for _, text := range []struct{ name, text string }{{"Note", h.Note}, {"Description", h.Description}} {
		p.text(text.name, text.text, d.prose)
	}
	p.evidence(s.Evidence, d)
	if d.brief {
		p.briefTactics(s.Tactics)
	} else {
		p.tactics(s.Tactics, d.things)
	}
	p.worst(s, d.alerts)
	p.log(s.entries, d.entries, d.prose, h.Name)
}

// text shows a short text as a fact, a longer one below its name, and the beginning of it if it may have one line.
func (p *page) text(name, text string, most int) {
	switch {
	case text == "":
	case !strings.Contains(text, "\n") && (p.screen.Columns == 0 || len(name)+2+terminal.WidthOf(terminal.Escape(text)) <= p.screen.Columns):
		p.facts([]fact{{name: name, value: text}})
	case most == 1:
		seeAll := " (" + p.toSeeAll + ")"
		p.lines = append(p.lines, terminal.Cut(name+": "+terminal.Escape(strings.Join(strings.Fields(text), " ")), p.width(len(seeAll)))+seeAll)
	default:
		p.lines = append(p.lines, name+":")
		p.prose(text, most)
	}
}

func (p *page) worst(s *shown, most int) {
	if len(s.Worst) == 0 {
		return
	}
	shown, more := s.Worst, s.MoreAlerts
	if most > 0 && len(shown) > most {
		shown, more = shown[:most], more+len(shown)-most
	}
	p.head("Alerts, the worst first")
	rows(p, rowColumns(p.zone, p.now), pointers(shown))
	if more > 0 {
		p.lines = append(p.lines, fmt.Sprintf("and %s more: kubectl incident alerts %s", grouped(more), terminal.Escape(s.Header.Name)))
	}
}

// rowColumns are those of the alerts of one incident.
func rowColumns(zone *time.Location, now time.Time) []table.Column[*view.Row] {
	type row = *view.Row
	return []table.Column[row]{
		{Name: "NAME", Cell: func(r row, _ time.Time) string { return r.Name }},
		{Name: "SEVERITY", Spare: 5, Paint: severityColor, Cell: func(r row, _ time.Time) string { return string(r.Severity) }},
		{Name: "STATE", Spare: 2, Cell: func(r row, _ time.Time) string { return string(r.State) }},
		{Name: "ASSIGNEE", Least: leastAssignee, Spare: 1, Cell: func(r row, _ time.Time) string { return r.Assignee }},
		{Name: timeHead("BEGAN", zone, now), Spare: 3, Cell: func(r row, _ time.Time) string { return shortTime(r.First, zone) }},
		{Name: "TITLE", Least: leastTitle, Spare: 4, Cell: func(r row, _ time.Time) string { return r.Title }},
	}
}

// log shows the last entries, with long texts folded into at most so many lines. 0 shows all.
func (p *page) log(entries []view.Entry, most, mostLines int, name string) {
	if len(entries) == 0 {
		return
	}
	if most > 0 && len(entries) > most {
		entries = entries[len(entries)-most:]
	}
	p.head("Timeline (" + p.now.In(p.zone).Format("MST") + "), the last entries: kubectl incident timeline " + terminal.Escape(name))
	for i := range entries {
		e := &entries[i]
		lines := terminal.Fold(fmt.Sprintf("%s  %s: %s", e.Actor, e.Type, e.Text), p.width(indent+len(minutes)+indent))
		if mostLines > 0 && len(lines) > mostLines {
			lines = lines[:mostLines]
			lines[mostLines-1] = terminal.Cut(lines[mostLines-1]+" "+terminal.Ellipsis, p.width(indent+len(minutes)+indent))
		}
		for j, line := range lines {
			when := strings.Repeat(" ", len(minutes))
			if j == 0 {
				when = fmt.Sprintf("%-*s", len(minutes), shortTime(e.Time, p.zone))
			}
			p.indented(when + strings.Repeat(" ", indent) + line)
		}
	}
}
