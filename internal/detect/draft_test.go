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
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

var received = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// draw makes an event of what write puts into the draft.
func draw(t *testing.T, write func(*Draft)) Event {
	t.Helper()
	d := &Draft{reading: Reading{Received: received}}
	d.IdentifyBy(func(string) string { return "x" }, "id")
	d.Title("T")
	write(d)
	event, err := d.event(0)
	if err != nil {
		t.Fatal(err)
	}
	return event
}

func TestTexts(t *testing.T) {
	long := strings.Repeat("勒", 257)
	for name, tc := range map[string]struct {
		title, description, wantTitle, wantDescription string
		notes                                          []Note
	}{
		"short": {title: " T\n", description: " D\n", wantTitle: "T", wantDescription: "D"},
		"exact": {title: long[3:], description: "D", wantTitle: long[3:], wantDescription: "D"},
		"long": {
			title: long, description: "D", wantTitle: long[6:] + "…", wantDescription: long + "\n\nD",
			notes: []Note{{Kind: NoteCut, Field: "name", Text: long[:79*3] + "…", Count: 1}},
		},
		"long description": {
			title: "T", description: strings.Repeat("d", 16_385), wantTitle: "T", wantDescription: strings.Repeat("d", 16_383) + "…",
			notes: []Note{{Kind: NoteCut, Field: "description", Count: 1}},
		},
		"controls": {
			title: "T\x1b", description: "a\r\n\tb\x00", wantTitle: `T\x1b`, wantDescription: "a\n\tb\\x00",
			notes: []Note{{Kind: NoteEscaped, Field: "name", Text: `T\x1b`, Count: 1}, {Kind: NoteEscaped, Field: "description", Count: 1}},
		},
		"blank": {
			title: " \u200b\u200d", wantTitle: "Untitled alert",
			notes: []Note{
				{Kind: NoteEscaped, Field: "name", Text: "\u200d", Count: 1}, {Kind: NoteMissing, Field: "name", Count: 1},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			event := draw(t, func(d *Draft) { d.Title(tc.title); d.Describe(tc.description) })
			if diff := cmp.Diff([]string{tc.wantTitle, tc.wantDescription}, []string{event.Spec.Name, event.Spec.Description}); diff != "" {
				t.Errorf("title and description (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.notes, event.Notes); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTimes(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		want *metav1.Time
		told bool
	}{
		"past":                {text: "2024-06-20T12:00:00Z", want: &metav1.Time{Time: time.Date(2024, 6, 20, 12, 0, 0, 0, time.UTC)}},
		"a clock a bit ahead": {text: "2026-11-26T12:05:00Z", want: &metav1.Time{Time: received.Add(Skew)}},
		"future":              {text: "2026-11-26T12:05:01Z", told: true},
		"the year 9999":       {text: "9999-12-31T23:59:59Z", told: true},
		"the year 1":          {text: "0001-01-01T00:00:00Z", told: true},
		"before 1970":         {text: "1969-12-31T23:59:59Z", told: true},
		"no time":             {text: "noon", told: true},
		"nothing":             {text: " "},
	} {
		t.Run(name, func(t *testing.T) {
			event := draw(t, func(d *Draft) { d.Spec.FirstActivityTime = d.Time("firstActivityTime", tc.text) })
			if diff := cmp.Diff(tc.want, event.Spec.FirstActivityTime); diff != "" {
				t.Errorf("time (-want +got):\n%s", diff)
			}
			var notes []Note
			if tc.told {
				notes = []Note{{Kind: NoteTime, Field: "firstActivityTime", Text: tc.text, Count: 1}}
			}
			if diff := cmp.Diff(notes, event.Notes); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEvidence(t *testing.T) {
	item := func(name string, role v1alpha1.EvidenceRole) v1alpha1.Evidence {
		return v1alpha1.Evidence{Kind: v1alpha1.EvidenceIP, Name: name, Role: role}
	}
	event := draw(t, func(d *Draft) {
		d.Evidence(item("a", ""))
		d.Evidence(item(" ", ""))
		d.Evidence(item("b\u202e", v1alpha1.EvidenceSource))
		d.Evidence(item("a", v1alpha1.EvidenceAffected))
		d.Evidence(item("a", v1alpha1.EvidenceAttacker))
		d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidencePod, Name: "a", Namespace: strings.Repeat("n", 64)})
	})
	want := []v1alpha1.Evidence{
		item("a", v1alpha1.EvidenceAffected), item(`b\u202e`, v1alpha1.EvidenceSource),
		{Kind: v1alpha1.EvidencePod, Name: "a", Namespace: strings.Repeat("n", 62) + "…"},
	}
	if diff := cmp.Diff(want, event.Spec.Evidence); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
}

func TestEvidenceKeepsItsBound(t *testing.T) {
	event := draw(t, func(d *Draft) {
		for i := range 130 {
			d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceIP, Name: fmt.Sprintf("10.0.0.%d", i)})
		}
		d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceIP, Name: "10.0.0.7"})
	})
	if len(event.Spec.Evidence) != 128 {
		t.Errorf("got %d items of evidence, want 128", len(event.Spec.Evidence))
	}
	if diff := cmp.Diff([]Note{{Kind: NoteLeftOut, Field: "evidence beyond 128 items", Count: 2}}, event.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func TestURL(t *testing.T) {
	for url, want := range map[string]string{
		"https://a.example/x?y=1":               "https://a.example/x?y=1",
		"javascript:alert(1)":                   "",
		"https://a.example/a b":                 "",
		"https://a.example/\u202e":              "",
		"":                                      "",
		"https://" + strings.Repeat("a", 2_048): "",
	} {
		event := draw(t, func(d *Draft) { d.URL(url) })
		if diff := cmp.Diff(want, event.Spec.URL); diff != "" {
			t.Errorf("URL(%q) (-want +got):\n%s", url, diff)
		}
		if told := len(event.Notes) == 1; told != (want == "" && url != "") {
			t.Errorf("URL(%q) noted %v", url, event.Notes)
		}
	}
}

func TestCategory(t *testing.T) {
	for name, tc := range map[string]struct {
		words   []string
		want    string
		leftOut int
	}{
		"one word":                  {words: []string{"InitialAccess"}, want: "InitialAccess"},
		"several words":             {words: []string{"command-and-control"}, want: "CommandAndControl"},
		"the first":                 {words: []string{"", "Credential access", "Execution", "credential access"}, want: "CredentialAccess", leftOut: 1},
		"unknown is none":           {words: []string{"Unknown", "Impact"}, want: "Impact"},
		"what the API does not fit": {words: []string{"勒索", "Impact"}, want: "Impact", leftOut: 1},
		"too long":                  {words: []string{strings.Repeat("a", 65)}, leftOut: 1},
		"none":                      {},
	} {
		t.Run(name, func(t *testing.T) {
			event := draw(t, func(d *Draft) { d.Category(tc.words...) })
			if diff := cmp.Diff(tc.want, event.Spec.Category); diff != "" {
				t.Errorf("category (-want +got):\n%s", diff)
			}
			if got := leftOut(event.Notes); got != tc.leftOut {
				t.Errorf("%d words are told as left out, want %d: %v", got, tc.leftOut, event.Notes)
			}
		})
	}
}

func TestTags(t *testing.T) {
	event := draw(t, func(d *Draft) {
		d.Tags([]string{"mitre_privilege_escalation", "T1059", "t1059.001", "T1059", "container", " ", "T105"})
	})
	if diff := cmp.Diff([]v1alpha1.Technique{"T1059", "T1059.001"}, event.Spec.Techniques); diff != "" {
		t.Errorf("techniques (-want +got):\n%s", diff)
	}
	if event.Spec.Category != "PrivilegeEscalation" {
		t.Errorf("category is %q, want PrivilegeEscalation", event.Spec.Category)
	}
	if diff := cmp.Diff([]Note{{Kind: NoteLeftOut, Field: "tags", Text: "container", Count: 2}}, event.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func TestTechniquesKeepTheirBound(t *testing.T) {
	event := draw(t, func(d *Draft) {
		for i := range 70 {
			d.Techniques(fmt.Sprintf("T%04d", i))
		}
	})
	if len(event.Spec.Techniques) != 64 || leftOut(event.Notes) != 6 {
		t.Errorf("got %d techniques and %v, want 64 and 6 left out", len(event.Spec.Techniques), event.Notes)
	}
}

func TestOccurred(t *testing.T) {
	for text, want := range map[string]int64{"": 0, "1": 0, "7": 7, "0": 0, "-3": 0, "many": 0, "99999999999999999999": 0} {
		event := draw(t, func(d *Draft) { d.Occurred(text) })
		if event.Spec.Occurrences != want {
			t.Errorf("Occurred(%q) gives %d, want %d", text, event.Spec.Occurrences, want)
		}
	}
}

// The detector's fingerprint stays only while it is the identity, and two long ones stay apart.
func TestFingerprint(t *testing.T) {
	if got := draw(t, func(d *Draft) { d.Fingerprint("f") }).Spec.Fingerprint; got != "f" {
		t.Errorf("fingerprint is %q, want f", got)
	}
	if got := draw(t, func(d *Draft) { d.reading.Identity = []string{"namespace"}; d.Fingerprint("f") }).Spec.Fingerprint; got != "" {
		t.Errorf("under an identity of the reader's choice the fingerprint is %q, want none", got)
	}
	long := strings.Repeat("f", 600)
	a := draw(t, func(d *Draft) { d.Fingerprint(long + "a") }).Spec.Fingerprint
	b := draw(t, func(d *Draft) { d.Fingerprint(long + "b") }).Spec.Fingerprint
	if len(a) > maxFingerprint || a == b {
		t.Errorf("two long fingerprints are %q and %q, want two short ones", a, b)
	}
}

func TestUnknownSeverityIsTold(t *testing.T) {
	event := draw(t, func(d *Draft) { d.Severity("apocalyptic", nil) })
	if diff := cmp.Diff([]Note{{Kind: NoteUnknownSeverity, Field: "severity", Text: "apocalyptic", Count: 1}}, event.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if event.Spec.Severity != "" {
		t.Errorf("severity is %q, want unset", event.Spec.Severity)
	}
}

func TestNotesKeepTheirBound(t *testing.T) {
	event := draw(t, func(d *Draft) {
		for i := range 10_000 {
			d.LeftOut(fmt.Sprintf("field %d", i), "")
		}
		d.LeftOut("field 1", "")
	})
	if len(event.Notes) != maxNotes || leftOut(event.Notes) != 10_001 {
		t.Errorf("%d notes count %d, want %d and 10001", len(event.Notes), leftOut(event.Notes), maxNotes)
	}
}

func leftOut(notes []Note) int {
	n := 0
	for _, note := range notes {
		if note.Kind == NoteLeftOut {
			n += note.Count
		}
	}
	return n
}
