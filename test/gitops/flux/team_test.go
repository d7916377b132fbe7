//go:build controllers

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

package flux

import (
	"context"
	"fmt"
	"maps"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

var (
	gitRepositories = schema.GroupVersionKind{Group: "source.toolkit.fluxcd.io", Version: "v1", Kind: "GitRepository"}
	kustomizations  = schema.GroupVersionKind{Group: "kustomize.toolkit.fluxcd.io", Version: "v1", Kind: "Kustomization"}
)

// merging makes Flux leave alone what plain kubectl wrote, as docs/git.md says.
var merging = map[string]any{"commonMetadata": map[string]any{
	"annotations": map[string]any{"kustomize.toolkit.fluxcd.io/ssa": "Merge"},
}}

// team is a namespace with a repository and a Kustomization that applies it. Nothing is synced but by request: the interval is
// longer than any test.
type team struct {
	*repository
	namespace string
}

// newTeam makes one as docs/git.md says, with more of the spec of its Kustomization. Alice and bob respond. It begins with
// these manifests.
func newTeam(ctx context.Context, spec map[string]any, manifests ...string) *team {
	GinkgoHelper()
	namespace := local.NewNamespace(ctx)
	t := &team{repository: newRepository(ctx, namespace), namespace: namespace}
	for _, person := range []string{"alice", "bob"} {
		local.GiveRole(ctx, namespace, person, "responder")
	}
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "gitops"}}
	Expect(admin.Create(ctx, account)).To(Succeed())
	t.allow(ctx, "gitops", "patch", "incidents")
	t.commit(ctx, manifests...)
	all := map[string]any{"serviceAccountName": "gitops", "targetNamespace": namespace, "path": "./", "prune": true}
	maps.Copy(all, spec)
	t.follow(ctx, all)
	return t
}

// follow makes the Kustomization and its source.
func (t *team) follow(ctx context.Context, spec map[string]any) {
	GinkgoHelper()
	source := t.object(gitRepositories)
	source.Object["spec"] = map[string]any{"interval": "24h", "url": t.url(), "ref": map[string]any{"branch": "main"}}
	Expect(admin.Create(ctx, source)).To(Succeed())
	all := map[string]any{
		"interval": "24h", "retryInterval": "24h", "timeout": "1m",
		"sourceRef": map[string]any{"kind": gitRepositories.Kind, "name": source.GetName()},
	}
	maps.Copy(all, spec)
	kustomization := t.object(kustomizations)
	kustomization.Object["spec"] = all
	Expect(admin.Create(ctx, kustomization)).To(Succeed())
}

func (t *team) object(kind schema.GroupVersionKind) *unstructured.Unstructured {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(kind)
	object.SetNamespace(t.namespace)
	object.SetName("fleet")
	return object
}

// user is the name under which the Kustomization writes.
func (t *team) user() string { return "system:serviceaccount:" + t.namespace + ":gitops" }

// allow gives the ServiceAccount a shipped role, and returns when the API server knows what it allows.
func (t *team) allow(ctx context.Context, role, verb, resource string) {
	GinkgoHelper()
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: t.namespace, Name: "incident-operator-" + role},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "incident-operator-" + role},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: t.namespace, Name: "gitops"}},
	}
	Expect(admin.Create(ctx, binding)).To(Succeed())
	Eventually(func(g Gomega) {
		review := &authorizationv1.LocalSubjectAccessReview{ObjectMeta: metav1.ObjectMeta{Namespace: t.namespace}}
		review.Spec.User = t.user()
		review.Spec.ResourceAttributes = &authorizationv1.ResourceAttributes{
			Namespace: t.namespace, Verb: verb, Group: "incidentoperator.dev", Resource: resource,
		}
		g.Expect(admin.Create(ctx, review)).To(Succeed())
		g.Expect(review.Status.Allowed).To(BeTrue(), review.Status.Reason)
	}).WithContext(ctx).Should(Succeed())
}

// set changes the spec of the Kustomization.
func (t *team) set(ctx context.Context, field, value string) {
	GinkgoHelper()
	patch := client.RawPatch(types.MergePatchType, fmt.Appendf(nil, `{"spec":{%q:%s}}`, field, value))
	Expect(admin.Patch(ctx, t.object(kustomizations), patch)).To(Succeed())
}

// sync has what was committed last applied, which must succeed.
func (t *team) sync(ctx context.Context) {
	GinkgoHelper()
	status, message := t.attempt(ctx)
	Expect(status).To(Equal("True"), message)
}

// attempt has what was committed last applied, and returns what Ready of the Kustomization says then.
func (t *team) attempt(ctx context.Context) (status, message string) {
	GinkgoHelper()
	revision := t.fetch(ctx)
	kustomization := t.request(ctx, kustomizations, func(g Gomega, o *unstructured.Unstructured) {
		g.Expect(field(o, "status", "lastAttemptedRevision")).To(Equal(revision))
		status, message := condition(o, "Ready")
		g.Expect(status).To(Or(Equal("True"), Equal("False")), message)
	})
	return condition(kustomization, "Ready")
}

// fetch has the source look at the repository, and returns the revision that it found, which is that of the last commit.
func (t *team) fetch(ctx context.Context) string {
	GinkgoHelper()
	head := t.git(ctx, "rev-parse", "HEAD")
	source := t.request(ctx, gitRepositories, func(g Gomega, o *unstructured.Unstructured) {
		_, message := condition(o, "Ready")
		g.Expect(field(o, "status", "artifact", "revision")).To(HaveSuffix(head), message)
	})
	return field(source, "status", "artifact", "revision")
}

// request asks the controller to look now, as 'flux reconcile' does, and returns the object when the controller has and when
// it is as it must be.
func (t *team) request(ctx context.Context, kind schema.GroupVersionKind, must func(Gomega, *unstructured.Unstructured)) *unstructured.Unstructured {
	GinkgoHelper()
	object, now := t.object(kind), time.Now().Format(time.RFC3339Nano)
	patch := fmt.Appendf(nil, `{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":%q}}}`, now)
	Expect(admin.Patch(ctx, object, client.RawPatch(types.MergePatchType, patch))).To(Succeed())
	Eventually(func(g Gomega) {
		g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(object), object)).To(Succeed())
		g.Expect(field(object, "status", "lastHandledReconcileAt")).To(Equal(now))
		must(g, object)
	}).WithContext(ctx).Should(Succeed())
	return object
}

func field(object *unstructured.Unstructured, path ...string) string {
	value, _, _ := unstructured.NestedString(object.Object, path...)
	return value
}

// condition returns what a condition says; one that is not there says nothing.
func condition(object *unstructured.Unstructured, kind string) (status, message string) {
	all, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	for _, one := range all {
		if one, ok := one.(map[string]any); ok && one["type"] == kind {
			return fmt.Sprint(one["status"]), fmt.Sprint(one["reason"], ": ", one["message"])
		}
	}
	return "", "there is no " + kind
}
