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
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// verbs are all that RBAC may grant on the kinds of the group.
var verbs = []string{"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"}

var (
	read   = []string{"get", "list", "watch"}
	change = []string{"get", "list", "watch", "create", "update", "patch"}
)

// granted are the verbs that each user holds on each resource. Nobody may change a comment or an entry of the log.
var granted = map[string]map[string][]string{
	vera: {"alerts": read, "incidents": read, "comments": read, "activities": read, "alertsources": read, "correlationpolicies": read, "suppressionrules": read},
	alice: {
		"alerts": change, "incidents": change, "comments": {"get", "list", "watch", "create"}, "activities": read, "alertsources": read,
		"correlationpolicies": read, "suppressionrules": read,
	},
	carol: {
		// Delete is for what is left of a log without its incident: see activities_test.go.
		"alerts": verbs, "incidents": verbs, "alertsources": verbs, "correlationpolicies": verbs, "suppressionrules": verbs, "activities": {"get", "list", "watch", "delete"},
		"comments": {"get", "list", "watch", "create", "delete", "deletecollection"},
	},
	// A Git tool applies what lies in Git; to delete is a role of its own.
	gitTool: {
		"alerts": {"get", "list", "watch", "create", "patch"}, "incidents": {"get", "list", "watch", "create", "patch"},
		"comments": nil, "activities": nil, "alertsources": nil, "correlationpolicies": nil, "suppressionrules": nil,
	},
	gitPruner: {
		"alerts": {"delete"}, "incidents": {"delete"}, "comments": nil, "activities": nil,
		"alertsources": nil, "correlationpolicies": nil, "suppressionrules": nil,
	},
	// No update: every write of what exists is a patch.
	"ingest": {
		"alerts": {"get", "list", "watch", "create", "patch"}, "incidents": {"get", "list", "watch", "create", "patch"},
		"alertsources": read, "correlationpolicies": read, "suppressionrules": read, "comments": nil, "activities": nil,
	},
	// No update: every write of the operator is a patch, or creates an entry of the log.
	"operator": {
		"alerts": {"get", "list", "watch", "patch"}, "incidents": {"get", "list", "watch", "patch"},
		"comments": read, "activities": {"get", "create"}, "alertsources": nil,
		"correlationpolicies": nil, "suppressionrules": nil,
	},
}

// statusOf are the resources whose status each machine may patch; people may write none.
var statusOf = map[string][]string{
	"operator": {"alerts", "incidents", "comments"},
	"ingest":   {"alertsources", "correlationpolicies", "suppressionrules"},
}

