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

package tags_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

const prefix = v1alpha1.TagLabelPrefix

func TestList(t *testing.T) {
	type tagList = []v1alpha1.IncidentTag
	for name, test := range map[string]struct {
		spec   []v1alpha1.Tag
		labels map[string]string
		ours   tags.Keys
		want   tagList
	}{
		"nothing": {want: tagList{}},
		"labels of other prefixes are no tags": {
			labels: map[string]string{"app": "a", "tag.example.com/x": "", "incidentoperator.dev/x": ""},
			want:   tagList{},
		},
		"sorted by label, not by text": {
			spec: []v1alpha1.Tag{"Zebra", "ant", "Bee"},
			want: tagList{{Tag: "ant", Label: prefix + "ant"}, {Tag: "Bee", Label: prefix + "bee"}, {Tag: "Zebra", Label: prefix + "zebra"}},
		},
		"the text in spec wins over the label's name": {
			spec:   []v1alpha1.Tag{"Ransomware"},
			labels: map[string]string{prefix + "ransomware": ""},
			want:   tagList{{Tag: "Ransomware", Label: prefix + "ransomware"}},
		},
		"a person's label counts whatever its value": {
			spec:   []v1alpha1.Tag{"b"},
			labels: map[string]string{prefix + "c": "false", prefix + "a": ""},
			want:   tagList{{Tag: "a", Label: prefix + "a"}, {Tag: "b", Label: prefix + "b"}, {Tag: "c", Label: prefix + "c"}},
		},
		"two spellings of one tag are one, by the first": {
			spec: []v1alpha1.Tag{"Mu\u0308ller", "M\u00fcller"},
			want: tagList{{Tag: "Mu\u0308ller", Label: tags.LabelKey("M\u00fcller")}},
		},
		"label keys know case, so a label in other case is a label of its own": {
			spec:   []v1alpha1.Tag{"ransomware"},
			labels: map[string]string{prefix + "Ransomware": ""},
			want:   tagList{{Tag: "Ransomware", Label: prefix + "Ransomware"}, {Tag: "ransomware", Label: prefix + "ransomware"}},
		},
		"the operator's own label goes with its tag": {
			labels: map[string]string{prefix + "old": "", prefix + "kept": ""},
			ours:   tags.Keys{}.Insert(prefix + "old"),
			want:   tagList{{Tag: "kept", Label: prefix + "kept"}},
		},
		"the operator's own label stays while its tag does": {
			spec:   []v1alpha1.Tag{"Old"},
			labels: map[string]string{prefix + "old": ""},
			ours:   tags.Keys{}.Insert(prefix + "old"),
			want:   tagList{{Tag: "Old", Label: prefix + "old"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := tags.List(test.spec, test.labels, test.ours)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("List (-want +got):\n%s", diff)
			}
		})
	}
}
