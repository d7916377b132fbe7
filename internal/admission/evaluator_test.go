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

package admission

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes/fake"

	shipped "github.com/incident-operator/incident-operator/config/admission"
)

const (
	operator = "system:serviceaccount:soc:eu-incident-operator"
	alice    = "alice@example.com"
)

// running is an evaluator of the shipped policies in a cluster of these objects, beside a namespace.
func running(t *testing.T, objects ...runtime.Object) *Evaluator {
	t.Helper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "team"}}
	e, err := New(fake.NewClientset(append(objects, namespace)...), shipped.Mutating, "eu-incident-operator-identities")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Start(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	err = wait.PollUntilContextTimeout(ctx, time.Millisecond, 10*time.Second, true, func(context.Context) (bool, error) { return e.Synced(), nil })
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func identities(subjects ...rbacv1.Subject) *rbacv1.ClusterRoleBinding {
	return &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "eu-incident-operator-identities"}, Subjects: subjects}
}

func machines() *rbacv1.ClusterRoleBinding {
	return identities(
		rbacv1.Subject{Kind: "ServiceAccount", Namespace: "soc", Name: "eu-incident-operator"},
		rbacv1.Subject{Kind: "ServiceAccount", Namespace: "soc", Name: "eu-incident-operator-ingest"},
	)
}

func object(kind string, annotations map[string]any, spec any) *unstructured.Unstructured {
	metadata := map[string]any{"name": "o", "namespace": "team", "generation": int64(1)}
	if annotations != nil {
		metadata["annotations"] = annotations
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "incidentoperator.dev/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec,
	}}
}

// request is what the API server asks when a user makes after of before, which is nil for a creation.
func request(t *testing.T, user string, before, after *unstructured.Unstructured) *admissionv1.AdmissionRequest {
	t.Helper()
	asked := &admissionv1.AdmissionRequest{
		Kind:     metav1.GroupVersionKind{Group: "incidentoperator.dev", Version: "v1alpha1", Kind: after.GetKind()},
		Resource: metav1.GroupVersionResource{Group: "incidentoperator.dev", Version: "v1alpha1", Resource: strings.ToLower(after.GetKind()) + "s"},
		Name:     after.GetName(), Namespace: after.GetNamespace(), Operation: admissionv1.Create,
		UserInfo: authenticationv1.UserInfo{Username: user, Extra: map[string]authenticationv1.ExtraValue{"scopes": {"a"}}},
		Options:  runtime.RawExtension{Raw: []byte(`{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1"}`)},
	}
	encode := func(o *unstructured.Unstructured) []byte {
		raw, err := json.Marshal(o.Object)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	asked.Object.Raw = encode(after)
	if before != nil {
		asked.Operation, asked.OldObject.Raw = admissionv1.Update, encode(before)
	}
	return asked
}

func TestObjectsBecomeWhatThePoliciesSay(t *testing.T) {
	e := running(t, machines())
	named := map[string]any{"name": "n"}
	stamped := map[string]any{"editor.incidentoperator.dev/created": alice + "@1", "editor.incidentoperator.dev/name": alice + "@1"}
	for name, test := range map[string]struct {
		user          string
		before, after *unstructured.Unstructured
		want          map[string]string // nil if nothing is to be changed
	}{
		"an incident names who created it, and what he said": {alice, nil, object("Incident", nil, named), map[string]string{
			"editor.incidentoperator.dev/created": alice + "@1", "editor.incidentoperator.dev/name": alice + "@1",
			"editor.incidentoperator.dev/notes": "1\n1 1 \"" + alice + "\" created \"\" \"\" name \"\" \"n\"",
		}},
		"an edit is stamped with its generation, and what was forged is put right": {
			"bob@example.com", object("Incident", stamped, named),
			object("Incident", map[string]any{"incidentoperator.dev/inherited": "{}", "example.com/x": "y"}, map[string]any{"name": "n", "assignee": "dave"}),
			map[string]string{
				"editor.incidentoperator.dev/created": alice + "@1", "editor.incidentoperator.dev/name": alice + "@1",
				"editor.incidentoperator.dev/assignee": "bob@example.com@2", "example.com/x": "y",
				"editor.incidentoperator.dev/notes": "1\n1 2 \"bob@example.com\" assignee \"\" \"dave\"",
			},
		},
		"the operator writes what it likes":      {operator, nil, object("Incident", map[string]any{"incidentoperator.dev/inherited": "{}"}, named), nil},
		"what changes nothing is left":           {alice, object("Incident", stamped, named), object("Incident", stamped, named), nil},
		"what is no spec is left to the schema":  {alice, nil, object("Alert", nil, "n"), nil},
		"a comment without a spec is left to it": {alice, nil, object("Comment", nil, []any{}), nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := e.Admit(t.Context(), request(t, test.user, test.before, test.after))
			if err != nil {
				t.Fatal(err)
			}
			if got == nil {
				if test.want != nil {
					t.Fatal("nothing was changed")
				}
				return
			}
			if diff := cmp.Diff(test.want, got.GetAnnotations()); diff != "" {
				t.Error(diff)
			}
			if again, err := e.Admit(t.Context(), request(t, test.user, test.before, got)); err != nil || again != nil {
				t.Errorf("a second run changed %v: %v", again, err)
			}
		})
	}
}