func itGrantsOnly(c func() *cluster) {
	may := func(user string, attributes authorizationv1.ResourceAttributes) bool {
		GinkgoHelper()
		review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
			User: user, ResourceAttributes: &attributes,
		}}
		Expect(c().admin.Create(context.Background(), review)).To(Succeed())
		return review.Status.Allowed
	}
	userName := func(user string) string {
		switch user {
		case "operator":
			return c().operator
		case "ingest":
			return c().ingest
		}
		return user
	}

	for user, want := range granted {
		It("grants exactly what "+user+" needs", func() {
			for resource, want := range want {
				for _, verb := range verbs {
					attributes := authorizationv1.ResourceAttributes{
						Namespace: namespace, Group: v1alpha1.GroupVersion.Group, Resource: resource, Verb: verb,
					}
					Expect(may(userName(user), attributes)).To(Equal(slices.Contains(want, verb)), "%s %s", verb, resource)
					attributes.Subresource = "status"
					Expect(may(userName(user), attributes)).
						To(Equal(verb == "patch" && slices.Contains(statusOf[user], resource)), "%s %s/status", verb, resource)
				}
			}
			for _, verb := range verbs {
				Expect(may(userName(user), authorizationv1.ResourceAttributes{Namespace: namespace, Resource: "secrets", Verb: verb})).To(BeFalse())
				for _, resource := range []string{
					"mutatingadmissionpolicies", "mutatingadmissionpolicybindings",
					"validatingadmissionpolicies", "validatingadmissionpolicybindings", "mutatingwebhookconfigurations",
				} {
					attributes := authorizationv1.ResourceAttributes{Group: "admissionregistration.k8s.io", Resource: resource, Verb: verb}
					Expect(may(userName(user), attributes)).To(Equal(user == "operator" && verb == "list"), "%s %s", verb, resource)
				}
			}
		})
	}

	It("grants the operator its own lease, in its own namespace, and no other", func() {
		lease := func(namespace, name, verb string) bool {
			return may(c().operator, authorizationv1.ResourceAttributes{
				Namespace: namespace, Group: "coordination.k8s.io", Resource: "leases", Name: name, Verb: verb,
			})
		}
		own := "incident-operator.incidentoperator.dev"
		for _, verb := range []string{"get", "update"} {
			Expect(lease(c().namespace, own, verb)).To(BeTrue(), verb)
			Expect(lease(c().namespace, "other", verb)).To(BeFalse(), verb)
			Expect(lease("kube-system", own, verb)).To(BeFalse(), verb)
		}
		Expect(lease(c().namespace, own, "create")).To(BeTrue())
		Expect(lease(c().namespace, own, "delete")).To(BeFalse())
	})

	It("lets whoever is known ask whether the operator is alive, and nothing else of its namespace", func() {
		lease := func(namespace, name, verb string) bool {
			review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
				User: vera, Groups: []string{"system:authenticated"}, ResourceAttributes: &authorizationv1.ResourceAttributes{
					Namespace: namespace, Group: "coordination.k8s.io", Resource: "leases", Name: name, Verb: verb,
				},
			}}
			Expect(c().admin.Create(context.Background(), review)).To(Succeed())
			return review.Status.Allowed
		}
		own := "incident-operator.incidentoperator.dev"
		Expect(lease(c().namespace, own, "get")).To(BeTrue())
		for _, verb := range verbs[1:] {
			Expect(lease(c().namespace, own, verb)).To(BeFalse(), verb)
		}
		Expect(lease(c().namespace, "other", "get")).To(BeFalse())
		Expect(lease("kube-system", own, "get")).To(BeFalse())
	})

	It("lets the operator report events and ask about scrapers", func() {
		for _, attributes := range []authorizationv1.ResourceAttributes{
			{Namespace: namespace, Group: "events.k8s.io", Resource: "events", Verb: "create"},
			{Namespace: namespace, Group: "events.k8s.io", Resource: "events", Verb: "patch"},
			{Namespace: c().namespace, Resource: "events", Verb: "create"},
			{Group: "authentication.k8s.io", Resource: "tokenreviews", Verb: "create"},
			{Group: "authorization.k8s.io", Resource: "subjectaccessreviews", Verb: "create"},
		} {
			Expect(may(c().operator, attributes)).To(BeTrue(), "%+v", attributes)
		}
		Expect(may(c().operator, authorizationv1.ResourceAttributes{Namespace: namespace, Resource: "events", Verb: "create"})).To(BeFalse())
	})

	It("refuses what is not granted when it is really tried", func() {
		ctx := context.Background()
		for _, kind := range kinds {
			o := c().create(alice, kind, nil)
			Expect(c().as(vera).Get(ctx, keyOf(o), o.DeepCopy())).To(Succeed())
			for name, err := range map[string]error{
				"vera creates":            c().as(vera).Create(ctx, kind.object(uniqueName())),
				"vera edits":              spec(`{"assignee":"vera"}`)(ctx, c().as(vera), o.DeepCopy()),
				"vera deletes":            c().as(vera).Delete(ctx, o.DeepCopy()),
				"alice deletes":           c().as(alice).Delete(ctx, o.DeepCopy()),
				"alice deletes all":       c().as(alice).DeleteAllOf(ctx, o.DeepCopy(), inNamespace),
				"alice writes status":     statusPatch(`{"status":{}}`)(ctx, c().as(alice), o.DeepCopy()),
				"alice updates status":    c().as(alice).Status().Update(ctx, c().get(o)),
				"carol writes status":     statusPatch(`{"status":{}}`)(ctx, c().as(carol), o.DeepCopy()),
				"ingest deletes":          c().as(c().ingest).Delete(ctx, o.DeepCopy()),
				"ingest writes status":    statusPatch(`{"status":{}}`)(ctx, c().as(c().ingest), o.DeepCopy()),
				"the operator creates":    c().as(c().operator).Create(ctx, kind.object(uniqueName())),
				"the operator updates":    c().as(c().operator).Update(ctx, c().get(o)),
				"the operator deletes":    c().as(c().operator).Delete(ctx, o.DeepCopy()),
				"the operator re-creates": apply(map[string]any{"spec": map[string]any{"name": "n"}})(ctx, c().as(c().operator), kind.object(uniqueName())),
				"alice in another namespace": func() error {
					elsewhere := kind.object(uniqueName())
					elsewhere.SetNamespace("kube-public")
					return c().as(alice).Create(ctx, elsewhere)
				}(),
			} {
				Expect(apierrors.IsForbidden(err)).To(BeTrue(), "%s an %s: %v", name, kind.kind, err)
			}
			Expect(c().as(carol).Delete(ctx, o)).To(Succeed())
		}
	})

	It("ships roles without wildcards, secrets or status for people, and no delete that reaches view or edit", func() {
		for _, role := range clusterRoles(render(filepath.Join("..", "..", "config", "default"))) {
			for _, rule := range role.Rules {
				all := slices.Concat(rule.APIGroups, rule.Resources, rule.Verbs, rule.NonResourceURLs)
				Expect(all).NotTo(ContainElement("*"), role.Name)
				Expect(rule.Resources).NotTo(ContainElement("secrets"), role.Name)
				if role.Name == "incident-operator" || role.Name == "incident-operator-ingest" {
					continue
				}
				Expect(rule.Resources).NotTo(ContainElement(HaveSuffix("/status")), role.Name)
				// The cluster's own admin includes edit, and edit includes view.
				if role.Name != "incident-operator-admin" && role.Name != "incident-operator-gitops-prune" {
					Expect(rule.Verbs).NotTo(ContainElement(HavePrefix("delete")), role.Name)
				}
			}
			var aggregated []string
			for label := range role.Labels {
				if to, ok := strings.CutPrefix(label, "rbac.authorization.k8s.io/aggregate-to-"); ok {
					aggregated = append(aggregated, to)
				}
			}
			Expect(aggregated).To(Equal(map[string][]string{
				"incident-operator-viewer":    {"view"},
				"incident-operator-responder": {"edit"},
				"incident-operator-admin":     {"admin"},
			}[role.Name]), role.Name)
		}
	})
}

// clusterRoles finds the ClusterRoles and Roles among rendered manifests.
func clusterRoles(manifests []byte) []rbacv1.ClusterRole {
	GinkgoHelper()
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(manifests), 4096)
	var roles []rbacv1.ClusterRole
	for {
		var role rbacv1.ClusterRole
		err := decoder.Decode(&role)
		if errors.Is(err, io.EOF) {
			break
		}
		Expect(err).NotTo(HaveOccurred())
		if role.Kind == "ClusterRole" || role.Kind == "Role" {
			roles = append(roles, role)
		}
	}
	Expect(len(roles)).To(BeNumerically(">=", 7))
	return roles
}
