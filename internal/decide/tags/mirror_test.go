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
	"k8s.io/utils/ptr"

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

// After one write of what Mirror says there is nothing left to write.
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
	const mine = `{"f:metadata":{"f:labels":{"f:` + prefix + `a":{},"f:` + prefix + `b":{},"f:app":{}}}}`
	applied := func(fields string) *metav1.ManagedFieldsEntry {
		e := entry(tags.AppliedManager, metav1.ManagedFieldsOperationApply, "", fields)
		return &e
	}
	but := func(change func(*metav1.ManagedFieldsEntry)) *metav1.ManagedFieldsEntry {
		e := applied(mine)
		change(e)
		return e
	}
	for name, test := range map[string]struct {
		listed  *string
		labels  map[string]string
		managed *metav1.ManagedFieldsEntry
		spec    []v1alpha1.Tag
		want    tags.Keys
	}{
		"listed":                      {listed: ptr.To("a\nb"), labels: labels("a", "b", "theirs"), want: keys("a", "b")},
		"listed, and removed":         {listed: ptr.To("a\nb"), labels: labels("b"), want: keys("b")},
		"listed, without a tag":       {listed: ptr.To("a"), labels: labels("a"), want: keys("a")},
		"nothing is listed":           {listed: ptr.To(""), labels: labels("a"), spec: []v1alpha1.Tag{"a"}, managed: applied(mine), want: keys()},
		"the list outdoes an apply":   {listed: ptr.To("b"), labels: labels("a", "b"), spec: []v1alpha1.Tag{"a", "b"}, managed: applied(mine), want: keys("b")},
		"somebody gave it a value":    {listed: ptr.To("a\nb"), labels: map[string]string{prefix + "a": "urgent", prefix + "b": ""}, want: keys("b")},
		"a list for no labels at all": {listed: ptr.To("a"), want: keys()},

		"an earlier version's": {labels: labels("a"), spec: []v1alpha1.Tag{"A"}, managed: applied(mine), want: keys("a")},
		"an earlier version's, of two tags of which one has a label": {
			labels: labels("a"), spec: []v1alpha1.Tag{"a", "c"}, managed: applied(mine), want: keys("a"),
		},
		"ascribed to the operator, but no tag of spec": {labels: labels("a", "b"), spec: []v1alpha1.Tag{"a"}, managed: applied(mine), want: keys("a")},
		"ascribed to the operator, but somebody's value": {
			labels: map[string]string{prefix + "a": "urgent"}, spec: []v1alpha1.Tag{"a"}, managed: applied(mine), want: keys(),
		},
		"a tag of spec, but ascribed to nobody": {labels: labels("a"), spec: []v1alpha1.Tag{"a"}, want: keys()},
		"without labels":                        {spec: []v1alpha1.Tag{"a"}, managed: applied(mine), want: keys()},
		"an update, which an apply would not take away": {
			labels: labels("a"), spec: []v1alpha1.Tag{"a"}, want: keys(),
			managed: but(func(e *metav1.ManagedFieldsEntry) { e.Operation = metav1.ManagedFieldsOperationUpdate }),
		},
		"of the status": {
			labels: labels("a"), spec: []v1alpha1.Tag{"a"}, want: keys(),
			managed: but(func(e *metav1.ManagedFieldsEntry) { e.Subresource = "status" }),
		},
		"somebody else's apply": {
			labels: labels("a"), spec: []v1alpha1.Tag{"a"}, want: keys(),
			managed: but(func(e *metav1.ManagedFieldsEntry) { e.Manager = "kubectl" }),
		},
		"an annotation of the same key": {
			labels: labels("a"), spec: []v1alpha1.Tag{"a"}, want: keys(),
			managed: applied(`{"f:metadata":{"f:annotations":{"f:` + prefix + `a":{}}}}`),
		},
		"no labels in it":    {labels: labels("a"), spec: []v1alpha1.Tag{"a"}, managed: applied(`{"f:spec":{"f:tags":{"v:\"a\"":{}}}}`), want: keys()},
		"what can't be read": {labels: labels("a"), spec: []v1alpha1.Tag{"a"}, managed: applied(`{"f:metadata":`), want: keys()},
		"no fields": {
			labels: labels("a"), spec: []v1alpha1.Tag{"a"}, want: keys(),
			managed: but(func(e *metav1.ManagedFieldsEntry) { e.FieldsV1 = nil }),
		},
	} {
		t.Run(name, func(t *testing.T) {
			bearer := &v1alpha1.Incident{}
			bearer.Labels = test.labels
			if test.listed != nil {
				bearer.Annotations = map[string]string{v1alpha1.LabelsAnnotation: *test.listed}
			}
			if test.managed != nil {
				bearer.ManagedFields = []metav1.ManagedFieldsEntry{*test.managed}
			}
			if diff := cmp.Diff(test.want, tags.Ours(bearer, test.spec)); diff != "" {
				t.Errorf("Ours (-want +got):\n%s", diff)
			}
		})
	}
}

func TestListedIsReadAsOurs(t *testing.T) {
	for want, set := range map[string]tags.Keys{"": keys(), "a": keys("a"), "a\nb\nc": keys("c", "a", "b")} {
		listed := tags.Listed(set)
		if listed != want {
			t.Errorf("got %q, want %q", listed, want)
		}
		bearer := &v1alpha1.Alert{}
		bearer.Labels, bearer.Annotations = labels("a", "b", "c"), map[string]string{v1alpha1.LabelsAnnotation: listed}
		if diff := cmp.Diff(set, tags.Ours(bearer, nil)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", listed, diff)
		}
	}
}

