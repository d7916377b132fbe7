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
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/facts"
	"github.com/incident-operator/incident-operator/internal/decide/note"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// slimmed is an object as the cache keeps it.
func slimmed[T client.Object](t *testing.T, object T) T {
	t.Helper()
	for kind, options := range operator.CacheOptions().ByObject {
		if reflect.TypeOf(kind) == reflect.TypeOf(object) {
			kept, err := options.Transform(object.DeepCopyObject())
			if err != nil {
				t.Fatal(err)
			}
			return kept.(T)
		}
	}
	t.Fatalf("the cache keeps no %T", object)
	return object
}

func one[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func someTime(r *rand.Rand) *metav1.Time {
	return one(r, nil, ptr.To(metav1.NewTime(noon.Add(time.Duration(r.IntN(90)-45)*time.Second))))
}

func decorate(r *rand.Rand, object client.Object) {
	object.SetNamespace("default")
	object.SetName("a")
	object.SetUID("u")
	object.SetResourceVersion("17")
	object.SetGeneration(4)
	object.SetCreationTimestamp(metav1.NewTime(noon))
	object.SetDeletionTimestamp(one(r, nil, nil, ptr.To(metav1.NewTime(noon))))
	object.SetOwnerReferences([]metav1.OwnerReference{{Kind: "X", Name: "x"}})
	object.SetLabels(one(r, nil, map[string]string{"app": "x"}, map[string]string{"app": "x", prefix + "a": "", prefix + "b": "v", prefix + "c": ""}))
	object.SetManagedFields(one(r, nil, applied("a", "c"), append(applied("c"), metav1.ManagedFieldsEntry{
		Manager: "kubectl", Operation: metav1.ManagedFieldsOperationUpdate, Time: ptr.To(metav1.NewTime(noon.Add(-time.Hour))),
		FieldsType: "FieldsV1", FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:resolution":{"f:state":{}}}}`),
	})))
	annotations := map[string]string{
		"kubectl.kubernetes.io/last-applied-configuration": "{}",
		v1alpha1.EditorAnnotationPrefix + "incidentRef":    one(r, "ingest@1", "bob@3"),
		v1alpha1.EditorAnnotationPrefix + "assignee":       "bob@3",
		v1alpha1.InheritedAnnotation:                       one(r, "{", `{"incident":"inc","uid":"u","assignee":{"value":"alice","over":""}}`),
		v1alpha1.MoveReasonAnnotation:                      `{"to":"inc","reason":"x"}`,
		v1alpha1.MergedAnnotation:                          one(r, "", `[{"name":"s","uid":"1","tags":[{"tag":"C!","label":"`+prefix+`c"}]}]`),
	}
	for key, value := range map[string]string{
		v1alpha1.LeftAnnotation: "x\ny", v1alpha1.TrailAnnotation: `{"left":["z"]}`, v1alpha1.LabelsAnnotation: one(r, "a", "", "c"),
		v1alpha1.NotesAnnotation: one(r, "7", "damaged", "7\n7 1 \"bob\" name \"\" \"x\""),
	} {
		if r.IntN(2) == 0 {
			annotations[key] = value
		}
	}
	object.SetAnnotations(annotations)
}

func someAlert(r *rand.Rand) *v1alpha1.Alert {
	a := &v1alpha1.Alert{}
	decorate(r, a)
	a.Spec.Name, a.Spec.Description, a.Spec.URL, a.Spec.Fingerprint = "Title", "long", "https://example.com", "f"
	a.Spec.Techniques = []v1alpha1.Technique{"T1059"}
	a.Spec.Tags = one(r, nil, []v1alpha1.Tag{"a", "b"}, []v1alpha1.Tag{"C"})
	a.Spec.Category, a.Spec.Source.Service, a.Spec.Severity = one(r, "", "Malware"), one(r, "", "Falco"), one(r, "", v1alpha1.SeverityHigh)
	a.Spec.Assignee, a.Spec.Resolution = one(r, "", "alice"), v1alpha1.Resolution{State: one(r, "", v1alpha1.ResolutionResolved), Note: "why"}
	a.Spec.IncidentRef.Name = one(r, "", "inc")
	a.Spec.FirstActivityTime, a.Spec.LastActivityTime = someTime(r), someTime(r)
	for range r.IntN(6) {
		a.Spec.Evidence = append(a.Spec.Evidence, v1alpha1.Evidence{
			Kind: one(r, v1alpha1.EvidenceDevice, v1alpha1.EvidenceNode, v1alpha1.EvidencePod, v1alpha1.EvidenceUser,
				v1alpha1.EvidenceServiceAccount, v1alpha1.EvidenceMailbox, v1alpha1.EvidenceIP, v1alpha1.EvidenceFile),
			Name: one(r, "n", "N", "m"), Namespace: one(r, "", "shop"), Role: one(r, "", v1alpha1.EvidenceAffected),
		})
	}
	return a
}

// What the cache drops of an alert changes no decision.
func TestASlimAlertSaysTheSame(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 19))
		whole := someAlert(r)
		slim := slimmed(t, whole)
		if diff := cmp.Diff(facts.Read(whole, noon), facts.Read(slim, noon),
			cmp.Comparer(func(a, b error) bool { return (a == nil) == (b == nil) && (a == nil || a.Error() == b.Error()) }),
			cmp.Comparer(func(a, b note.List) bool {
				return a.Drop(0) == b.Drop(0) && a.Last == b.Last && len(a.Notes) == len(b.Notes)
			}),
		); diff != "" {
			t.Fatalf("seed %d: facts (-whole +slim):\n%s", seed, diff)
		}
		labels, annotations := operator.MirroredLabels(whole, whole.Spec.Tags)
		slimLabels, slimAnnotations := operator.MirroredLabels(slim, slim.Spec.Tags)
		if diff := cmp.Diff([]operator.Object{labels, annotations}, []operator.Object{slimLabels, slimAnnotations}); diff != "" {
			t.Fatalf("seed %d: labels (-whole +slim):\n%s", seed, diff)
		}
		if slim.Annotations[v1alpha1.MoveReasonAnnotation] == "" || slim.ResourceVersion != "17" || slim.Generation != 4 {
			t.Fatalf("seed %d: what a patch needs is gone: %+v", seed, slim.ObjectMeta)
		}
	}
}

