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
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/table"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/decide/naming"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

// detail is how much of an incident is shown. 0 is all.
type detail struct {
	// things are those of each kind of evidence, kinds the kinds.
	things, kinds int
	// alerts and entries of the log, and lines of each text.
	alerts, entries, prose int
	// brief leaves out what matters least, and techniques.
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
	p.evidence(s.Evidence, d.things, d.kinds)
	if d.brief {
		p.briefTactics(s.Tactics)
	} else {
		p.tactics(s.Tactics, d.things)
	}
	p.worst(s, d.alerts)
	p.log(s.entries, d.entries, d.prose, h.Name)
}

// briefly leaves out what matters least of the facts.
func briefly(facts []fact, sources int) []fact {
	var kept []fact
	for _, f := range facts {
		switch f.name {
		case "Created", "Automatic name":
		case "Sources":
			kept = append(kept, fact{name: f.name, value: grouped(sources)})
		default:
			kept = append(kept, f)
		}
	}
	return kept
}

// text shows a short text as a fact, a longer one below its name.
func (p *page) text(name, text string, most int) {
	switch {
	case text == "":
	case !strings.Contains(text, "\n") && (p.screen.Columns == 0 || len(name)+2+terminal.WidthOf(terminal.Escape(text)) <= p.screen.Columns):
		p.facts([]fact{{name: name, value: text}})
	default:
		p.lines = append(p.lines, name+":")
		p.prose(text, most)
	}
}

func incidentFacts(s *shown, zone *time.Location, now time.Time, onScreen bool) []fact {
	h := &s.Header
	facts := []fact{
		{name: "Name", value: h.Name},
		{name: "Severity", value: severityText(h), color: severityColor(string(h.Severity))},
		{name: "State", value: stateText(h)},
		{name: "Assignee", value: cmp.Or(h.Assignee, "nobody")},
		{name: "Classification", value: classificationText(h.Classification)},
		{name: "Scope", value: scopeText(&s.Scope)},
		{name: "Sources", value: countedText(s.Scope.Sources)},
		{name: "Tags", value: strings.Join(h.Tags, ", ")},
		{name: "Activity", value: activityText(h, zone, now)},
		{name: "Created", value: timeText(h.Created, zone, now)},
		{name: "Resolved", value: timeText(h.Resolved, zone, now)},
		{name: "Automatic name", value: h.AutomaticTitle},
		{name: "Merged here", value: strings.Join(s.merged, ", ")},
	}
	if !onScreen {
		facts = append([]fact{{name: "Title", value: h.Title}, {name: "Namespace", value: h.Namespace}}, facts...)
	}
	for _, standing := range h.Standings {
		if onScreen && !standing.Stale && standing.Status == metav1.ConditionTrue {
			continue // All is well.
		}
		facts = append(facts, fact{name: standing.Type, value: standingText(standing)})
	}
	return facts
}

func severityText(h *view.Header) string {
	text := cmp.Or(string(h.Severity), "unknown")
	if h.ComputedSeverity != "" {
		text += " (set by hand; its alerts say " + string(h.ComputedSeverity) + ")"
	}
	return text
}

func stateText(h *view.Header) string {
	if h.RedirectedTo != "" {
		return string(h.State) + " to " + h.RedirectedTo
	}
	return string(h.State)
}

func classificationText(classification v1alpha1.Classification) string {
	text := string(classification.Verdict)
	if text == "" || classification.Verdict == v1alpha1.VerdictNotSet {
		return "not set"
	}
	if classification.Determination != "" {
		text += ", " + string(classification.Determination)
	}
	return text
}

func scopeText(s *view.Scope) string {
	alerts := counting(s.Alerts, "alert")
	if s.Active != s.Alerts {
		alerts += fmt.Sprintf(" (%s active)", grouped(s.Active))
	}
	return strings.Join([]string{alerts, counting(s.Endpoints, "endpoint"), counting(s.Users, "user")}, ", ")
}