func TestACommentIsByWhoeverCreatesIt(t *testing.T) {
	e := running(t)
	for _, author := range []any{"mallory", "", nil} {
		got, err := e.Admit(t.Context(), request(t, alice, nil, object("Comment", nil, map[string]any{"text": "t", "author": author})))
		if err != nil {
			t.Fatal(err)
		}
		if said, _, _ := unstructured.NestedString(got.Object, "spec", "author"); said != alice {
			t.Errorf("the author is %q", said)
		}
	}
}

func TestWhatCannotBeJudgedIsRefused(t *testing.T) {
	for want, test := range map[string]struct {
		objects   []runtime.Object
		namespace string
	}{
		"no params found":                {nil, "team"},
		"no such key: subjects":          {[]runtime.Object{identities()}, "team"},
		`namespaces "nowhere" not found`: {[]runtime.Object{machines()}, "nowhere"},
	} {
		t.Run(want, func(t *testing.T) {
			asked := request(t, alice, nil, object("Incident", nil, map[string]any{"name": "n"}))
			asked.Namespace = test.namespace
			_, err := running(t, test.objects...).Admit(t.Context(), asked)
			var status apierrors.APIStatus
			if !errors.As(err, &status) || !strings.Contains(err.Error(), want) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestWhatIsNoRequestIsAnError(t *testing.T) {
	e := running(t, machines())
	for name, change := range map[string]func(*admissionv1.AdmissionRequest){
		"no object":               func(r *admissionv1.AdmissionRequest) { r.Object.Raw = nil },
		"an object of no kind":    func(r *admissionv1.AdmissionRequest) { r.Object.Raw = []byte(`{}`) },
		"no JSON":                 func(r *admissionv1.AdmissionRequest) { r.OldObject.Raw = []byte(`{`) },
		"options of a wrong type": func(r *admissionv1.AdmissionRequest) { r.Options.Raw = []byte(`{"dryRun":1}`) },
	} {
		t.Run(name, func(t *testing.T) {
			asked := request(t, alice, nil, object("Incident", nil, map[string]any{"name": "n"}))
			change(asked)
			if _, err := e.Admit(t.Context(), asked); err == nil {
				t.Error("it was let in")
			}
		})
	}
}

// TestPoliciesThatCannotBeFollowedAreAnErrorAtTheStart keeps a change of a policy from being dropped without a word.
func TestPoliciesThatCannotBeFollowedAreAnErrorAtTheStart(t *testing.T) {
	good, err := shipped.Mutating.ReadFile("editors.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const unlimited = `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: p}
spec: {failurePolicy: Fail}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: p}
spec: {policyName: p}
`
	for want, change := range map[string][2]string{
		"it must have matchConstraints":                     {string(good), unlimited},
		"its parameter must be a ClusterRoleBinding":        {"kind: ClusterRoleBinding", "kind: ConfigMap"},
		"one MutatingAdmissionPolicy and the binding of it": {"kind: MutatingAdmissionPolicyBinding", "kind: Binding"},
		`unknown field "failurePolicies"`:                   {"  failurePolicy: Fail", "  failurePolicies: Fail"},
		"compiling the match conditions":                    {"      !(params.subjects", "      !(parameters.subjects"},
		"compiling the variable generation":                 {"string(oldObject == null ? 1", "string(oldObject == null ? nothing"},
		"mutation 0 must be a JSON patch":                   {"    jsonPatch:", "    applyConfiguration:"},
		"compiling mutation 0":                              {`type(object.?spec.orValue({})) == map`, `type(object.?spec.orValue({})) == maps`},
	} {
		t.Run(want, func(t *testing.T) {
			files := fstest.MapFS{"editors.yaml": {Data: []byte(strings.Replace(string(good), change[0], change[1], 1))}}
			if _, err := New(fake.NewClientset(), files, "identities"); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
