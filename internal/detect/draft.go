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

package detect

import (
	"slices"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Draft is an event in the making. Its methods fit what a detector wrote into the API and note what does not fit.
type Draft struct {
	// Spec is what was set so far; formats write it through the methods wherever there is one.
	Spec v1alpha1.AlertSpec
	// Resolved, ResolvedTime and ExpiresTime are as in Event.
	Resolved     bool
	ResolvedTime time.Time
	ExpiresTime  time.Time

	reading     Reading
	notes       []Note
	field       func(string) string
	identity    []string
	title       string
	titleFields []string
	description []string
	fingerprint string
}

// Received is when the delivery came in.
func (d *Draft) Received() time.Time { return d.reading.Received }

// IdentifyBy names the fields that make the identity unless the reader chose others, and how a field's value is found.
func (d *Draft) IdentifyBy(value func(field string) string, fields ...string) {
	d.field, d.identity = value, fields
}

// Fingerprint is the detector's own identity of what it saw. It is kept only while it is the event's identity too: under
// an identity that the reader chose, several fingerprints may be one alert.
func (d *Draft) Fingerprint(s string) { d.fingerprint = s }

// Title is the detector's title. fields are those of which one alone fixes the title, whatever else the event holds.
func (d *Draft) Title(title string, fields ...string) {
	d.title, d.titleFields = title, fields
}

// Describe adds paragraphs to the description.
func (d *Draft) Describe(paragraphs ...string) {
	d.description = append(d.description, paragraphs...)
}

// Severity translates a detector's word; own, with keys in lower case, is the format's own table, may be nil, and may
// say by an empty severity that a word means unknown.
func (d *Draft) Severity(word string, own map[string]v1alpha1.Severity) {
	severity, ok := severityOf(strings.TrimSpace(word), d.reading.Severities, own)
	if ok {
		d.Spec.Severity = severity
	} else if strings.TrimSpace(word) != "" {
		d.note(NoteUnknownSeverity, "severity", word)
	}
}

// Source names the product and its sensor.
func (d *Draft) Source(service, detector string) {
	d.Spec.Source = v1alpha1.AlertOrigin{
		Service:  d.line("source.service", service, maxSource),
		Detector: d.line("source.detector", detector, maxSource),
	}
}

// URL is where the detector shows the alert.
func (d *Draft) URL(url string) {
	if url = strings.TrimSpace(url); url == "" {
		return
	}
	if escaped := Escape(url, false); len(url) > maxURL*4 || Cut(escaped, maxURL) != url || !urlForm.MatchString(url) {
		d.LeftOut("url", url)
		return
	}
	d.Spec.URL = url
}

// Time reads one of the alert's times, and is nil for one that there is not or that cannot be.
func (d *Draft) Time(field, text string) *metav1.Time {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	t, ok := ParseTime(text)
	return d.bounded(field, text, t, ok)
}

// Epoch reads one of the alert's times from a count of units since 1970.
func (d *Draft) Epoch(field, text string, unit time.Duration) *metav1.Time {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	t, ok := ParseEpoch(text, unit)
	return d.bounded(field, text, t, ok)
}

func (d *Draft) bounded(field, text string, t time.Time, ok bool) *metav1.Time {
	if !ok || t.Unix() < 0 || t.After(d.reading.Received.Add(Skew)) {
		d.note(NoteTime, field, text)
		return nil
	}
	return &metav1.Time{Time: t}
}

// Occurred is how often the detector saw it.
func (d *Draft) Occurred(count string) {
	if count == "" {
		return
	}
	n, err := strconv.ParseInt(count, 10, 64)
	if err != nil || n < 1 {
		d.LeftOut("occurrences", count)
		return
	}
	// Unset means once.
	if n > 1 {
		d.Spec.Occurrences = n
	}
}

// Resolve tells that the detector takes the alert for over, since a time that may be empty.
func (d *Draft) Resolve(since string) {
	d.Resolved = true
	if t := d.Time("resolvedTime", since); t != nil {
		d.ResolvedTime = t.Time
	}
}

// LeftOut notes what the alert has no place for.
func (d *Draft) LeftOut(field, text string) { d.note(NoteLeftOut, field, text) }

// Missing notes what the event lacks.
func (d *Draft) Missing(field string) { d.note(NoteMissing, field, "") }

func (d *Draft) note(kind NoteKind, field, text string) {
	d.notes = addNote(d.notes, Note{Kind: kind, Field: field, Text: text, Count: 1})
}

// line fits a text into a field of one line.
func (d *Draft) line(field, text string, limit int) string {
	head, over := clip(trim(text), limit+1)
	escaped := asLine(head, 8*limit)
	if escaped != trim(head) {
		d.note(NoteEscaped, field, head)
	}
	short := asLine(head, limit)
	if short != escaped || over {
		d.note(NoteCut, field, escaped)
	}
	return short
}

// event completes the draft.
func (d *Draft) event(index int) (Event, error) {
	chosen := d.reading.Identity
	if len(chosen) == 0 {
		chosen = d.identity
	}
	identity, used, err := Identity(chosen, d.field)
	if err != nil {
		return Event{}, &Error{Reason: ReasonNoIdentity, Message: err.Error()}
	}
	if slices.Equal(chosen, d.identity) && d.fingerprint != "" {
		d.setFingerprint()
	}
	stem := ""
	if fixesTitle(used, d.titleFields) {
		stem = d.title
	}
	d.setTexts()
	return Event{
		Index: index, Spec: d.Spec, Identity: identity, Resolved: d.Resolved, ResolvedTime: d.ResolvedTime,
		ExpiresTime: d.ExpiresTime, Notes: d.notes, stem: stem,
	}, nil
}

// setFingerprint keeps two fingerprints apart even if they are too long: a cut one could be another's.
func (d *Draft) setFingerprint() {
	d.Spec.Fingerprint = Escape(d.fingerprint, false)
	if len(d.Spec.Fingerprint) > maxFingerprint {
		d.note(NoteCut, "fingerprint", d.Spec.Fingerprint)
		d.Spec.Fingerprint = digest(d.fingerprint)
	}
}

// setTexts fits title and description into the API. A title that is too long is cut, and then stands in full at the
// start of the description.
func (d *Draft) setTexts() {
	paragraphs := make([]string, 0, len(d.description)+1)
	d.Spec.Name = d.line("name", d.title, maxTitle)
	if isBlank(d.title) {
		d.note(NoteMissing, "name", "")
		d.Spec.Name = strings.TrimSpace("Untitled alert " + d.Spec.Source.Service)
	} else if full := Escape(trim(d.title), false); full != d.Spec.Name {
		paragraphs = append(paragraphs, full)
	}
	for _, paragraph := range d.description {
		if paragraph = strings.TrimSpace(strings.ReplaceAll(paragraph, "\r\n", "\n")); paragraph != "" {
			paragraphs = append(paragraphs, paragraph)
		}
	}
	text := strings.Join(paragraphs, "\n\n")
	escaped := Escape(text, true)
	if escaped != text {
		d.note(NoteEscaped, "description", "")
	}
	d.Spec.Description = Cut(escaped, maxDescription)
	if d.Spec.Description != escaped {
		d.note(NoteCut, "description", "")
	}
}
