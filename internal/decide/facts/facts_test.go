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

package facts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/facts"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func at(minutes int) *metav1.Time {
	return ptr.To(metav1.NewTime(noon.Add(time.Duration(minutes) * time.Minute)))
}

// alert is one of noon.
func alert(changes ...func(*v1alpha1.Alert)) *v1alpha1.Alert {
	a := &v1alpha1.Alert{}
	a.CreationTimestamp, a.Annotations = *at(0), map[string]string{}
	for _, change := range changes {
		change(a)
	}
	return a
}

func annotated(key, value string) func(*v1alpha1.Alert) {
	return func(a *v1alpha1.Alert) { a.Annotations[key] = value }
}

func linked(a *v1alpha1.Alert) { a.Spec.IncidentRef.Name = "inc" }

func TestTimes(t *testing.T) {
	long := metav1.NewTime(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
	for name, test := range map[string]struct {
		first, last *metav1.Time
		seen        int
		want        [2]*metav1.Time
	}{
		"none":                                 {want: [2]*metav1.Time{at(0), at(0)}},
		"both":                                 {at(-9), at(-3), 0, [2]*metav1.Time{at(-9), at(-3)}},
		"both, after the creation":             {at(2), at(4), 10, [2]*metav1.Time{at(2), at(4)}},
		"only the first":                       {at(-9), nil, 0, [2]*metav1.Time{at(-9), at(-9)}},
		"only the last, before the creation":   {nil, at(-9), 0, [2]*metav1.Time{at(-9), at(-9)}},
		"only the last, after the creation":    {nil, at(9), 10, [2]*metav1.Time{at(0), at(9)}},
		"the last before the first":            {at(-3), at(-9), 0, [2]*metav1.Time{at(-3), at(-3)}},
		"zero times":                           {&metav1.Time{}, &metav1.Time{}, 0, [2]*metav1.Time{at(0), at(0)}},
		"a zero first":                         {&metav1.Time{}, at(-9), 0, [2]*metav1.Time{at(-9), at(-9)}},
		"as far ahead as clocks may be":        {at(-1), at(5), 0, [2]*metav1.Time{at(-1), at(5)}},
		"farther ahead":                        {at(-1), at(6), 0, [2]*metav1.Time{at(-1), at(0)}},
		"both farther ahead":                   {at(6), at(7), 0, [2]*metav1.Time{at(0), at(0)}},
		"believed by when it was seen":         {at(6), at(7), 2, [2]*metav1.Time{at(6), at(7)}},
		"believed by when it was created":      {at(-1), at(5), -60, [2]*metav1.Time{at(-1), at(5)}},
		"of the year 9999":                     {&long, &long, 0, [2]*metav1.Time{at(0), at(0)}},
		"fractions of a second are cut":        {ptr.To(metav1.NewTime(noon.Add(-time.Minute + 900*time.Millisecond))), nil, 0, [2]*metav1.Time{at(-1), at(-1)}},
		"fractions of the last second as well": {at(-2), ptr.To(metav1.NewTime(noon.Add(-time.Minute + 900*time.Millisecond))), 0, [2]*metav1.Time{at(-2), at(-1)}},
	} {
		t.Run(name, func(t *testing.T) {
			a := alert()
			a.Spec.FirstActivityTime, a.Spec.LastActivityTime = test.first, test.last
			known := facts.Read(a, noon.Add(time.Duration(test.seen)*time.Minute))
			if got := [2]time.Time{known.First, known.Last}; !got[0].Equal(test.want[0].Time) || !got[1].Equal(test.want[1].Time) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestLinker(t *testing.T) {
	stamp := func(stamp string) func(*v1alpha1.Alert) {
		return annotated(v1alpha1.EditorAnnotationPrefix+"incidentRef", stamp)
	}
	for name, test := range map[string]struct {
		alert *v1alpha1.Alert
		want  string
	}{
		"of no incident":          {alert(stamp("ingest@1")), ""},
		"not stamped":             {alert(linked), ""},
		"a machine":               {alert(linked, stamp("ingest@1")), "ingest"},
		"one with an @ in it":     {alert(linked, stamp("ingest@example.com@12")), "ingest@example.com"},
		"what is no stamp":        {alert(linked, stamp("ingest")), ""},
		"a person, by their note": {alert(linked, stamp("bob@1"), annotated(v1alpha1.NotesAnnotation, "1\n1 1 \"bob\" created \"\" \"\"")), ""},
		"a person, whose note was dropped": {
			alert(linked, stamp("bob@1"), annotated(v1alpha1.NotesAnnotation, "1")), "",
		},
	} {
		if got := facts.Read(test.alert, noon).Linker; got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestLeft(t *testing.T) {
	left, trail := func(uids string) func(*v1alpha1.Alert) { return annotated(v1alpha1.LeftAnnotation, uids) },
		func(text string) func(*v1alpha1.Alert) { return annotated(v1alpha1.TrailAnnotation, text) }
	for name, test := range map[string]struct {
		alert *v1alpha1.Alert
		want  string
		trail bool
	}{
		"none":                       {alert(), "", false},
		"listed":                     {alert(left("a\nb")), "a b", false},
		"an earlier version's":       {alert(trail(`{"left":["a","b"],"changes":[{}]}`)), "a b", true},
		"both":                       {alert(left("b\nc"), trail(`{"left":["a","b"]}`)), "b c a", true},
		"an earlier version's, none": {alert(trail(`{}`)), "", true},
		"one that cannot be read":    {alert(left("a"), trail(`{"left":`)), "a", true},
		"an empty one":               {alert(trail("")), "", true},
	} {
		known := facts.Read(test.alert, noon)
		if got := strings.Join(known.Left, " "); got != test.want || known.Trail != test.trail {
			t.Errorf("%s: %q %v, want %q %v", name, got, known.Trail, test.want, test.trail)
		}
	}
}

// TestRead compares all that is read of one alert.
func TestRead(t *testing.T) {
	a := alert(linked,
		annotated(v1alpha1.InheritedAnnotation, `{"incident":"inc","uid":"u","assignee":{"value":"alice","over":""}}`),
		annotated(v1alpha1.LeftAnnotation, "left"), annotated(v1alpha1.TrailAnnotation, "{}"),
		annotated(v1alpha1.EditorAnnotationPrefix+"incidentRef", "ingest@1"))
	a.Name, a.UID, a.ResourceVersion, a.DeletionTimestamp = "al", "uid-of-al", "17", at(9)
	a.Spec.Name, a.Spec.Severity, a.Spec.Assignee, a.Spec.Source.Service = "Title", v1alpha1.SeverityHigh, "alice", "Falco"
	a.Spec.Evidence = []v1alpha1.Evidence{
		{Kind: v1alpha1.EvidenceNode, Name: "N1"},
		{Kind: v1alpha1.EvidenceDevice, Name: "n1"},
		{Kind: v1alpha1.EvidencePod, Name: "p", Namespace: "Shop"},
		{Kind: v1alpha1.EvidenceUser, Name: "Eve"},
		{Kind: v1alpha1.EvidenceMailbox, Name: "eve"},
		{Kind: v1alpha1.EvidenceServiceAccount, Name: "s", Namespace: "shop"},
		{Kind: v1alpha1.EvidenceIP, Name: "10.0.0.1"},
	}
	want := &facts.Alert{
		Name: "al", UID: "uid-of-al", ResourceVersion: "17", Deleting: true, Incident: "inc",
		Ours: inherit.Alert{
			Created: noon, Assignee: "alice", State: v1alpha1.ResolutionActive,
			Memory: &inherit.Memory{Incident: "inc", UID: "u", Assignee: &inherit.Given{Value: "alice"}},
		},
		Left: []string{"left"}, Trail: true, Linker: "ingest",
		Title: "Title", Category: "SuspiciousActivity", Service: "Falco", Severity: v1alpha1.SeverityHigh,
		Endpoints: []string{"/n1", "shop/p"}, Users: []string{"/eve", "shop/s"},
		First: noon, Last: noon,
	}
	got := facts.Read(a, noon)
	if diff := cmp.Diff(want, got, cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "Notes" }, cmp.Ignore())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Notes.Last != 0 || len(got.Notes.Notes) > 0 {
		t.Errorf("notes: %+v", got.Notes)
	}
}

func TestDamage(t *testing.T) {
	fine := facts.Read(alert(annotated(v1alpha1.NotesAnnotation, "3\n3 1 \"bob\" name \"\" \"x\"")), noon)
	if fine.MemoryDamage != nil || fine.NotesDamage != nil || fine.Notes.Last != 3 || len(fine.Notes.Notes) != 1 {
		t.Errorf("%+v", fine)
	}
	damaged := facts.Read(alert(annotated(v1alpha1.NotesAnnotation, "{"), annotated(v1alpha1.InheritedAnnotation, "{")), noon)
	if damaged.MemoryDamage == nil || damaged.NotesDamage == nil || damaged.Ours.Memory != nil || !damaged.Ours.Damaged {
		t.Errorf("%+v", damaged)
	}
}