func entry(manager string, operation metav1.ManagedFieldsOperationType, subresource, fields string) metav1.ManagedFieldsEntry {
	return metav1.ManagedFieldsEntry{
		Manager: manager, Operation: operation, Subresource: subresource,
		FieldsType: "FieldsV1", FieldsV1: metav1.NewFieldsV1(fields),
	}
}

const shop = "crown-jewels-hr-0123456789"

// merged is an incident that bears the label of a tag that came by a merge, as the annotation of merges lists it.
func merged(sources string) *v1alpha1.Incident {
	incident := &v1alpha1.Incident{}
	incident.Labels = labels(shop, "by-hand")
	incident.Annotations = map[string]string{v1alpha1.LabelsAnnotation: "", v1alpha1.MergedAnnotation: sources}
	return incident
}

const (
	hrTag   = "Crown Jewels: HR"
	sources = `[{"name":"a","uid":"1"},{"name":"b","uid":"2","tags":[{"tag":"` + hrTag + `","label":"` + prefix + shop + `"}]}]`
)

// A tag that came by a merge keeps its text, so that it is found as it was written.
func TestOfKnowsTheTextsThatCameByMerges(t *testing.T) {
	type tagList = []v1alpha1.IncidentTag
	hand, text, label := v1alpha1.IncidentTag{Tag: "by-hand", Label: prefix + "by-hand"}, hrTag, prefix+shop
	for name, test := range map[string]struct {
		sources string
		spec    []v1alpha1.Tag
		labels  map[string]string
		want    tagList
	}{
		"came by a merge":        {sources: sources, want: tagList{hand, {Tag: text, Label: label}}},
		"no merge":               {want: tagList{hand, {Tag: shop, Label: label}}},
		"a list without reading": {sources: "{", want: tagList{hand, {Tag: shop, Label: label}}},
		"a person took it away":  {sources: sources, labels: labels("by-hand"), want: tagList{hand}},
		"the text of spec counts more": {
			sources: `[{"name":"b","uid":"2","tags":[{"tag":"VIP!","label":"` + prefix + `vip"}]}]`, spec: []v1alpha1.Tag{"Vip"}, labels: labels("by-hand"),
			want: tagList{hand, {Tag: "Vip", Label: prefix + "vip"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			incident := merged(test.sources)
			incident.Spec.Tags = test.spec
			if test.labels != nil {
				incident.Labels = test.labels
			}
			if diff := cmp.Diff(test.want, tags.Of(incident)); diff != "" {
				t.Errorf("Of (-want +got):\n%s", diff)
			}
		})
	}
}

// What a note tells of tags reads as what the object says of them.
func TestNamed(t *testing.T) {
	type tagList = []v1alpha1.IncidentTag
	label := prefix + shop
	for name, test := range map[string]struct {
		spec     []v1alpha1.Tag
		labels   []string
		incident *v1alpha1.Incident
		want     tagList
	}{
		"nothing":                 {want: tagList{}},
		"both":                    {spec: []v1alpha1.Tag{"Vip"}, labels: []string{"a", "vip"}, want: tagList{{Tag: "a", Label: prefix + "a"}, {Tag: "Vip", Label: prefix + "vip"}}},
		"a merge knows its text":  {labels: []string{shop}, incident: merged(sources), want: tagList{{Tag: hrTag, Label: label}}},
		"no merge that knows it":  {labels: []string{shop}, incident: merged(""), want: tagList{{Tag: shop, Label: label}}},
		"an alert knows no merge": {labels: []string{shop}, want: tagList{{Tag: shop, Label: label}}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, tags.Named(test.spec, test.labels, test.incident)); diff != "" {
				t.Errorf("Named (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMissing(t *testing.T) {
	type tagList = []v1alpha1.IncidentTag
	one := func(tag, name string) v1alpha1.IncidentTag {
		return v1alpha1.IncidentTag{Tag: tag, Label: prefix + name}
	}
	for name, test := range map[string]struct {
		spec   []v1alpha1.Tag
		labels map[string]string
		other  map[string]string
		want   tagList
	}{
		"no tags":                           {other: labels("a"), want: tagList{}},
		"tags of spec":                      {spec: []v1alpha1.Tag{"New", "Old"}, other: labels("old"), want: tagList{one("New", "new")}},
		"tags that are labels":              {labels: labels("a", "b"), other: labels("b"), want: tagList{one("a", "a")}},
		"an object without labels":          {spec: []v1alpha1.Tag{"a"}, labels: labels("b"), want: tagList{one("a", "a"), one("b", "b")}},
		"a label of another value is borne": {spec: []v1alpha1.Tag{"a"}, other: map[string]string{prefix + "a": "x"}, want: tagList{}},
		"a label about to be taken away":    {labels: labels("gone", "kept"), want: tagList{one("kept", "kept")}},
	} {
		t.Run(name, func(t *testing.T) {
			incident := &v1alpha1.Incident{}
			incident.Spec.Tags, incident.Labels = test.spec, test.labels
			incident.Annotations = map[string]string{v1alpha1.LabelsAnnotation: "gone"}
			if diff := cmp.Diff(test.want, tags.Missing(incident, test.other)); diff != "" {
				t.Errorf("Missing (-want +got):\n%s", diff)
			}
		})
	}
}
