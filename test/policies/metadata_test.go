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
	"fmt"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	ownersRefused     = "metadata.ownerReferences must not be added or changed by who may not delete the object"
	finalizersRefused = "metadata.finalizers must not be added by who may not delete the object"
)

// aNode is an owner that everybody can name, and that is not there.
var aNode = metav1.OwnerReference{APIVersion: "v1", Kind: "ConfigMap", Name: "gone", UID: "0"}

// hooks are what can be put on an object to have it deleted, or to keep it, and what refuses them.
var hooks = map[string]struct {
	put     func(o *unstructured.Unstructured)
	message string
}{
	"an owner":    {func(o *unstructured.Unstructured) { o.SetOwnerReferences(append(o.GetOwnerReferences(), aNode)) }, ownersRefused},
	"a finalizer": {func(o *unstructured.Unstructured) { o.SetFinalizers(append(o.GetFinalizers(), "example.com/mine")) }, finalizersRefused},
	"a finalizer of the collector's": {func(o *unstructured.Unstructured) {
		o.SetFinalizers(append(o.GetFinalizers(), metav1.FinalizerOrphanDependents))
	}, finalizersRefused},
	"an owner and an edit": {func(o *unstructured.Unstructured) {
		o.SetOwnerReferences(append(o.GetOwnerReferences(), aNode))
		switch o.GetKind() {
		case "Incident":
			setSpec("dave", "assignee")(o)
		case "Alert": // Of what ingest may edit, too.
			setSpec(int64(2), "occurrences")(o)
		}
	}, ownersRefused},
}

// retouches change an owner that is there, so that it is another.
var retouches = map[string]func(owner *metav1.OwnerReference){
	"UID":                  func(owner *metav1.OwnerReference) { owner.UID = "1" },
	"name":                 func(owner *metav1.OwnerReference) { owner.Name = "other" },
	"kind":                 func(owner *metav1.OwnerReference) { owner.Kind = "Secret" },
	"version":              func(owner *metav1.OwnerReference) { owner.APIVersion = "example.com/v1" },
	"power to block":       func(owner *metav1.OwnerReference) { owner.BlockOwnerDeletion = new(true) },
	"claim to be the only": func(owner *metav1.OwnerReference) { owner.Controller = new(true) },
}

// guarded are the smallest objects of the kinds whose metadata is guarded.
var guarded = map[string]func() *unstructured.Unstructured{
	"Alert":    func() *unstructured.Unstructured { return alerts.object(uniqueName()) },
	"Incident": func() *unstructured.Unstructured { return incidents.object(uniqueName()) },
	"Comment":  comment,
}

// refused says that an error is a policy's.
func refused(err error, message string) {
	GinkgoHelper()
	Expect(apierrors.IsForbidden(err) || apierrors.IsInvalid(err)).To(BeTrue(), "%v", err)
	Expect(err).To(MatchError(And(ContainSubstring("ValidatingAdmissionPolicy"), ContainSubstring(message))))
}

// grantAllButDelete is a client of a user to whom RBAC grants every verb but those that delete on the kinds of the group,
// and what the rules say.
func (c *cluster) grantAllButDelete(user string, rules ...rbacv1.PolicyRule) client.Client {
	GinkgoHelper()
	group := uniqueName()
	others := slices.DeleteFunc(slices.Clone(verbs), func(v string) bool { return strings.HasPrefix(v, "delete") })
	rules = append(rules, rbacv1.PolicyRule{APIGroups: []string{v1alpha1.GroupVersion.Group}, Resources: []string{"*"}, Verbs: others})
	Expect(c.admin.Create(context.Background(), &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: group}, Rules: rules})).To(Succeed())
	Expect(c.admin.Create(context.Background(), &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: group},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: group},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: group}},
	})).To(Succeed())
	granted := impersonating(c.env.Config, c.admin.RESTMapper(), user, group, "system:authenticated")
	// The API server follows a change of RBAC with a delay.
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User: user, Groups: []string{group}, ResourceAttributes: &authorizationv1.ResourceAttributes{
			Namespace: namespace, Group: v1alpha1.GroupVersion.Group, Resource: "comments", Verb: "update",
		},
	}}
	Eventually(func() bool {
		asked := review.DeepCopy()
		Expect(c.admin.Create(context.Background(), asked)).To(Succeed())
		return asked.Status.Allowed
	}).WithTimeout(20 * time.Second).WithPolling(20 * time.Millisecond).Should(BeTrue())
	return granted
}