func countedText(all []view.Counted) string {
	texts := make([]string, 0, len(all))
	for _, one := range all {
		texts = append(texts, withCount(one.Text, one.Alerts))
	}
	return strings.Join(texts, ", ")
}

func withCount(text string, alerts int) string { return fmt.Sprintf("%s (%s)", text, grouped(alerts)) }

func activityText(h *view.Header, zone *time.Location, now time.Time) string {
	if h.LastActivity.IsZero() {
		return ""
	}
	return span(h.FirstActivity, h.LastActivity, zone) + " (" + since(h.LastActivity, now) + " ago)"
}

func timeText(then time.Time, zone *time.Location, now time.Time) string {
	if then.IsZero() {
		return ""
	}
	return span(then, then, zone) + " (" + since(then, now) + " ago)"
}

// standingText is the message, which is written for people; the word in front tells whether all is well.
func standingText(s view.Standing) string {
	if s.Stale {
		return "not yet: the operator has not seen the last change"
	}
	word := map[metav1.ConditionStatus]string{metav1.ConditionTrue: "yes", metav1.ConditionFalse: "no"}[s.Status]
	return cmp.Or(word, "unknown") + ": " + s.Message
}

// evidence shows a line for each kind, or as many as its things need: of each kind at most so many things, and at most so
// many kinds. 0 shows all.
func (p *page) evidence(groups []view.Group, most, mostKinds int) {
	if len(groups) == 0 {
		return
	}
	p.head("Evidence")
	width := 0
	for _, group := range groups {
		width = max(width, len(group.Kind))
	}
	for i, group := range groups {
		if mostKinds > 0 && i == mostKinds {
			p.indented(grouped(len(groups)-i) + " more kinds: " + p.toSeeAll)
			return
		}
		var items []string
		for i := range group.Things {
			if most > 0 && i == most {
				items = append(items, grouped(len(group.Things)-i)+" more")
				break
			}
			items = append(items, thingText(&group.Things[i]))
		}
		p.listed(string(group.Kind), width, items)
	}
}

// thingText names a thing with its part in it, such as "web-1 (3: 2 Affected, 1 Source)".
func thingText(thing *view.Thing) string {
	name := thing.Name
	if thing.Namespace != "" {
		name = thing.Namespace + "/" + name
	}
	var said []string
	for _, role := range thing.Roles {
		if role.Alerts == thing.Alerts {
			said = append(said, string(role.Role))
		} else {
			said = append(said, grouped(role.Alerts)+" "+string(role.Role))
		}
	}
	if len(said) == 0 {
		return withCount(name, thing.Alerts)
	}
	return fmt.Sprintf("%s (%s: %s)", name, grouped(thing.Alerts), strings.Join(said, ", "))
}

func (p *page) tactics(tactics []view.Tactic, most int) {
	if len(tactics) == 0 {
		return
	}
	p.head("Tactics and techniques")
	labels, width := make([]string, len(tactics)), 0
	for i, tactic := range tactics {
		labels[i] = withCount(naming.Sentence(tactic.Category), tactic.Alerts)
		width = max(width, len(labels[i]))
	}
	for i, tactic := range tactics {
		var items []string
		for j, technique := range tactic.Techniques {
			if most > 0 && j == 2*most { // They are short.
				items = append(items, grouped(len(tactic.Techniques)-j)+" more")
				break
			}
			items = append(items, withCount(technique.Text, technique.Alerts))
		}
		p.listed(labels[i], width, items)
	}
}

// briefTactics leaves out techniques.
func (p *page) briefTactics(tactics []view.Tactic) {
	if len(tactics) == 0 {
		return
	}
	items := make([]string, 0, len(tactics))
	for _, tactic := range tactics {
		items = append(items, withCount(naming.Sentence(tactic.Category), tactic.Alerts))
	}
	p.listed("Tactics:", 0, items)
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
