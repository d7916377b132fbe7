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

package operator_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
)

const prefix = v1alpha1.TagLabelPrefix

// applied is managedFields as an earlier version of the operator left them, or as a client forged them.
func applied(names ...string) []metav1.ManagedFieldsEntry {
	var fields []string
	for _, name := range names {
		fields = append(fields, fmt.Sprintf("%q:{}", "f:"+prefix+name))
	}
	return []metav1.ManagedFieldsEntry{{
		Manager: tags.AppliedManager, Operation: metav1.ManagedFieldsOperationApply, FieldsType: "FieldsV1",
		FieldsV1: metav1.NewFieldsV1(`{"f:metadata":{"f:labels":{` + strings.Join(fields, ",") + `}}}`),
	}}
}

// bearer is an alert with tag labels, written "<name>" or "<name>=<value>", and a list of the operator's; nil for none.
func bearer(listed *string, managed []metav1.ManagedFieldsEntry, labels ...string) *v1alpha1.Alert {
	a := &v1alpha1.Alert{}
	a.ManagedFields, a.Labels = managed, map[string]string{"app": "x"}
	for _, label := range labels {
		name, value, _ := strings.Cut(label, "=")
		a.Labels[prefix+name] = value
	}
	if listed != nil {
		a.Annotations = map[string]string{v1alpha1.LabelsAnnotation: *listed}
	}
	return a
}

