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

// Package facts reads what decisions need to know of one version of an alert: once, so that a look at an incident costs what
// changed and not what is linked.
package facts

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"
	"unique"

	"k8s.io/apimachinery/pkg/types"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
	"github.com/incident-operator/incident-operator/internal/decide/naming"
	"github.com/incident-operator/incident-operator/internal/decide/note"
)

// Alert is one version of an alert.
type Alert struct {
	Name            string
	UID             types.UID
	ResourceVersion string
	// Deleting says that it is being deleted: it is left as it is.
	Deleting bool

	// Incident is the incident that it names; empty for none.
	Incident string
	// Ours is what it says and remembers of its incident; MemoryDamage says why the memory cannot be read.
	Ours         inherit.Alert
	MemoryDamage error
	// Left are the UIDs of merged incidents that it has left.
	Left []string
	// Notes are people's requests that logs may still have to take. NotesDamage says why they cannot be read.
	Notes       note.List
	NotesDamage error
	// Trail says that it bears the annotation of a version before the notes, to be removed.
	Trail bool
	// Linker is who linked it without leaving a note, as admission stamped it: a machine. Empty for people, and for nobody
	// that is known.
	Linker string

	Title, Category, Service string
	Severity                 v1alpha1.Severity
	// Endpoints and Users tell those in the evidence apart; they are not for people.
	Endpoints, Users []string
	// First and Last are when activity began and was last seen, in whole seconds.
	First, Last time.Time
}

// Read reads an alert that was seen at a time, which bounds the times that a detector may state.
func Read(alert *v1alpha1.Alert, seen time.Time) *Alert {
	a := &Alert{
		Name: alert.Name, UID: alert.UID, ResourceVersion: alert.ResourceVersion,
		Deleting: !alert.DeletionTimestamp.IsZero(),
		Incident: shared(alert.Spec.IncidentRef.Name),
		Title:    shared(alert.Spec.Name),
		Category: shared(cmp.Or(alert.Spec.Category, naming.UnknownCategory)),
		Service:  shared(alert.Spec.Source.Service),
		Severity: alert.Spec.Severity,
	}
	a.Ours, a.MemoryDamage = inherit.FromAlert(alert)
	a.Notes, a.NotesDamage = note.Parse(alert.Annotations[v1alpha1.NotesAnnotation])
	a.Left, a.Trail = left(alert)
	if a.Incident != "" && a.Notes.Last == 0 {
		a.Linker = shared(Editor(alert.Annotations[v1alpha1.EditorAnnotationPrefix+"incidentRef"]))
	}
	for i := range alert.Spec.Evidence {
		a.addEvidence(&alert.Spec.Evidence[i])
	}
	a.First, a.Last = alert.EffectiveActivity(later(seen, alert.CreationTimestamp.Time).Add(clockSkew))
	return a
}

// shared makes equal strings of many alerts one in memory.
func shared(text string) string {
	if text == "" {
		return ""
	}
	return unique.Make(text).Value()
}

// Editor is who a stamp names; empty if it is none.
func Editor(stamp string) string {
	at := strings.LastIndexByte(stamp, '@')
	if at < 0 {
		return ""
	}
	return stamp[:at]
}

// addEvidence counts things without regard to case, since detectors disagree about it, and endpoints and users each
// across their kinds: a node that another product calls a device is one machine.
func (a *Alert) addEvidence(evidence *v1alpha1.Evidence) {
	key := shared(strings.ToLower(evidence.Namespace + "/" + evidence.Name))
	switch {
	case evidence.Kind.IsEndpoint():
		a.Endpoints = appendNew(a.Endpoints, key)
	case evidence.Kind.IsUser():
		a.Users = appendNew(a.Users, key)
	}
}

func appendNew(keys []string, key string) []string {
	for _, known := range keys {
		if known == key {
			return keys
		}
	}
	return append(keys, key)
}

// clockSkew is how far ahead of ours a detector's clock may be before its times are not believed.
const clockSkew = 5 * time.Minute

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// left reads which merged incidents the alert has left, also if a version before the notes kept that in the trail.
func left(alert *v1alpha1.Alert) (uids []string, trail bool) {
	if listed := alert.Annotations[v1alpha1.LeftAnnotation]; listed != "" {
		uids = strings.Split(listed, "\n")
	}
	old, trail := alert.Annotations[v1alpha1.TrailAnnotation]
	if !trail {
		return uids, false
	}
	var known struct {
		Left []string `json:"left"`
	}
	if json.Unmarshal([]byte(old), &known) == nil { // One that cannot be read tells nothing.
		for _, uid := range known.Left {
			uids = appendNew(uids, uid)
		}
	}
	return uids, true
}
