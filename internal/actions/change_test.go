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

package actions

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// TestChangeOverConflicts has the incident written meanwhile, which is no matter unless it is selected no more.
func TestChangeOverConflicts(t *testing.T) {
	for name, test := range map[string]struct {
		selects func(*v1alpha1.Incident) (bool, error)
		want    Result
		tags    []v1alpha1.Tag
	}{
		"named":          {nil, Result{Ending: Changed, Done: "tagged"}, []v1alpha1.Tag{"theirs", "ours"}},
		"still selected": {func(*v1alpha1.Incident) (bool, error) { return true, nil }, Result{Ending: Changed, Done: "tagged"}, []v1alpha1.Tag{"theirs", "ours"}},
		"no longer selected": {
			func(i *v1alpha1.Incident) (bool, error) { return len(i.Spec.Tags) == 0, nil },
			Result{Ending: NotSelected},
			[]v1alpha1.Tag{"theirs"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, anIncident("inc-1"))
			writing := c.meanwhile("inc-1", func(i *v1alpha1.Incident) { i.Spec.Tags = []v1alpha1.Tag{"theirs"} })
			task := &ChangeTask{Client: writing, Incident: c.incident("inc-1"), Change: Tag("ours"), Selects: test.selects}
			got, err := task.Do(t.Context(), false)
			if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got)\n%s", err, diff)
			}
			if diff := cmp.Diff(test.tags, c.incident("inc-1").Spec.Tags); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestChangeDryRun(t *testing.T) {
	c := newCluster(t, anIncident("inc-1"), anAlert("a", "inc-1"), anAlert("other", "inc-2"))
	task := &ChangeTask{Client: c, Incident: c.incident("inc-1"), Change: AssignTo("bob").And(Start())}
	found, err := task.Preview(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []Difference{{"assignee", "", "bob"}, {"state", "Active", "InProgress"}}
	if diff := cmp.Diff(want, found.Fields); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(found.Alerts) != 1 || found.Alerts[0].Alert != "a" || found.Alerts[0].After.Assignee != "bob" {
		t.Errorf("got %+v", found.Alerts)
	}
	if result, err := task.Do(t.Context(), true); err != nil || result.Done != "assigned to bob, in progress" {
		t.Errorf("got %+v, %v", result, err)
	}
	if c.incident("inc-1").Spec.Assignee != "" {
		t.Error("a dry run changed it")
	}
}

// TestTagBesideGit has a manifest that makes the list of tags its own at each sync.
func TestTagBesideGit(t *testing.T) {
	incident := anIncident("git1", func(i *v1alpha1.Incident) {
		i.Spec.Tags = []v1alpha1.Tag{"Git"}
		i.Annotations = map[string]string{"kubectl.kubernetes.io/last-applied-configuration": `{"spec":{"tags":["Git"]}}`}
	})
	if err := Tag("Triaged", "Crown Jewels: HR", "git").Apply(incident); err != nil {
		t.Fatal(err)
	}
	want := []v1alpha1.Tag{"Git", "Crown Jewels: HR"} // It cannot be a label.
	if diff := cmp.Diff(want, incident.Spec.Tags); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{v1alpha1.TagLabelPrefix + "Triaged": ""}, incident.Labels); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if err := Untag("triaged").Apply(incident); err != nil || len(incident.Labels) != 0 {
		t.Errorf("left are %v, %v", incident.Labels, err)
	}
}

func TestUntagLeavesTheOperatorsLabel(t *testing.T) {
	key := tags.LabelKey("hr")
	incident := anIncident("inc-1", func(i *v1alpha1.Incident) {
		i.Spec.Tags = []v1alpha1.Tag{"HR"}
		i.Labels = map[string]string{key: ""}
		i.Annotations = map[string]string{v1alpha1.LabelsAnnotation: "hr"}
	})
	if err := Untag("hr").Apply(incident); err != nil {
		t.Fatal(err)
	}
	if _, there := incident.Labels[key]; !there || len(incident.Spec.Tags) != 0 {
		t.Errorf("tags %v, labels %v", incident.Spec.Tags, incident.Labels)
	}
}
