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

// Package detecttest checks what every format owes, whatever it is given. Only tests import it.
package detecttest

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/text"
	"github.com/incident-operator/incident-operator/internal/detect"
)

// Received is the time of reception in tests.
var Received = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// Reading is a plain one.
func Reading() detect.Reading { return detect.Reading{Received: Received} }

// Fuzz feeds a format with what the fuzzer makes of seeds.
func Fuzz(f *testing.F, format detect.Format, seeds ...string) {
	f.Helper()
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		Check(t, format, body, Reading())
		Check(t, format, body, detect.Reading{Received: Received, Identity: []string{"a|severity", "name"}})
	})
}

// Check decodes and fails the test if anything is lost, or would be refused by the API, or differs the second time.
func Check(t *testing.T, format detect.Format, body []byte, reading detect.Reading) detect.Batch {
	t.Helper()
	before := slices.Clone(body)
	batch := format.Decode(body, reading)
	if !slices.Equal(before, body) {
		t.Error("the body was changed")
	}
	if again := format.Decode(body, reading); !reflect.DeepEqual(batch, again) {
		t.Errorf("decoding again gave something else: %+v, then %+v", batch, again)
	}
	checkIndexes(t, batch)
	for _, event := range batch.Events {
		checkEvent(t, event)
		checkSpec(t, event.Spec)
		checkTimes(t, event, reading)
	}
	for _, refusal := range batch.Refusals {
		if refusal.Reason == "" {
			t.Errorf("refusal %d has no reason", refusal.Index)
		}
		checkLine(t, "refusal.message", refusal.Message, 1, 512)
	}
	return batch
}

// checkIndexes: every index from 0 to the number of items belongs to one event or refusal.
func checkIndexes(t *testing.T, batch detect.Batch) {
	t.Helper()
	seen := make([]int, batch.Items())
	mark := func(index, count int) {
		for i := index; i < index+count; i++ {
			if i < 0 || i >= len(seen) {
				t.Errorf("index %d is not among %d items", i, len(seen))
				return
			}
			seen[i]++
		}
	}
	for _, event := range batch.Events {
		mark(event.Index, 1)
	}
	for _, refusal := range batch.Refusals {
		if refusal.Count < 1 {
			t.Errorf("refusal %d counts %d items", refusal.Index, refusal.Count)
		}
		mark(refusal.Index, refusal.Count)
	}
	for i, n := range seen {
		if n != 1 {
			t.Errorf("item %d has %d results, want 1", i, n)
		}
	}
}

var (
	hostile    = regexp.MustCompile(`[\p{Cc}\x{061C}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2066}-\x{2069}]`)
	visible    = regexp.MustCompile(`[^\s\p{Z}\p{Cf}]`)
	category   = regexp.MustCompile(`^([A-Z][A-Za-z0-9]*)?$`)
	technique  = regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)
	url        = regexp.MustCompile(`^https?://[^\s\p{Cc}]+$`)
	dnsLabel   = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	severities = []v1alpha1.Severity{
		"", v1alpha1.SeverityInformational, v1alpha1.SeverityLow, v1alpha1.SeverityMedium, v1alpha1.SeverityHigh, v1alpha1.SeverityCritical,
	}
)

func checkEvent(t *testing.T, event detect.Event) {
	t.Helper()
	if event.Identity == "" || len(event.Identity) > detect.MaxIdentity {
		t.Errorf("identity has %d bytes: %q", len(event.Identity), event.Identity)
	}
	for _, source := range []string{"falco", "勒索"} {
		if name := event.ObjectName(source); len(name) > 63 || !dnsLabel.MatchString(name) {
			t.Errorf("object name %q is no DNS label", name)
		}
	}
	if len(event.Notes) > 32 {
		t.Errorf("event bears %d notes", len(event.Notes))
	}
	for _, note := range event.Notes {
		checkLine(t, "note.field", note.Field, 1, 80)
		checkLine(t, "note.text", note.Text, 0, 80)
		if note.Kind == "" || note.Count < 1 {
			t.Errorf("note %+v counts nothing", note)
		}
	}
}

