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
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

var _ = Describe("What leaves Git", func() {
	gone := func(ctx context.Context, t *team, object client.Object, name string) {
		GinkgoHelper()
		err := admin.Get(ctx, client.ObjectKey{Namespace: t.namespace, Name: name}, object)
		Expect(apierrors.IsNotFound(err)).To(BeTrue(), "%v", err)
	}

	It("is deleted if the role to prune is given, and told of if not", func(ctx SpecContext) {
		t := newTeam(ctx, nil, incident("inc-1"), alert("a-1", "inc-1"), alert("a-2", "inc-1"))
		t.sync(ctx)
		t.rest(ctx, "inc-1", 2, 2)
		t.commit(ctx, incident("inc-1"), alert("a-1", "inc-1"))
		status, message := t.attempt(ctx)
		Expect(status).To(Equal("False"))
		Expect(message).To(MatchRegexp(`^PruneFailed: .*a-2.* is forbidden: User "` + t.user() + `" cannot delete resource "alerts"`))
		Expect(t.alert(ctx, "a-2").Spec.IncidentRef.Name).To(Equal("inc-1"))
		t.rest(ctx, "inc-1", 2, 2)

		t.allow(ctx, "gitops-prune", "delete", "alerts")
		t.sync(ctx)
		gone(ctx, t, &v1alpha1.Alert{}, "a-2")
		t.rest(ctx, "inc-1", 1, 1)
		t.eventuallyTold(ctx, "inc-1", "AlertsDeleted by Unknown: 1 alert")
		t.expectStill(ctx)
	})

	It("stays if it says so, and its alerts and its log with it", func(ctx SpecContext) {
		kept := annotated(incident("inc-1"), `kustomize.toolkit.fluxcd.io/prune: disabled`)
		t := newTeam(ctx, nil, kept, alert("a-1", "inc-1"), incident("inc-2"))
		t.allow(ctx, "gitops-prune", "delete", "incidents")
		t.sync(ctx)
		t.rest(ctx, "inc-1", 1, 1)
		t.plugin(ctx, "alice", "take", "inc-1", "--wait")
		t.commit(ctx, alert("a-1", "inc-1"))
		t.sync(ctx)
		gone(ctx, t, &v1alpha1.Incident{}, "inc-2") // It came without the annotation.
		Expect(t.incident(ctx, "inc-1").Spec.Assignee).To(Equal(alice))
		Expect(t.alert(ctx, "a-1").Spec.Assignee).To(Equal(alice))
		t.expectStill(ctx)
		local.ExpectIntact(ctx, t.incident(ctx, "inc-1"))
	})
})
