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

package activity

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/note"
)

// TestHandOver is a random model of how notes reach logs. People edit, move, delete and create alerts and incidents; two
// operators, of which each may be the one that does not know yet that it was replaced, look from caches of any age, die
// after a write, and write late. In the end every note is in every log that it concerns exactly once.
func TestHandOver(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		if problem := runModel(seed); problem != "" {
			t.Fatalf("seed %d: %s", seed, problem)
		}
	}
}

func runModel(seed uint64) (problem string) {
	m := newModel(seed)
	for range 120 {
		m.step()
	}
	m.settle()
	return m.check()
}

// modelObject is an alert or an incident at one version.
type modelObject struct {
	name, uid string
	version   int
	incident  string // Of an alert: the incident that it names.
	notes     string
}

// modelState is what the API server holds at one version.
type modelState struct {
	alerts, incidents map[string]modelObject
}

func (s modelState) clone() modelState {
	return modelState{alerts: maps.Clone(s.alerts), incidents: maps.Clone(s.incidents)}
}

// modelNote is what somebody did, under a name of their own, and whom it concerns.
type modelNote struct {
	user, alert string   // The UID of the alert; empty for an edit of an incident.
	logs        []string // UIDs of incidents.
	// sure says that the note itself tells which incident it is about, and not its name alone.
	sure bool
}

type model struct {
	*rand.Rand
	history   []modelState // By version; the last one is now.
	logs      map[string][]v1alpha1.ActivitySpec
	made      []modelNote
	operators [2]*modelOperator
	uids      int
}

// modelOperator is a process: its two caches, which only ever go forward, and its memory.
type modelOperator struct {
	alerts, incidents int
	ends              map[string]*End
	late              []func() // Writes that were sent and have not arrived.
}

func newModel(seed uint64) *model {
	m := &model{
		Rand: rand.New(rand.NewPCG(seed, 1)), logs: map[string][]v1alpha1.ActivitySpec{},
		history: []modelState{{alerts: map[string]modelObject{}, incidents: map[string]modelObject{}}},
	}
	m.operators = [2]*modelOperator{{ends: map[string]*End{}}, {ends: map[string]*End{}}}
	for _, name := range []string{"a", "b"} {
		m.createIncident(name)
	}
	for i := range 4 {
		m.createAlert(fmt.Sprintf("alert-%d", i))
	}
	return m
}

func (m *model) now() modelState { return m.history[len(m.history)-1] }

// seenBy is what an operator's caches hold.
func (m *model) seenBy(operator *modelOperator) modelState {
	return modelState{alerts: m.history[operator.alerts].alerts, incidents: m.history[operator.incidents].incidents}
}

// change makes the next version.
func (m *model) change(change func(state modelState, version int)) {
	next := m.now().clone()
	change(next, len(m.history))
	m.history = append(m.history, next)
}

func (m *model) uid() string {
	m.uids++
	return fmt.Sprintf("uid-%d", m.uids)
}

func pick[T any](m *model, from map[string]T) (string, bool) {
	if len(from) == 0 {
		return "", false
	}
	keys := slices.Sorted(maps.Keys(from))
	return keys[m.IntN(len(keys))], true
}

// noted appends a note as the admission policy does, without its bounds.
func (m *model) noted(notes string, fields ...string) (text, user string) {
	if notes == "" {
		notes = "0"
	}
	lines := strings.Split(notes, "\n")
	last, _ := strconv.Atoi(lines[0])
	lines[0] = strconv.Itoa(last + 1)
	user = fmt.Sprintf("user-%d", len(m.made))
	line := fmt.Sprintf("%d 1 %q", last+1, user)
	for i, field := range fields {
		if i%3 == 0 {
			line += " " + field
		} else {
			line += " " + strconv.Quote(field)
		}
	}
	return strings.Join(append(lines, line), "\n"), user
}

func (m *model) createIncident(name string) {
	m.change(func(state modelState, version int) {
		incident := modelObject{name: name, uid: m.uid(), version: version}
		var user string
		incident.notes, user = m.noted("", note.FieldCreated, "", "")
		m.made = append(m.made, modelNote{user: user, logs: []string{incident.uid}})
		state.incidents[name] = incident
	})
}

func (m *model) createAlert(name string) {
	m.change(func(state modelState, version int) {
		alert := modelObject{name: name, uid: m.uid(), version: version}
		if incident, ok := pick(m, state.incidents); ok {
			m.link(state, &alert, incident, note.FieldCreated, "", "")
		}
		state.alerts[name] = alert
	})
}

// link lets an alert name an incident, in a request of a person.
func (m *model) link(state modelState, alert *modelObject, incident string, fields ...string) {
	var user string
	from := alert.incident
	alert.notes, user = m.noted(alert.notes, append(fields, note.FieldIncidentRef, from, incident)...)
	concerned := modelNote{user: user, alert: alert.uid}
	for _, name := range []string{from, incident} {
		if there, ok := state.incidents[name]; ok && (name != from || from != incident) {
			concerned.logs = append(concerned.logs, there.uid)
		}
	}
	m.made = append(m.made, concerned)
	alert.incident = incident
}

