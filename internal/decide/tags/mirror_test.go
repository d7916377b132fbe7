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
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

func keys(names ...string) tags.Keys {
	set := tags.Keys{}
	for _, name := range names {
		set.Insert(prefix + name)
	}
	return set
}

func labels(names ...string) map[string]string {
	borne := map[string]string{"app": "unrelated"}
	for _, name := range names {
		borne[prefix+name] = ""
	}
	return borne
}

func TestMirror(t *testing.T) {
	for name, test := range map[string]struct {
		spec   []v1alpha1.Tag
		labels map[string]string
		ours   tags.Keys
		want   tags.Keys
	}{
		"nothing":                        {want: keys()},
		"a new tag":                      {spec: []v1alpha1.Tag{"New"}, want: keys("new")},
		"a tag that is mirrored already": {spec: []v1alpha1.Tag{"Old"}, labels: labels("old"), ours: keys("old"), want: keys("old")},
		"a tag that was taken away":      {labels: labels("old"), ours: keys("old"), want: keys()},
		"somebody else's label":          {spec: []v1alpha1.Tag{"Theirs"}, labels: labels("theirs"), want: keys()},
		"somebody else's label without a tag": {
			spec: []v1alpha1.Tag{"a"}, labels: labels("theirs"), want: keys("a"),
		},
		"a label that somebody removed comes back": {spec: []v1alpha1.Tag{"Old"}, labels: labels(), ours: keys("old"), want: keys("old")},
		"one of each": {
			spec:   []v1alpha1.Tag{"new", "kept", "theirs"},
			labels: labels("kept", "theirs", "gone"),
			ours:   keys("kept", "gone"),
			want:   keys("new", "kept"),
		},
		"a repeated tag has one label": {spec: []v1alpha1.Tag{"a", "A"}, want: keys("a")},
	} {
		t.Run(name, func(t *testing.T) {
			got := tags.Mirror(test.spec, test.labels, test.ours)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Mirror (-want +got):\n%s", diff)
			}
		})
	}
}

// After one apply of what Mirror says there is nothing left to apply.
func TestMirrorSettles(t *testing.T) {
	spec := []v1alpha1.Tag{"new", "kept", "theirs", "勒索軟件"}
	borne, ours := labels("kept", "theirs", "gone"), keys("kept", "gone")

	want := tags.Mirror(spec, borne, ours)
	for key := range ours.Difference(want) {
		delete(borne, key)
	}
	for key := range want {
		borne[key] = ""
	}
	if again := tags.Mirror(spec, borne, want); !again.Equal(want) {
		t.Errorf("a second Mirror differs (-first +second):\n%s", cmp.Diff(want, again))
	}
}

func TestOurs(t *testing.T) {
	const mine = `{"f:metadata":{"f:labels":{"f:` + prefix + `a":{},"f:app":{}}}}`
	for name, test := range map[string]struct {
		entry metav1.ManagedFieldsEntry
		want  tags.Keys
	}{
		"the operator's apply": {entry: entry(tags.Manager, metav1.ManagedFieldsOperationApply, "", mine), want: keys("a")},
		"the operator's update, which an apply would not take away": {
			entry: entry(tags.Manager, metav1.ManagedFieldsOperationUpdate, "", mine), want: keys(),
		},
		"the operator's status": {entry: entry(tags.Manager, metav1.ManagedFieldsOperationApply, "status", mine), want: keys()},
		"somebody else's apply": {entry: entry("kubectl", metav1.ManagedFieldsOperationApply, "", mine), want: keys()},
		"an annotation of the same key": {
			entry: entry(tags.Manager, metav1.ManagedFieldsOperationApply, "", `{"f:metadata":{"f:annotations":{"f:`+prefix+`a":{}}}}`),
			want:  keys(),
		},
		"no labels":          {entry: entry(tags.Manager, metav1.ManagedFieldsOperationApply, "", `{"f:spec":{"f:tags":{"v:\"a\"":{}}}}`), want: keys()},
		"what can't be read": {entry: entry(tags.Manager, metav1.ManagedFieldsOperationApply, "", `{"f:metadata":`), want: keys()},
		"no fields":          {entry: metav1.ManagedFieldsEntry{Manager: tags.Manager, Operation: metav1.ManagedFieldsOperationApply}, want: keys()},
	} {
		t.Run(name, func(t *testing.T) {
			got := tags.Ours([]metav1.ManagedFieldsEntry{test.entry})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Ours (-want +got):\n%s", diff)
			}
		})
	}
}

func entry(manager string, operation metav1.ManagedFieldsOperationType, subresource, fields string) metav1.ManagedFieldsEntry {
	return metav1.ManagedFieldsEntry{
		Manager: manager, Operation: operation, Subresource: subresource,
		FieldsType: "FieldsV1", FieldsV1: metav1.NewFieldsV1(fields),
	}
}

func TestAppliedBy(t *testing.T) {
	fields := func(label string) string { return `{"f:metadata":{"f:labels":{"f:` + prefix + label + `":{}}}}` }
	apply, update := metav1.ManagedFieldsOperationApply, metav1.ManagedFieldsOperationUpdate
	managed := []metav1.ManagedFieldsEntry{
		entry(tags.Manager, apply, "", fields("mirrored")),
		entry(tags.MergeManager, apply, "", fields("merged")),
		entry(tags.MergeManager, apply, "", fields("merged-later")),
		entry(tags.MergeManager, update, "", fields("updated")),
		entry(tags.MergeManager, apply, "status", fields("status")),
		entry("kubectl", apply, "", fields("theirs")),
	}
	for manager, want := range map[string]tags.Keys{
		tags.Manager: keys("mirrored"), tags.MergeManager: keys("merged", "merged-later"), "kubectl": keys("theirs"), "": keys(),
	} {
		if diff := cmp.Diff(want, tags.AppliedBy(manager, managed)); diff != "" {
			t.Errorf("by %q (-want +got):\n%s", manager, diff)
		}
	}
}

func TestMissing(t *testing.T) {
	ours := entry(tags.Manager, metav1.ManagedFieldsOperationApply, "", `{"f:metadata":{"f:labels":{"f:`+prefix+`gone":{}}}}`)
	for name, test := range map[string]struct {
		spec   []v1alpha1.Tag
		labels map[string]string
		other  map[string]string
		want   tags.Keys
	}{
		"no tags":                           {other: labels("a"), want: keys()},
		"tags of spec":                      {spec: []v1alpha1.Tag{"New", "Old"}, other: labels("old"), want: keys("new")},
		"tags that are labels":              {labels: labels("a", "b"), other: labels("b"), want: keys("a")},
		"an object without labels":          {spec: []v1alpha1.Tag{"a"}, labels: labels("b"), want: keys("a", "b")},
		"a label of another value is borne": {spec: []v1alpha1.Tag{"a"}, other: map[string]string{prefix + "a": "x"}, want: keys()},
		"a label about to be taken away":    {labels: labels("gone", "kept"), want: keys("kept")},
	} {
		t.Run(name, func(t *testing.T) {
			incident := &v1alpha1.Incident{}
			incident.Spec.Tags, incident.Labels, incident.ManagedFields = test.spec, test.labels, []metav1.ManagedFieldsEntry{ours}
			if diff := cmp.Diff(test.want, tags.Missing(incident, test.other)); diff != "" {
				t.Errorf("Missing (-want +got):\n%s", diff)
			}
		})
	}
}
