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

package policies

import (
	"context"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Users of Kubernetes itself.
const (
	collector           = "system:serviceaccount:kube-system:generic-garbage-collector"
	namespaceController = "system:serviceaccount:kube-system:namespace-controller"
	controllerManager   = "system:kube-controller-manager"
)

const (
	byTheOperator = "an Activity must be written by the incident operator: the log of an incident is not to be changed by hand"
	notDeleted    = "an Activity must not be deleted"
	notChanged    = "spec, labels and annotations of an Activity must stay as they were created"
	owned         = "ownerReferences and finalizers of an Activity must stay as they were created"
	// unchangedActivity is what the CRD says, before the policies do.
	unchangedActivity = "spec of an Activity must stay as it was created"
)

// probe is the entry that shows whether the policies are in force.
const probe = "probe"

func activity(name, place string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": v1alpha1.GroupVersion.String(),
		"kind":       "Activity",
		"metadata": map[string]any{
			"name": name, "namespace": place,
			"labels": map[string]any{"team": "blue"}, "annotations": map[string]any{"example.com/note": "x"},
			"ownerReferences": []any{map[string]any{
				"apiVersion": v1alpha1.GroupVersion.String(), "kind": "Incident", "name": "inc-1", "uid": "0",
			}},
		},
		"spec": map[string]any{
			"incidentRef": map[string]any{"name": "inc-1", "uid": "0"},
			"sequence":    int64(1),
			"time":        "2026-07-01T12:00:00Z",
			"actor":       alice,
			"actorKind":   "User",
			"type":        "Created",
			"summary":     "created",
			"after":       map[string]any{"generation": int64(1), "resourceVersion": "1"},
			"hash":        strings.Repeat("0", 64),
		},
	}}
}

// tamperings are updates that nobody may make, and what refuses them when RBAC does not.
var tamperings = map[string]struct {
	write   write
	message string
}{
	"its summary":             {spec(`{"summary":"nothing happened"}`), unchangedActivity},
	"its actor":               {spec(`{"actor":"mallory"}`), unchangedActivity},
	"its spec, replaced":      {update(setSpec("nothing happened", "summary")), unchangedActivity},
	"a label":                 {mergePatch(`{"metadata":{"labels":{"team":"red"}}}`), notChanged},
	"a new label":             {mergePatch(`{"metadata":{"labels":{"a":"b"}}}`), notChanged},
	"all labels":              {mergePatch(`{"metadata":{"labels":null}}`), notChanged},
	"an annotation":           {annotate(map[string]any{"example.com/note": "y"}), notChanged},
	"all annotations":         {mergePatch(`{"metadata":{"annotations":null}}`), notChanged},
	"a label, applied":        {apply(map[string]any{"metadata": map[string]any{"labels": map[string]any{"a": "b"}}}), notChanged},
	"its metadata, replaced":  {update(func(o *unstructured.Unstructured) { o.SetLabels(nil); o.SetAnnotations(nil) }), notChanged},
	"a label beside an owner": {mergePatch(`{"metadata":{"labels":null,"ownerReferences":null}}`), notChanged},
}

// loosenings are what the garbage collector alone may do.
var loosenings = map[string]write{
	"its owner":       mergePatch(`{"metadata":{"ownerReferences":null}}`),
	"its owner's UID": jsonPatch(`[{"op":"replace","path":"/metadata/ownerReferences/0/uid","value":"1"}]`),
	"a finalizer":     mergePatch(`{"metadata":{"finalizers":["example.com/mine"]}}`),
}