// checkSpec holds the bounds of the API.
func checkSpec(t *testing.T, spec v1alpha1.AlertSpec) {
	t.Helper()
	checkLine(t, "name", spec.Name, 1, 256)
	if !visible.MatchString(spec.Name) || strings.TrimSpace(spec.Name) != spec.Name {
		t.Errorf("name %q is blank or has white space at an end", spec.Name)
	}
	if !reflect.DeepEqual(spec.Triage, v1alpha1.Triage{}) || spec.IncidentRef.Name != "" {
		t.Errorf("a detector decided for people: %+v, %+v", spec.Triage, spec.IncidentRef)
	}
	checkText(t, "description", strings.NewReplacer("\n", "", "\t", "").Replace(spec.Description), 0, 16_384)
	if !slices.Contains(severities, spec.Severity) {
		t.Errorf("severity %q is unknown", spec.Severity)
	}
	if !category.MatchString(spec.Category) || len(spec.Category) > 64 {
		t.Errorf("category %q does not fit", spec.Category)
	}
	checkTechniques(t, spec.Techniques)
	checkLine(t, "source.service", spec.Source.Service, 0, 128)
	checkLine(t, "source.detector", spec.Source.Detector, 0, 128)
	for field, line := range map[string]string{"name": spec.Name, "source.service": spec.Source.Service, "source.detector": spec.Source.Detector} {
		if !text.IsLine(line) {
			t.Errorf("%s is not what the API takes: %q", field, line)
		}
	}
	checkLine(t, "fingerprint", spec.Fingerprint, 0, 512)
	if spec.URL != "" && (!url.MatchString(spec.URL) || utf8.RuneCountInString(spec.URL) > 2_048) {
		t.Errorf("url %q does not fit", spec.URL)
	}
	if spec.Occurrences < 0 {
		t.Errorf("occurrences is %d", spec.Occurrences)
	}
	checkEvidence(t, spec.Evidence)
	if _, err := json.Marshal(spec); err != nil {
		t.Errorf("spec cannot be written: %v", err)
	}
}

func checkEvidence(t *testing.T, evidence []v1alpha1.Evidence) {
	t.Helper()
	if len(evidence) > 128 {
		t.Errorf("there are %d items of evidence", len(evidence))
	}
	for _, e := range evidence {
		checkLine(t, "evidence.name", e.Name, 1, 512)
		checkLine(t, "evidence.namespace", e.Namespace, 0, 63)
		if e.Kind == "" {
			t.Errorf("evidence %q has no kind", e.Name)
		}
	}
}

func checkTechniques(t *testing.T, techniques []v1alpha1.Technique) {
	t.Helper()
	if len(techniques) > 64 || len(slices.Compact(slices.Sorted(slices.Values(techniques)))) != len(techniques) {
		t.Errorf("techniques are too many or repeat: %v", techniques)
	}
	for _, word := range techniques {
		if !technique.MatchString(string(word)) {
			t.Errorf("technique %q does not fit", word)
		}
	}
}

func checkTimes(t *testing.T, event detect.Event, reading detect.Reading) {
	t.Helper()
	times := []time.Time{event.ResolvedTime}
	if first := event.Spec.FirstActivityTime; first != nil {
		times = append(times, first.Time)
	}
	if last := event.Spec.LastActivityTime; last != nil {
		times = append(times, last.Time)
	}
	for _, at := range times {
		if !at.IsZero() && (at.Unix() < 0 || at.After(reading.Received.Add(detect.Skew))) {
			t.Errorf("time %v is not between 1970 and the reception", at)
		}
	}
	if !event.ExpiresTime.IsZero() && !event.ExpiresTime.After(reading.Received) {
		t.Errorf("expiry %v is not after the reception", event.ExpiresTime)
	}
	if !event.Resolved && !event.ResolvedTime.IsZero() {
		t.Errorf("resolved at %v, but not resolved", event.ResolvedTime)
	}
}

func checkLine(t *testing.T, field, s string, least, most int) {
	t.Helper()
	checkText(t, field, s, least, most)
	if strings.ContainsAny(s, "\n\t") {
		t.Errorf("%s has several lines: %q", field, s)
	}
}

func checkText(t *testing.T, field, s string, least, most int) {
	t.Helper()
	if n := utf8.RuneCountInString(s); n < least || n > most {
		t.Errorf("%s has %d characters, want %d to %d: %.80q", field, n, least, most, s)
	}
	if !utf8.ValidString(s) || hostile.MatchString(s) {
		t.Errorf("%s holds characters that nobody should see raw: %q", field, s)
	}
}

// Only is the one event of a delivery, of which nothing may be refused.
func Only(t *testing.T, batch detect.Batch) detect.Event {
	t.Helper()
	if len(batch.Events) != 1 || len(batch.Refusals) != 0 {
		t.Fatalf("got %d events and refusals %v, want one event", len(batch.Events), batch.Refusals)
	}
	return batch.Events[0]
}
