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

package activity_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

func TestParseMerges(t *testing.T) {
	const annotation = "annotation editor.incidentoperator.dev/merged must "
	for name, test := range map[string]struct {
		annotation string
		want       []activity.Merge
		err        string
	}{
		"none":      {},
		"empty":     {annotation: "[]", want: []activity.Merge{}},
		"two":       {`[{"name":"a","uid":"1","by":"bob"},{"name":"b","uid":"2"}]`, []activity.Merge{{"a", "1", "bob"}, {"b", "2", ""}}, ""},
		"no JSON":   {`[{`, nil, annotation + "be a JSON list: unexpected end of JSON input"},
		"an object": {`{}`, nil, annotation + "be a JSON list: json: cannot unmarshal object into Go value of type []activity.Merge"},
		"no name":   {`[{"name":"a","uid":"1"},{"uid":"2"}]`, nil, annotation + "name each incident with its UID"},
		"no UID":    {`[{"name":"a"}]`, nil, annotation + "name each incident with its UID"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := activity.ParseMerges(test.annotation)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("merges (-want +got):\n%s", diff)
			}
			if (err == nil) != (test.err == "") || (err != nil && err.Error() != test.err) {
				t.Errorf("got %v, want %q", err, test.err)
			}
		})
	}
}

// tagged is the incident of begunLog with a tag that is a label.
func tagged(edited stamps) *v1alpha1.Incident {
	i := incident(1, edited, nil)
	i.Labels = map[string]string{v1alpha1.TagLabelPrefix + "vip": ""}
	return i
}

func TestMerges(t *testing.T) {
	first, second := activity.Merge{Name: "inc-a", UID: "1", By: "bob"}, activity.Merge{Name: "inc-b", UID: "2"}
	start, come := stamps{"created": "alice@1"}, fromTo("spec.tags", "", `["vip"]`)
	entry := func(name, actor, summary string, changes ...v1alpha1.ActivityChange) v1alpha1.ActivitySpec {
		who := by(actor, activity.Change{})
		return v1alpha1.ActivitySpec{
			Time: ptr.To(metav1.NewTime(now.Truncate(time.Second))), Type: v1alpha1.ActivityMerged, OtherIncident: name,
			Actor: who.Actor, ActorKind: who.ActorKind, Summary: summary, Changes: changes,
		}
	}
	for name, test := range map[string]struct {
		unknown  bool
		incident *v1alpha1.Incident
		merges   []activity.Merge
		want     []v1alpha1.ActivitySpec
	}{
		"none":            {incident: tagged(start)},
		"one":             {false, incident(1, start, nil), []activity.Merge{first}, []v1alpha1.ActivitySpec{entry("inc-a", "bob", "from inc-a")}},
		"actors unknown":  {true, incident(1, start, nil), []activity.Merge{first}, []v1alpha1.ActivitySpec{entry("inc-a", "Unknown", "from inc-a")}},
		"asked by nobody": {false, incident(1, start, nil), []activity.Merge{second}, []v1alpha1.ActivitySpec{entry("inc-b", "Unknown", "from inc-b")}},
		"two with tags": {
			false, tagged(start),
			[]activity.Merge{first, second},
			[]v1alpha1.ActivitySpec{entry("inc-a", "bob", `from inc-a: tags: none → ["vip"]`, come), entry("inc-b", "Unknown", "from inc-b")},
		},
		"a person changed tags meanwhile": {
			false, tagged(stamps{"created": "alice@1", "tags": "eve@2"}),
			[]activity.Merge{first},
			[]v1alpha1.ActivitySpec{entry("inc-a", "bob", "from inc-a")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			log := begunLog(t)
			log.ActorsKnown = !test.unknown
			got := log.Merges(test.incident, test.merges, now)
			for i := range test.want {
				test.want[i].After = got[i].After
				if got[i].After.Merges != int64(i+1) || *got[i].After.Generation != 1 || got[i].After.ResourceVersion != "7" {
					t.Errorf("after entry %d: %+v", i, got[i].After)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			for kept := range got {
				cut := recorded(t, log, got[:kept])
				if diff := cmp.Diff(got[kept:], cut.Merges(test.incident, test.merges, now)); diff != "" {
					t.Errorf("after %d entries (-want +got):\n%s", kept, diff)
				}
			}
			log = recorded(t, log, got)
			if again := log.Merges(test.incident, test.merges, now); len(again) > 0 {
				t.Errorf("told twice: %v", lines(again))
			}
		})
	}
	if entries := emptyLog().Merges(tagged(start), []activity.Merge{first}, now); len(entries) > 0 {
		t.Errorf("a log begins with the creation, not with %v", lines(entries))
	}
}

// What a merge did not take along is told by the changes of the incident, and only what it did not.
func TestTagsAreToldOnce(t *testing.T) {
	for name, test := range map[string]struct {
		edited stamps
		want   []line
	}{
		"came along":           {stamps{"created": "alice@1"}, nil},
		"a person's, so apart": {stamps{"created": "alice@1", "tags": "eve@2"}, []line{{v1alpha1.ActivityTagged, "eve", `tags: none → ["vip"]`, 0}}},
	} {
		log := begunLog(t)
		log = recorded(t, log, log.Merges(tagged(test.edited), []activity.Merge{{Name: "inc-a", UID: "1"}}, now))
		if diff := cmp.Diff(test.want, lines(log.Changes(tagged(test.edited), now))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