func (m *model) step() {
	switch m.IntN(20) {
	case 0, 1, 2, 3:
		m.editAlert()
	case 4, 5:
		m.moveAlert()
	case 6:
		m.editIncident()
	case 7:
		m.replace()
	case 8:
		m.restart(m.operators[m.IntN(2)])
	case 9, 10:
		m.arrive(m.operators[m.IntN(2)])
	case 11, 12, 13:
		m.drop(m.operators[m.IntN(2)])
	default:
		operator := m.operators[m.IntN(2)]
		operator.alerts += m.IntN(len(m.history) - operator.alerts)
		operator.incidents += m.IntN(len(m.history) - operator.incidents)
		if name, ok := pick(m, m.seenBy(operator).incidents); ok {
			m.look(operator, name)
		}
	}
}

func (m *model) editAlert() {
	m.change(func(state modelState, version int) {
		name, ok := pick(m, state.alerts)
		alert := state.alerts[name]
		if !ok || alert.incident == "" {
			return
		}
		var user string
		remembered := m.remembered(state, alert)
		alert.notes, user = m.noted(alert.notes, note.FieldIn, alert.incident, remembered, note.FieldSeverity, "", "High")
		alert.version = version
		state.alerts[name] = alert
		m.made = append(m.made, modelNote{user: user, alert: alert.uid, logs: uidsOf(state, alert.incident), sure: remembered != ""})
	})
}

// remembered is the UID of an alert's incident, if the operator had the time to let it know.
func (m *model) remembered(state modelState, alert modelObject) string {
	if m.IntN(2) == 0 {
		return ""
	}
	return state.incidents[alert.incident].uid
}

func uidsOf(state modelState, name string) []string {
	if incident, ok := state.incidents[name]; ok {
		return []string{incident.uid}
	}
	return nil
}

func (m *model) moveAlert() {
	m.change(func(state modelState, version int) {
		name, ok := pick(m, state.alerts)
		alert := state.alerts[name]
		to, _ := pick(m, state.incidents)
		if m.IntN(4) == 0 {
			to = ""
		}
		if !ok || alert.incident == to {
			return
		}
		alert.version = version
		m.link(state, &alert, to, note.FieldIn, alert.incident, m.remembered(state, alert))
		state.alerts[name] = alert
	})
}

func (m *model) editIncident() {
	m.change(func(state modelState, version int) {
		name, ok := pick(m, state.incidents)
		if !ok {
			return
		}
		incident := state.incidents[name]
		var user string
		incident.notes, user = m.noted(incident.notes, note.FieldAssignee, "", "x")
		incident.version = version
		state.incidents[name] = incident
		m.made = append(m.made, modelNote{user: user, logs: []string{incident.uid}})
	})
}

// replace deletes an alert or, at times, an incident, and may create another one of the same name.
func (m *model) replace() {
	if m.IntN(4) == 0 {
		name, _ := pick(m, m.now().incidents)
		m.change(func(state modelState, _ int) { delete(state.incidents, name) })
		if m.IntN(2) == 0 {
			m.createIncident(name)
		}
		if len(m.now().incidents) == 0 {
			m.createIncident("a")
		}
		return
	}
	name, ok := pick(m, m.now().alerts)
	if !ok {
		name = "alert-0"
	}
	m.change(func(state modelState, _ int) { delete(state.alerts, name) })
	if m.IntN(2) == 0 {
		m.createAlert(name)
	}
}

// restart forgets the memory of an operator and fills its cache with a state that may be older than what it knew.
func (m *model) restart(operator *modelOperator) {
	operator.ends, operator.late = map[string]*End{}, nil
	operator.alerts, operator.incidents = m.IntN(len(m.history)), m.IntN(len(m.history))
}

// arrive lets a late write arrive.
func (m *model) arrive(operator *modelOperator) {
	if len(operator.late) > 0 {
		write := operator.late[0]
		operator.late = operator.late[1:]
		write()
	}
}

// send lets a write arrive now, or later.
func (m *model) send(operator *modelOperator, write func()) {
	if m.IntN(4) == 0 {
		operator.late = append(operator.late, write)
		return
	}
	write()
}

// look is one look of the journal at the log of an incident, of at most a few entries.
func (m *model) look(operator *modelOperator, name string) {
	state := m.seenBy(operator)
	known, ok := state.incidents[name]
	if !ok {
		return
	}
	end, ok := operator.ends[known.uid]
	if !ok {
		if log := m.logs[known.uid]; len(log) > 0 {
			end = EndOf(&log[len(log)-1])
			operator.ends[known.uid] = end
		}
	}
	facts := factsOf(state, known)
	facts.Seen = strconv.Itoa(operator.alerts + 1)
	if end.IsBehind(facts.Incident, facts.Seen) {
		return
	}
	for range 1 + m.IntN(4) {
		log := Log{Ref: v1alpha1.ActivityIncident{Name: name, UID: known.uid}, End: operator.ends[known.uid], ActorsKnown: true}
		draft := log.Next(facts, time.Unix(0, 0))
		if draft == nil || !m.create(operator, log, draft) {
			return
		}
	}
}

