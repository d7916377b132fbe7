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

package undo_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/note"
	"github.com/incident-operator/incident-operator/internal/decide/undo"
)

// history makes the log of an incident as the operator makes it.
type history struct {
	t        *testing.T
	incident *v1alpha1.Incident
	log      []v1alpha1.ActivitySpec
	alerts   []v1alpha1.Alert
}

func begin(t *testing.T, set func(*v1alpha1.Incident)) *history {
	t.Helper()
	h := &history{t: t, incident: &v1alpha1.Incident{}}
	h.incident.Name, h.incident.UID = "inc", uid
	h.edit("alice", "created", set)
	return h
}

// edit is an edit that admission noted and stamped, and the operator saw.
func (h *history) edit(by, group string, change func(*v1alpha1.Incident)) {
	h.t.Helper()
	before := h.incident.DeepCopy()
	change(h.incident)
	h.incident.Generation++
	h.incident.ResourceVersion = fmt.Sprint(100 + h.incident.Generation)
	metav1.SetMetaDataAnnotation(&h.incident.ObjectMeta, v1alpha1.EditorAnnotationPrefix+group, fmt.Sprintf("%s@%d", by, h.incident.Generation))
	facts := activity.Facts{Incident: h.incident, Notes: h.noted(by, before)}
	for entry := h.end().Next(facts, time.Unix(0, 0)); entry != nil; entry = h.end().Next(facts, time.Unix(0, 0)) {
		h.add(*entry)
	}
}

// noted is the note of an edit.
func (h *history) noted(by string, before *v1alpha1.Incident) note.List {
	h.t.Helper()
	line := fmt.Sprintf("%d %d %q", h.incident.Generation, h.incident.Generation, by)
	if h.incident.Generation == 1 {
		line += ` created "" ""`
	}
	notes, err := note.Parse(fmt.Sprintf("%d\n%s", h.incident.Generation, line+groupsIn(before, h.incident)))
	if err != nil {
		h.t.Fatal(err)
	}
	return notes
}

// groupsIn are the fields of a note about two versions of an incident.
func groupsIn(before, after *v1alpha1.Incident) string {
	line, from, to := "", told(before), told(after)
	for _, group := range [][]string{
		{note.FieldName},
		{note.FieldDescription},
		{note.FieldTags, note.FieldLabels},
		{note.FieldAssignee},
		{note.FieldVerdict, note.FieldDetermination},
		{note.FieldSeverity},
		{note.FieldMergeInto},
		{note.FieldState, note.FieldResolution},
	} {
		if !slices.ContainsFunc(group, func(field string) bool { return from[field] != to[field] }) {
			continue
		}
		for _, field := range group {
			line += fmt.Sprintf(" %s %q %q", field, from[field], to[field])
		}
	}
	return line
}

// told is what a note tells of an incident.
func told(i *v1alpha1.Incident) map[string]string {
	var texts, labels []string
	for _, tag := range i.Spec.Tags {
		texts = append(texts, string(tag))
	}
	for key := range i.Labels {
		if name, ok := strings.CutPrefix(key, tagPrefix); ok {
			labels = append(labels, name)
		}
	}
	slices.Sort(labels)
	return map[string]string{
		note.FieldName: i.Spec.Name, note.FieldDescription: i.Spec.Description, note.FieldAssignee: i.Spec.Assignee,
		note.FieldTags: strings.Join(texts, "\n"), note.FieldLabels: strings.Join(labels, "\n"),
		note.FieldVerdict:       string(cmp.Or(i.Spec.Classification.Verdict, v1alpha1.VerdictNotSet)),
		note.FieldDetermination: string(i.Spec.Classification.Determination),
		note.FieldSeverity:      string(i.Spec.Severity), note.FieldMergeInto: i.Spec.MergeInto.Name,
		note.FieldState:      string(cmp.Or(i.Spec.Resolution.State, v1alpha1.ResolutionActive)),
		note.FieldResolution: i.Spec.Resolution.Note,
	}
}

func (h *history) end() activity.Log {
	l := activity.Log{Ref: v1alpha1.ActivityIncident{Name: "inc", UID: uid}, ActorsKnown: true}
	if len(h.log) > 0 {
		l.End = activity.EndOf(&h.log[len(h.log)-1])
	}
	return l
}

func (h *history) add(entry v1alpha1.ActivitySpec) {
	h.t.Helper()
	sealed, err := h.end().Append(entry)
	if err != nil {
		h.t.Fatal(err)
	}
	h.log = append(h.log, sealed)
}

// tell adds an entry about alerts.
func (h *history) tell(kind v1alpha1.ActivityType, actor v1alpha1.ActorKind, other string, count int64, names ...string) {
	h.t.Helper()
	if kind == v1alpha1.ActivityAlertsLinked {
		h.link(names...)
	}
	if kind == v1alpha1.ActivityAlertsUnlinked {
		h.unlink(names...)
	}
	entry := v1alpha1.ActivitySpec{
		Type: kind, Actor: "alice", ActorKind: actor, OtherIncident: other, Summary: "alerts",
		Alerts: v1alpha1.ActivityAlerts{Count: count, Names: names}, After: h.end().End.After,
	}
	entry.After.Alerts.Total = int64(len(h.alerts))
	h.add(entry)
}

// link links alerts, as the log knows. Those that are new were created so.
func (h *history) link(names ...string) {
	for _, name := range names {
		alert := v1alpha1.Alert{}
		alert.Name = name
		stamp := "alice@2"
		if strings.HasPrefix(name, "new-") {
			stamp = "alice@1"
		}
		alert.UID, alert.Spec.IncidentRef.Name = types.UID("uid-of-"+name), "inc"
		alert.Annotations = map[string]string{v1alpha1.EditorAnnotationPrefix + "incidentRef": stamp}
		h.alerts = append(h.alerts, alert)
	}
}

func (h *history) unlink(names ...string) {
	h.alerts = slices.DeleteFunc(h.alerts, func(alert v1alpha1.Alert) bool { return slices.Contains(names, alert.Name) })
}

func (h *history) decide() (*undo.Reversal, error) {
	return undo.Decide(undo.Facts{Incident: h.incident, Log: h.log, Alerts: h.alerts})
}