func TestASlimIncidentSaysTheSame(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 23))
		whole := &v1alpha1.Incident{}
		decorate(r, whole)
		whole.Spec.Name, whole.Spec.Description, whole.Spec.Assignee = one(r, "", "N"), "long", one(r, "", "alice")
		whole.Spec.Resolution = v1alpha1.Resolution{State: one(r, v1alpha1.ResolutionActive, v1alpha1.ResolutionResolved), Note: "why"}
		whole.Spec.Tags = one(r, nil, []v1alpha1.Tag{"a", "b"})
		whole.Status.ResolvedTime = someTime(r)
		slim := slimmed(t, whole)
		status := func(i *v1alpha1.Incident) v1alpha1.IncidentStatus {
			i = rollup.Observed(i, noon)
			return rollup.Compute(rollup.Subject{Incident: i}, rollup.NewTally(), noon, rollup.Options{})
		}
		if diff := cmp.Diff(status(whole), status(slim)); diff != "" {
			t.Fatalf("seed %d: status (-whole +slim):\n%s", seed, diff)
		}
		if diff := cmp.Diff(activity.Fields(whole), activity.Fields(slim)); diff != "" {
			t.Fatalf("seed %d: fields (-whole +slim):\n%s", seed, diff)
		}
		for key, value := range whole.Annotations {
			if kept, ok := slim.Annotations[key]; (ok && kept != value) || (!ok && key != "kubectl.kubernetes.io/last-applied-configuration") {
				t.Fatalf("seed %d: annotation %s: %q became %q", seed, key, value, kept)
			}
		}
	}
}

// What nothing is decided with is not kept.
func TestTheCacheKeepsNothingElse(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	whole := someAlert(r)
	whole.Annotations[v1alpha1.LabelsAnnotation] = "a"
	whole.ManagedFields, whole.Labels = applied("a"), map[string]string{"app": "x", prefix + "a": ""}
	whole.Spec.Evidence = []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceIP, Name: "10.0.0.1"}, {Kind: v1alpha1.EvidenceNode, Name: "n", Role: v1alpha1.EvidenceAffected}}
	slim := slimmed(t, whole)
	if diff := cmp.Diff(map[string]string{prefix + "a": ""}, slim.Labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]v1alpha1.Evidence{{Kind: v1alpha1.EvidenceNode, Name: "n"}}, slim.Spec.Evidence); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
	rest := slim.Spec.Description + slim.Spec.URL + slim.Spec.Fingerprint + slim.Spec.Resolution.Note +
		slim.Annotations["kubectl.kubernetes.io/last-applied-configuration"]
	if rest != "" || len(slim.Spec.Techniques)+len(slim.OwnerReferences)+len(slim.ManagedFields) > 0 {
		t.Errorf("kept: %+v", slim)
	}
	comment := &v1alpha1.Comment{}
	comment.ManagedFields, comment.Spec.Text, comment.Spec.Author = applied("a"), "long", "bob"
	if kept := slimmed(t, comment); kept.Spec.Text != "" || kept.ManagedFields != nil || kept.Spec.Author != "bob" {
		t.Errorf("kept of a comment: %+v", kept)
	}
}

func TestIndexes(t *testing.T) {
	marked, open := &v1alpha1.Comment{}, &v1alpha1.Comment{}
	marked.Spec.IncidentRef.Name, open.Spec.IncidentRef.Name = "inc", "inc"
	marked.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionRecorded, Status: metav1.ConditionFalse}}
	asking, plain := &v1alpha1.Incident{}, &v1alpha1.Incident{}
	asking.Spec.MergeInto.Name = "target"
	indexes := operator.Indexes()
	for name, test := range map[string]struct {
		index  string
		object client.Object
		want   []string
	}{
		"a comment that is open":   {"unrecorded.spec.incidentRef.name", open, []string{"inc"}},
		"a comment that is marked": {"unrecorded.spec.incidentRef.name", marked, nil},
		"an incident that asks":    {"spec.mergeInto.name", asking, []string{"target"}},
		"an incident that doesn't": {"spec.mergeInto.name", plain, nil},
	} {
		if diff := cmp.Diff(test.want, indexes[test.index](test.object)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