func TestMirroredLabels(t *testing.T) {
	list := func(names string) operator.Object {
		return operator.Object{v1alpha1.LabelsAnnotation: operator.OrRemoved(names)}
	}
	type changes struct{ Labels, Annotations operator.Object }
	for name, test := range map[string]struct {
		bearer *v1alpha1.Alert
		spec   []v1alpha1.Tag
		want   changes
	}{
		"nothing":                        {bearer: bearer(nil, nil)},
		"a person's labels":              {bearer: bearer(nil, nil, "a", "b=x")},
		"a new tag":                      {bearer(nil, nil), []v1alpha1.Tag{"New"}, changes{operator.Object{prefix + "new": ""}, list("new")}},
		"a tag that is mirrored":         {bearer(ptr.To("a"), nil, "a"), []v1alpha1.Tag{"A"}, changes{}},
		"another tag":                    {bearer(ptr.To("b"), nil, "b"), []v1alpha1.Tag{"a", "b"}, changes{operator.Object{prefix + "a": ""}, list("a\nb")}},
		"a tag was taken away":           {bearer(ptr.To("a\nb"), nil, "a", "b"), []v1alpha1.Tag{"b"}, changes{operator.Object{prefix + "a": nil}, list("b")}},
		"the last tag was taken away":    {bearer(ptr.To("a"), nil, "a"), nil, changes{operator.Object{prefix + "a": nil}, list("")}},
		"a person's label of a tag":      {bearer(nil, nil, "a"), []v1alpha1.Tag{"a"}, changes{}},
		"a person's label, a tag beside": {bearer(ptr.To("b"), nil, "a", "b"), []v1alpha1.Tag{"a"}, changes{operator.Object{prefix + "b": nil}, list("")}},
		"a person's value of a tag":      {bearer(ptr.To("b"), nil, "a=x", "b"), []v1alpha1.Tag{"a", "b"}, changes{}},
		"a person removed our label":     {bearer(ptr.To("a"), nil), []v1alpha1.Tag{"a"}, changes{operator.Object{prefix + "a": ""}, list("a")}},
		"a person gave our label a value": {
			bearer(ptr.To("a\nb"), nil, "a=x", "b"), []v1alpha1.Tag{"a", "b"}, changes{operator.Object{}, list("b")},
		},
		"a person gave our label a value, and took the tag away": {
			bearer(ptr.To("a"), nil, "a=x"), nil, changes{operator.Object{}, list("")},
		},
		"a list out of order": {bearer(ptr.To("b\na"), nil, "a", "b"), []v1alpha1.Tag{"a", "b"}, changes{operator.Object{}, list("a\nb")}},
		"an empty list":       {bearer: bearer(ptr.To(""), nil, "a")},

		"an earlier version's is listed": {bearer(nil, applied("a"), "a"), []v1alpha1.Tag{"a"}, changes{operator.Object{}, list("a")}},
		"an earlier version's, and a person's": {
			bearer(nil, applied("a"), "a", "b"), []v1alpha1.Tag{"a", "b"}, changes{operator.Object{}, list("a")},
		},
		"an earlier version's, and a new tag": {
			bearer(nil, applied("a"), "a"), []v1alpha1.Tag{"a", "b"}, changes{operator.Object{prefix + "b": ""}, list("a\nb")},
		},
		"forged: no tag of spec":                  {bearer: bearer(nil, applied("a", "b"), "a", "b")},
		"forged: a person's value":                {bearer(nil, applied("a"), "a=x"), []v1alpha1.Tag{"a"}, changes{}},
		"forged, though there is a list":          {bearer(ptr.To("b"), applied("a", "b"), "a", "b"), []v1alpha1.Tag{"b"}, changes{}},
		"forged, though the list is empty":        {bearer(ptr.To(""), applied("a"), "a"), []v1alpha1.Tag{"a"}, changes{}},
		"forged: a label that is not there":       {bearer(nil, applied("a")), []v1alpha1.Tag{"a"}, changes{operator.Object{prefix + "a": ""}, list("a")}},
		"an earlier version's, whose tag is gone": {bearer: bearer(nil, applied("a"), "a")},
	} {
		t.Run(name, func(t *testing.T) {
			labels, annotations := operator.MirroredLabels(test.bearer, test.spec)
			if diff := cmp.Diff(test.want, changes{labels, annotations}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// patch applies a merge patch of metadata.
func patch(on map[string]string, changes operator.Object) map[string]string {
	after := maps.Clone(on)
	for key, value := range changes {
		if text, set := value.(string); set {
			if after == nil {
				after = map[string]string{}
			}
			after[key] = text
		} else {
			delete(after, key)
		}
	}
	return after
}

// TestAPersonsLabelsStay lets people and the operator take turns: no label of a person is ever removed or overwritten, the
// operator leaves none of its own behind, and has nothing to do after it has done it.
func TestAPersonsLabelsStay(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 17))
		pick := func(of ...string) string { return of[r.IntN(len(of))] }
		a, theirs := bearer(nil, nil), map[string]string{}
		var spec []v1alpha1.Tag
		for range 12 {
			switch key := prefix + pick("a", "b", "c"); r.IntN(5) {
			case 0:
				spec = append(slices.DeleteFunc(spec, func(tag v1alpha1.Tag) bool { return prefix+string(tag) == key }), v1alpha1.Tag(key[len(prefix):]))
			case 1:
				spec = slices.DeleteFunc(spec, func(tag v1alpha1.Tag) bool { return prefix+string(tag) == key })
			case 2: // To set an empty value where the operator has set one already changes nothing, and makes it nobody else's.
				if _, borne := a.Labels[key]; !borne || pick("", "x") == "x" {
					a.Labels[key] = pick("x", "y")
					theirs[key] = a.Labels[key]
				}
			case 3:
				delete(a.Labels, key)
				delete(theirs, key)
			default:
				if _, listed := a.Annotations[v1alpha1.LabelsAnnotation]; listed { // Forged, if there is a list.
					a.ManagedFields = applied("a", "b", "c")
				}
			}
			labels, annotations := operator.MirroredLabels(a, spec)
			a.Labels, a.Annotations = patch(a.Labels, labels), patch(a.Annotations, annotations)
			want := map[string]string{"app": "x"}
			for _, tag := range spec {
				want[tags.LabelKey(string(tag))] = ""
			}
			maps.Copy(want, theirs)
			if diff := cmp.Diff(want, a.Labels); diff != "" {
				t.Fatalf("seed %d: labels (-want +got):\n%s", seed, diff)
			}
			if again, more := operator.MirroredLabels(a, spec); again != nil || more != nil {
				t.Fatalf("seed %d: more to do after it was done: %v %v", seed, again, more)
			}
		}
	}
}