// itKeepsTheLog holds in every installation.
func itKeepsTheLog(c func() *cluster) {
	ctx := context.Background()
	logged := func() *unstructured.Unstructured {
		GinkgoHelper()
		o := activity(uniqueName(), namespace)
		Expect(c().as(c().operator).Create(ctx, o)).To(Succeed())
		return o
	}
	forbidden := func(err error, message string) {
		GinkgoHelper()
		Expect(apierrors.IsForbidden(err)).To(BeTrue(), "%v", err)
		Expect(err).To(MatchError(ContainSubstring(message)))
	}
	const rbac = "cannot" // User "x" cannot create resource "activities"

	It("lets the operator alone create an entry", func() {
		for _, user := range []string{alice, vera, carol, c().ingest} {
			forbidden(c().as(user).Create(ctx, activity(uniqueName(), namespace)), rbac)
		}
		for _, user := range []string{
			root, alice, c().ingest, collector, namespaceController, controllerManager,
			// Names that only look like the operator's.
			"incident-operator", "system:serviceaccount:" + namespace + ":" + c().prefix + "incident-operator", c().operator + "x",
		} {
			forbidden(c().allPowerful(user).Create(ctx, activity(uniqueName(), namespace)), byTheOperator)
		}
		forbidden(c().admin.Create(ctx, activity(uniqueName(), namespace)), byTheOperator)
		Expect(apply(activity("x", namespace).Object)(ctx, c().admin, activity(uniqueName(), namespace))).
			To(MatchError(ContainSubstring(byTheOperator)))
		logged()
	})
	It("cannot be talked out of it by impersonation", func() {
		err := impersonating(c().people[alice], c().admin.RESTMapper(), c().operator, "system:authenticated").Create(ctx, activity(uniqueName(), namespace))
		Expect(apierrors.IsForbidden(err)).To(BeTrue(), "%v", err)
		Expect(err).To(MatchError(And(ContainSubstring(alice), ContainSubstring("cannot impersonate"))))
	})

	for name, tampering := range tamperings {
		It("lets nobody change "+name, func() {
			o := logged()
			before := c().get(o)
			for _, user := range []string{alice, vera, carol, c().ingest, c().operator} {
				forbidden(tampering.write(ctx, c().as(user), o.DeepCopy()), rbac)
			}
			for _, user := range []string{c().operator, collector, namespaceController, controllerManager} {
				Expect(tampering.write(ctx, c().allPowerful(user), o.DeepCopy())).To(MatchError(ContainSubstring(tampering.message)), user)
			}
			Expect(tampering.write(ctx, c().admin, o.DeepCopy())).To(MatchError(ContainSubstring(tampering.message)))
			Expect(toYAML(c().get(o))).To(Equal(toYAML(before)))
		})
	}
	for name, loosening := range loosenings {
		It("lets the garbage collector alone change "+name, func() {
			o := logged()
			before := c().get(o)
			for _, user := range []string{alice, vera, carol, c().ingest, c().operator} {
				forbidden(loosening(ctx, c().as(user), o.DeepCopy()), rbac)
			}
			forbidden(loosening(ctx, c().allPowerful(c().operator), o.DeepCopy()), owned)
			forbidden(loosening(ctx, c().admin, o.DeepCopy()), owned)
			Expect(toYAML(c().get(o))).To(Equal(toYAML(before)))

			Expect(c().write(collector, o, loosening).GetResourceVersion()).NotTo(Equal(before.GetResourceVersion()))
			o = logged()
			Expect(loosening(ctx, c().allPowerful(controllerManager), o)).To(Succeed())
		})
	}
	It("lets pass what changes nothing", func() {
		o := logged()
		before := c().get(o)
		for _, user := range []string{root, "system:serviceaccount:kube-system:storage-version-migrator-controller"} {
			Expect(update(func(*unstructured.Unstructured) {})(ctx, c().allPowerful(user), o.DeepCopy())).To(Succeed())
		}
		Expect(toYAML(c().get(o))).To(Equal(toYAML(before)))
	})

	It("lets nobody delete an entry", func() {
		o := logged()
		for _, user := range []string{alice, vera, c().ingest, c().operator} {
			forbidden(c().as(user).Delete(ctx, o.DeepCopy()), rbac)
			forbidden(c().as(user).DeleteAllOf(ctx, o.DeepCopy(), inNamespace), rbac)
		}
		forbidden(c().as(carol).Delete(ctx, o.DeepCopy()), notDeleted)
		forbidden(c().as(carol).DeleteAllOf(ctx, o.DeepCopy(), inNamespace), rbac)
		forbidden(c().allPowerful(c().operator).Delete(ctx, o.DeepCopy()), notDeleted)
		for _, policy := range []metav1.DeletionPropagation{
			metav1.DeletePropagationBackground, metav1.DeletePropagationForeground, metav1.DeletePropagationOrphan,
		} {
			forbidden(c().admin.Delete(ctx, o.DeepCopy(), client.PropagationPolicy(policy)), notDeleted)
		}
		forbidden(c().admin.DeleteAllOf(ctx, o.DeepCopy(), inNamespace), notDeleted)
		Expect(c().get(o).GetDeletionTimestamp()).To(BeNil())
	})
	It("lets Kubernetes delete an entry", func() {
		for _, user := range []string{collector, namespaceController} {
			o := logged()
			Expect(c().as(user).Delete(ctx, o)).To(Succeed())
			Expect(apierrors.IsNotFound(c().admin.Get(ctx, keyOf(o), o))).To(BeTrue())
		}
		Expect(c().allPowerful(controllerManager).Delete(ctx, logged())).To(Succeed())
	})
	It("lets those delete what is left of a log without its incident who could have deleted the incident", func() {
		place := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "orphaned-"}}
		Expect(c().admin.Create(ctx, place)).To(Succeed())
		left := func() *unstructured.Unstructured {
			GinkgoHelper()
			o := activity(uniqueName(), place.Name)
			o.SetOwnerReferences(nil)
			Expect(c().as(c().operator).Create(ctx, o)).To(Succeed())
			return o
		}
		// Vera may delete activities, and one incident, which is not theirs.
		Expect(c().admin.Create(ctx, &rbacv1.Role{
			ObjectMeta: metav1.ObjectMeta{Name: "vera", Namespace: place.Name},
			Rules: []rbacv1.PolicyRule{
				{APIGroups: []string{v1alpha1.GroupVersion.Group}, Resources: []string{"activities"}, Verbs: []string{"delete"}},
				{APIGroups: []string{v1alpha1.GroupVersion.Group}, Resources: []string{"incidents"}, Verbs: []string{"delete"}, ResourceNames: []string{"inc-2"}},
				{APIGroups: []string{v1alpha1.GroupVersion.Group}, Resources: []string{"incidents"}, Verbs: []string{"get", "update", "patch"}},
			},
		})).To(Succeed())
		for name, role := range map[string]rbacv1.RoleRef{
			vera:  {APIGroup: rbacv1.GroupName, Kind: "Role", Name: "vera"},
			carol: {APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: c().prefix + "incident-operator-admin"},
		} {
			Expect(c().admin.Create(ctx, &rbacv1.RoleBinding{
				ObjectMeta: metav1.ObjectMeta{GenerateName: "role-", Namespace: place.Name},
				RoleRef:    role, Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: name}},
			})).To(Succeed())
		}
		o := left()
		for _, user := range []string{alice, c().ingest, c().operator} {
			forbidden(c().as(user).Delete(ctx, o.DeepCopy()), rbac)
		}
		forbidden(c().as(vera).Delete(ctx, o.DeepCopy()), notDeleted)
		Expect(c().as(carol).Delete(ctx, o)).To(Succeed())
		Expect(c().admin.Delete(ctx, left())).To(Succeed())

		other := activity(uniqueName(), place.Name)
		other.SetOwnerReferences(nil)
		setSpec("inc-2", "incidentRef", "name")(other)
		Expect(c().as(c().operator).Create(ctx, other)).To(Succeed())
		Expect(c().as(vera).Delete(ctx, other)).To(Succeed(), "it could have deleted that incident")

		held := activity(uniqueName(), place.Name)
		Expect(c().as(c().operator).Create(ctx, held)).To(Succeed())
		for _, user := range []string{carol, root} {
			forbidden(c().as(user).Delete(ctx, held.DeepCopy()), notDeleted)
		}
		forbidden(mergePatch(`{"metadata":{"ownerReferences":null}}`)(ctx, c().admin, held.DeepCopy()), owned)
	})
	It("lets go of the log with its namespace, to whoever has the right", func() {
		place := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "going-"}}
		Expect(c().admin.Create(ctx, place)).To(Succeed())
		Expect(c().admin.Create(ctx, &rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: "carol", Namespace: place.Name},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: c().prefix + "incident-operator-admin"},
			Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: carol}},
		})).To(Succeed())
		one, another, third := activity(uniqueName(), place.Name), activity(uniqueName(), place.Name), activity(uniqueName(), place.Name)
		for _, o := range []*unstructured.Unstructured{one, another, third} {
			Expect(c().as(c().operator).Create(ctx, o)).To(Succeed())
		}
		forbidden(c().admin.Delete(ctx, one.DeepCopy()), notDeleted)

		// Without a controller manager it stays as it is now: terminating.
		Expect(c().admin.Delete(ctx, place)).To(Succeed())
		// The API server follows the namespace with a delay.
		Eventually(func() error { return c().admin.Delete(ctx, one.DeepCopy()) }).
			WithTimeout(20 * time.Second).WithPolling(100 * time.Millisecond).Should(Succeed())
		forbidden(c().as(alice).Delete(ctx, another.DeepCopy()), rbac)
		forbidden(mergePatch(`{"metadata":{"labels":null}}`)(ctx, c().admin, another.DeepCopy()), notChanged)
		Expect(c().as(carol).Delete(ctx, another)).To(Succeed())
		Expect(c().as(namespaceController).DeleteAllOf(ctx, third.DeepCopy(), client.InNamespace(place.Name))).To(Succeed())
		Expect(apierrors.IsNotFound(c().admin.Get(ctx, keyOf(third), third))).To(BeTrue())
	})
}