// itGuardsMetadata holds in every installation.
func itGuardsMetadata(c func() *cluster) {
	ctx := context.Background()
	for kind, object := range guarded {
		for name, hook := range hooks {
			It(fmt.Sprintf("lets nobody create a %s with %s who may not delete it", kind, name), func() {
				for _, user := range []string{alice, carol, root, c().ingest} {
					o := object()
					hook.put(o)
					if user == c().ingest && kind == "Comment" {
						continue // It may create none.
					}
					err := c().as(user).Create(ctx, o)
					if user == alice || user == c().ingest {
						refused(err, hook.message)
						continue
					}
					Expect(err).NotTo(HaveOccurred(), user)
				}
				generated := object()
				generated.SetName("")
				generated.SetGenerateName("generated-")
				hook.put(generated)
				refused(c().as(alice).Create(ctx, generated.DeepCopy()), hook.message)
				Expect(c().as(carol).Create(ctx, generated)).To(Succeed())
			})
			It(fmt.Sprintf("lets nobody put %s on a %s who may not delete it", name, kind), func() {
				o := object()
				Expect(c().as(alice).Create(ctx, o)).To(Succeed())
				for _, user := range []string{alice, c().ingest, c().operator} {
					before := toYAML(c().get(o))
					// Whatever RBAC says: what is left to refuse is the policies'.
					as := c().grantAllButDelete(user)
					refused(update(hook.put)(ctx, as, o.DeepCopy()), hook.message)
					Expect(toYAML(c().get(o))).To(Equal(before))
				}
				if kind != "Comment" {
					Expect(update(hook.put)(ctx, c().as(carol), o.DeepCopy())).To(Succeed())
				}
				Expect(update(hook.put)(ctx, c().admin, o.DeepCopy())).To(Succeed())
			})
		}
		It("lets the garbage collector and the namespace controller do their work on a "+kind, func() {
			for _, user := range []string{collector, namespaceController, controllerManager} {
				o := object()
				Expect(c().as(alice).Create(ctx, o)).To(Succeed())
				as := c().allPowerful(user)
				for _, hook := range hooks {
					if hook.message == finalizersRefused {
						Expect(update(hook.put)(ctx, as, o.DeepCopy())).To(Succeed(), user)
					}
				}
				Expect(update(func(o *unstructured.Unstructured) { o.SetOwnerReferences([]metav1.OwnerReference{aNode}) })(ctx, as, o.DeepCopy())).To(Succeed(), user)
				Expect(mergePatch(`{"metadata":{"finalizers":null,"ownerReferences":null}}`)(ctx, as, o)).To(Succeed(), user)
			}
		})
		It("lets everybody take away who may change a "+kind, func() {
			o := object()
			for _, hook := range hooks {
				hook.put(o)
			}
			Expect(c().admin.Create(ctx, o)).To(Succeed())
			as := c().grantAllButDelete(alice)
			for _, w := range []write{
				mergePatch(`{"metadata":{"labels":{"team":"blue"}}}`),
				update(func(o *unstructured.Unstructured) { o.SetFinalizers(o.GetFinalizers()[1:]) }),
				update(func(o *unstructured.Unstructured) { o.SetOwnerReferences(o.GetOwnerReferences()[1:]) }),
				mergePatch(`{"metadata":{"finalizers":null}}`),
				mergePatch(`{"metadata":{"ownerReferences":null}}`),
			} {
				Expect(w(ctx, as, o.DeepCopy())).To(Succeed())
			}
			after := c().get(o)
			Expect(after.GetFinalizers()).To(BeEmpty())
			Expect(after.GetOwnerReferences()).To(BeEmpty())
		})
		It("lets those replace a finalizer of a "+kind+" who may delete it, and others not", func() {
			o := object()
			o.SetFinalizers([]string{"example.com/a"})
			Expect(c().admin.Create(ctx, o)).To(Succeed())
			other := update(func(o *unstructured.Unstructured) { o.SetFinalizers([]string{"example.com/b"}) })
			refused(other(ctx, c().grantAllButDelete(alice), o.DeepCopy()), finalizersRefused)
			Expect(other(ctx, c().admin, o.DeepCopy())).To(Succeed())
		})
		for name, retouch := range retouches {
			It(fmt.Sprintf("lets nobody change the %s of the owner of a %s who may not delete it", name, kind), func() {
				o := object()
				o.SetOwnerReferences([]metav1.OwnerReference{aNode})
				Expect(c().admin.Create(ctx, o)).To(Succeed())
				change := update(func(o *unstructured.Unstructured) {
					owners := o.GetOwnerReferences()
					retouch(&owners[0])
					o.SetOwnerReferences(owners)
				})
				refused(change(ctx, c().grantAllButDelete(alice), o.DeepCopy()), ownersRefused)
				Expect(change(ctx, c().admin, o.DeepCopy())).To(Succeed())
			})
		}
		It("asks whether this very "+kind+" may be deleted, and not any other", func() {
			one, other := object(), object()
			for _, o := range []*unstructured.Unstructured{one, other} {
				Expect(c().as(alice).Create(ctx, o)).To(Succeed())
			}
			as := c().grantAllButDelete(alice, rbacv1.PolicyRule{
				APIGroups: []string{v1alpha1.GroupVersion.Group}, Verbs: []string{"delete"}, ResourceNames: []string{one.GetName()},
				Resources: []string{strings.ToLower(kind) + "s"},
			})
			put := update(hooks["a finalizer"].put)
			Expect(put(ctx, as, one)).To(Succeed())
			refused(put(ctx, as, other), finalizersRefused)
		})
	}
}