// create creates an entry, or finds that it is there already. The operator may die before it knows.
func (m *model) create(operator *modelOperator, log Log, draft *v1alpha1.ActivitySpec) bool {
	entry, err := log.Append(*draft)
	if err != nil {
		panic(err)
	}
	uid := log.Ref.UID
	if int64(len(m.logs[uid])) != entry.Sequence-1 {
		delete(operator.ends, uid)
		return false
	}
	m.logs[uid] = append(m.logs[uid], entry)
	if m.IntN(6) == 0 {
		m.restart(operator)
		return false
	}
	operator.ends[uid] = EndOf(&entry)
	return true
}

func factsOf(state modelState, known modelObject) Facts {
	incident := &v1alpha1.Incident{}
	incident.Name, incident.UID, incident.Generation = known.name, types.UID(known.uid), 1
	incident.ResourceVersion = strconv.Itoa(known.version + 1)
	facts := Facts{Incident: incident}
	facts.Notes, _ = note.Parse(known.notes)
	for _, name := range slices.Sorted(maps.Keys(state.alerts)) {
		alert := bearer(state.alerts[name])
		if slices.Contains(Concerned(alert), known.name) {
			facts.Alerts = append(facts.Alerts, alert)
		}
	}
	return facts
}

func bearer(object modelObject) Alert {
	alert := Alert{Name: object.name, UID: types.UID(object.uid), Incident: object.incident}
	alert.Notes, _ = note.Parse(object.notes)
	return alert
}

// drop lets an operator drop the notes of an alert or an incident that it knows to be taken, on condition that nobody
// changed the object since.
func (m *model) drop(operator *modelOperator) {
	state := m.seenBy(operator)
	if name, ok := pick(m, state.incidents); ok && m.IntN(3) == 0 {
		known := state.incidents[name]
		end := operator.ends[known.uid]
		if end == nil {
			return
		}
		notes, _ := note.Parse(known.notes)
		m.send(operator, func() {
			m.patch(func(now modelState) map[string]modelObject { return now.incidents }, known, notes.Drop(end.After.Notes))
		})
		return
	}
	name, ok := pick(m, state.alerts)
	if !ok {
		return
	}
	known := state.alerts[name]
	alert := bearer(known)
	number := Droppable(alert, func(incident, uid string) (int64, bool) {
		there, exists := m.now().incidents[incident] // The API server is asked if the cache has none.
		if cached, ok := state.incidents[incident]; ok {
			there, exists = cached, true
		}
		if !exists || uid != "" && uid != there.uid {
			return 0, false
		}
		return operator.ends[there.uid].Taken(alert.UID), true
	})
	m.send(operator, func() {
		m.patch(func(now modelState) map[string]modelObject { return now.alerts }, known, alert.Notes.Drop(number))
	})
}

func (m *model) patch(objects func(modelState) map[string]modelObject, known modelObject, notes string) {
	now, ok := objects(m.now())[known.name]
	if !ok || now.uid != known.uid || now.version != known.version || now.notes == notes {
		return
	}
	m.change(func(state modelState, version int) {
		now.notes, now.version = notes, version
		objects(state)[known.name] = now
	})
}

// settle lets one operator that knows everything finish.
func (m *model) settle() {
	for range 200 {
		operator := m.operators[0]
		operator.alerts, operator.incidents = len(m.history)-1, len(m.history)-1
		for _, name := range slices.Sorted(maps.Keys(m.now().incidents)) {
			m.look(operator, name)
			operator.alerts, operator.incidents = len(m.history)-1, len(m.history)-1
		}
	}
}

// check compares the logs with what people did.
func (m *model) check() string {
	told := map[string]map[string]int{}
	for uid, log := range m.logs {
		told[uid] = map[string]int{}
		for _, entry := range log {
			if entry.ActorKind == v1alpha1.ActorUser {
				told[uid][entry.Actor]++
			}
		}
	}
	for uid, users := range told {
		for user, times := range users {
			if times != 1 {
				return fmt.Sprintf("the log of %s tells of %s %d times", uid, user, times)
			}
		}
	}
	alive := map[string]bool{}
	for _, objects := range []map[string]modelObject{m.now().alerts, m.now().incidents} {
		for _, object := range objects {
			alive[object.uid] = true
		}
	}
	for _, made := range m.made {
		for uid, users := range told {
			if made.sure && users[made.user] > 0 && !slices.Contains(made.logs, uid) {
				return fmt.Sprintf("the log of %s tells of %s, who had to do with another incident of its name", uid, made.user)
			}
		}
		for _, uid := range made.logs {
			if alive[uid] && (made.alert == "" || alive[made.alert]) && told[uid][made.user] == 0 {
				return fmt.Sprintf("the log of %s does not tell of %s", uid, made.user)
			}
		}
	}
	return ""
}
