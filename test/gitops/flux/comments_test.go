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

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// docs/git.md says to keep comments out of Git, and no shipped role lets a tool apply them: that takes the right to patch.
var _ = Describe("A comment in Git", func() {
	said := func(text string) string {
		return manifest("Comment", "said", []string{"  incidentRef: {name: inc-1}", "  text: " + text})
	}
	begin := func(ctx context.Context) *team {
		GinkgoHelper()
		t := newTeam(ctx, nil)
		role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "incident-operator-" + t.namespace}}
		role.Rules = []rbacv1.PolicyRule{{
			APIGroups: []string{"incidentoperator.dev"}, Resources: []string{"comments"}, Verbs: []string{"get", "create", "patch"},
		}}
		Expect(admin.Create(ctx, role)).To(Succeed())
		t.allow(ctx, t.namespace, "patch", "comments")
		return t
	}
	told := func(t *team) string { return "Commented by " + t.user() + ": The laptop is off the network." }

	It("is recorded if it comes with its incident, and refused if it is edited", func(ctx SpecContext) {
		t := begin(ctx)
		t.commit(ctx, incident("inc-1"), said("The laptop is off the network."))
		t.sync(ctx)
		t.eventuallyTold(ctx, "inc-1", told(t))
		t.expectStill(ctx)

		t.commit(ctx, incident("inc-1", "  severity: Low"), said("It is back."))
		status, message := t.attempt(ctx)
		Expect(status).To(Equal("False"))
		Expect(message).To(ContainSubstring("spec of a Comment must stay as it was created"))
		Expect(t.incident(ctx, "inc-1").Spec.Severity).To(BeEmpty(), "one refused object blocks all")
	})

	It("is recorded if it comes before its incident", func(ctx SpecContext) {
		t := begin(ctx)
		t.commit(ctx, said("The laptop is off the network."))
		t.sync(ctx)
		t.commit(ctx, said("The laptop is off the network."), incident("inc-1"))
		t.sync(ctx)
		t.eventuallyTold(ctx, "inc-1", told(t))
		t.expectStill(ctx)
	})
})
