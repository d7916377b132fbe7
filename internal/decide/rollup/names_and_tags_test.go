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

package rollup_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

func TestName(t *testing.T) {
	before, at, after := noon.Add(-time.Second), noon, noon.Add(time.Second)
	const automatic = "Suspicious sign-in"
	tests := map[string]struct {
		given string
		since time.Time
		// shown and source are what the status says already.
		shown  string
		source v1alpha1.NameSource
		want   string
		wantBy v1alpha1.NameSource
	}{
		"nothing set":                    {want: automatic, wantBy: v1alpha1.NameSourceAutomatic},
		"a person's name":                {given: "Eve", want: "Eve", wantBy: v1alpha1.NameSourceUser},
		"a person's name comes first":    {given: "Eve", since: after, shown: "Old", source: v1alpha1.NameSourceRetained, want: "Eve", wantBy: v1alpha1.NameSourceUser},
		"a person's name was cleared":    {shown: "Eve", source: v1alpha1.NameSourceUser, want: automatic, wantBy: v1alpha1.NameSourceAutomatic},
		"an automatic name follows":      {shown: "Empty incident", source: v1alpha1.NameSourceAutomatic, want: automatic, wantBy: v1alpha1.NameSourceAutomatic},
		"younger than automatic naming":  {since: before, want: automatic, wantBy: v1alpha1.NameSourceAutomatic},
		"as old as automatic naming":     {since: at, want: automatic, wantBy: v1alpha1.NameSourceAutomatic},
		"older, and never named":         {since: after, want: "inc-1", wantBy: v1alpha1.NameSourceRetained},
		"older, and named automatically": {since: after, shown: "Old", source: v1alpha1.NameSourceAutomatic, want: "Old", wantBy: v1alpha1.NameSourceRetained},
		"older, named by nobody knows":   {since: after, shown: "Old", want: "Old", wantBy: v1alpha1.NameSourceRetained},
		"older, retained already":        {since: after, shown: "Old", source: v1alpha1.NameSourceRetained, want: "Old", wantBy: v1alpha1.NameSourceRetained},
		"older, a person's name cleared": {since: after, shown: "Eve", source: v1alpha1.NameSourceUser, want: "inc-1", wantBy: v1alpha1.NameSourceRetained},
		"retained no longer":             {since: before, shown: "Old", source: v1alpha1.NameSourceRetained, want: automatic, wantBy: v1alpha1.NameSourceAutomatic},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			i := incident(func(i *v1alpha1.Incident) {
				i.Spec.Name = test.given
				i.Status.Name, i.Status.NameSource = test.shown, test.source
			})
			options := rollup.Options{AutomaticNamesSince: test.since}
			status := look(rollup.Subject{Incident: i}, []v1alpha1.Alert{alert()}, noon, options).Status
			expect(t, "name", test.want, status.Name)
			expect(t, "nameSource", test.wantBy, status.NameSource)
			expect(t, "automaticName", automatic, status.AutomaticName)
		})
	}
}

func TestAutomaticName(t *testing.T) {
	tests := map[string]struct {
		alerts []v1alpha1.Alert
		want   string
	}{
		"one title": {
			[]v1alpha1.Alert{alert(titled("A"), category("Execution")), alert(titled("A"), category("Impact"))},
			"A",
		},
		"several titles": {
			[]v1alpha1.Alert{alert(titled("A"), category("Malware")), alert(titled("B"), category("Malware")), alert(titled("B"), category("Malware"))},
			"Malware incident",
		},
		"several titles, the first and the last the same": {
			[]v1alpha1.Alert{alert(titled("A")), alert(titled("B")), alert(titled("A"))},
			"Suspicious activity incident",
		},
		"endpoints come before users": {
			[]v1alpha1.Alert{alert(titled("A"), about("User u", "Node n"))},
			"A on one endpoint",
		},
		"users": {
			[]v1alpha1.Alert{alert(titled("A"), about("User u")), alert(titled("A"), about("Mailbox m"))},
			"A involving multiple users",
		},
		"several sources": {
			[]v1alpha1.Alert{alert(titled("A"), from("Falco")), alert(titled("A"), from("Trivy"))},
			"A reported by multiple sources",
		},
		"an unknown source is no other source": {
			[]v1alpha1.Alert{alert(titled("A"), from("Falco")), alert(titled("A"), from(""))},
			"A",
		},
		"ransomware": {
			[]v1alpha1.Alert{alert(titled("A"), category("Ransomware"))},
			"A including Ransomware",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			expect(t, "automaticName", test.want, compute(incident(), test.alerts...).AutomaticName)
		})
	}
}

func TestTags(t *testing.T) {
	const prefix = v1alpha1.TagLabelPrefix
	i := incident(func(i *v1alpha1.Incident) {
		i.Spec.Tags = []v1alpha1.Tag{"Ransomware", "a"}
		i.Labels = map[string]string{
			"app": "unrelated", prefix + "by-hand": "yes", prefix + "ransomware": "", prefix + "taken-away": "",
		}
		i.Annotations = map[string]string{v1alpha1.LabelsAnnotation: "ransomware\ntaken-away"}
	})
	status := compute(i)
	expect(t, "tags", []v1alpha1.IncidentTag{
		{Tag: "a", Label: prefix + "a"},
		{Tag: "by-hand", Label: prefix + "by-hand"},
		{Tag: "Ransomware", Label: prefix + "ransomware"},
	}, status.Tags)
	expect(t, "tagCount", int32(3), status.TagCount)
	expect(t, "tagSummary", "a, by-hand, Ransomware", status.TagSummary)
}

func TestSummariesAreCutAtTheirBound(t *testing.T) {
	for name, letter := range map[string]string{"ASCII": "x", "three bytes a character": "勒", "four bytes a character": "😀"} {
		t.Run(name, func(t *testing.T) {
			// Two texts and ", " between them.
			fits := compute(incident(), alert(from("a"+strings.Repeat(letter, 126))), alert(from("b"+strings.Repeat(letter, 126))))
			if n := utf8.RuneCountInString(fits.SourceSummary); n != 256 || strings.Contains(fits.SourceSummary, "…") {
				t.Errorf("a summary that fits has %d characters: %s", n, fits.SourceSummary)
			}
			long := compute(incident(), alert(from("a"+strings.Repeat(letter, 126))), alert(from("b"+strings.Repeat(letter, 127))))
			if n := utf8.RuneCountInString(long.SourceSummary); n != 256 || !strings.HasSuffix(long.SourceSummary, letter+"…") || !utf8.ValidString(long.SourceSummary) {
				t.Errorf("a summary that is cut has %d characters: %s", n, long.SourceSummary)
			}
		})
	}
	i := incident(func(i *v1alpha1.Incident) {
		for _, c := range "abc" {
			i.Spec.Tags = append(i.Spec.Tags, v1alpha1.Tag(strings.Repeat(string(c), 128)))
		}
	})
	status := compute(i)
	if n := utf8.RuneCountInString(status.TagSummary); n != 256 || !strings.HasSuffix(status.TagSummary, "…") {
		t.Errorf("the summary of tags has %d characters: %s", n, status.TagSummary)
	}
}
