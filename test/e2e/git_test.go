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

package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/test/cluster"
)

// manifest is an alert as it lies in a Git repository, with what is stated of the fields that it inherits.
func manifest(stated ...string) string {
	return `apiVersion: incidentoperator.dev/v1alpha1
kind: Alert
metadata:
  name: from-git
spec:
  name: Terminal shell in container
  severity: High
  incidentRef: {name: inc-1}
` + strings.Join(stated, "")
}

const statesBob = "  assignee: bob@example.com\n"

var _ = Describe("A linked alert that a tool applies from Git", func() {
	var namespace string
	var incident *v1alpha1.Incident

	BeforeEach(func(ctx context.Context) {
		namespace = local.NewNamespace(ctx)
		incident = local.CreateIncident(ctx, namespace, "inc-1")
	})

	sync := func(ctx context.Context, manifest string, args ...string) string {
		GinkgoHelper()
		output, err := local.Kubectl(ctx, namespace, "admin", manifest, append(args, "-f", "-")...)
		Expect(err).NotTo(HaveOccurred(), output)
		return output
	}
	alert := func(ctx context.Context) *v1alpha1.Alert {
		GinkgoHelper()
		alert := &v1alpha1.Alert{}
		Expect(admin.Get(ctx, client.ObjectKey{Namespace: namespace, Name: "from-git"}, alert)).To(Succeed())
		return alert
	}
	assignToAlice := func(ctx context.Context) {
		GinkgoHelper()
		local.EditIncident(ctx, incident, toAlice)
		Eventually(func() string { return alert(ctx).Spec.Assignee }).Should(Equal("alice@example.com"))
		local.EventuallyAtRest(ctx, incident, 1, 1)
	}
	memory := func(ctx context.Context) string {
		return alert(ctx).Annotations[v1alpha1.InheritedAnnotation]
	}

	for how, args := range map[string][]string{
		"client-side apply":                 {"apply"},
		"server-side apply that forces":     {"apply", "--server-side", "--force-conflicts", "--field-manager=argocd-controller"},
		"server-side apply as the operator": {"apply", "--server-side", "--force-conflicts", "--field-manager=incident-operator"},
	} {
		It("keeps what it inherited under a manifest that leaves it out: "+how, func(ctx context.Context) {
			sync(ctx, manifest(), args...)
			assignToAlice(ctx)
			remembered := memory(ctx)
			log := local.FromNow()
			for range 3 {
				sync(ctx, manifest(), args...)
			}
			Expect(alert(ctx).Spec.Assignee).To(Equal("alice@example.com"))
			Expect(memory(ctx)).To(Equal(remembered))
			Expect(log.Writes(cluster.OfAlerts(namespace))).To(BeEmpty(), "the operator has nothing to put right")
		})

		It("is overridden at each sync by a manifest that states it, without a fight: "+how, func(ctx context.Context) {
			sync(ctx, manifest(), args...)
			assignToAlice(ctx)
			log := local.FromNow()
			for range 3 {
				sync(ctx, manifest(statesBob), args...)
				Expect(alert(ctx).Spec.Assignee).To(Equal("bob@example.com"))
			}
			local.EventuallyAtRest(ctx, incident, 1, 1)
			Expect(alert(ctx).Spec.Assignee).To(Equal("bob@example.com"), "an override stands")
			Expect(memory(ctx)).To(ContainSubstring(`"value":"alice@example.com"`))
			Expect(log.Writes(cluster.OfAlerts(namespace))).To(BeEmpty(), "the tool's own request notes the change for the log")

			By("giving way to a new assignment, until the next sync")
			local.EditIncident(ctx, incident, func(incident *v1alpha1.Incident) { incident.Spec.Assignee = "carol@example.com" })
			Eventually(func() string { return alert(ctx).Spec.Assignee }).Should(Equal("carol@example.com"))
			local.EditIncident(ctx, incident, toNobody)
			Eventually(func() string { return alert(ctx).Spec.Assignee }).Should(Equal("bob@example.com"), "the override comes back")
		})
	}

	It("keeps its memory when it is replaced by a cleaned manifest", func(ctx context.Context) {
		sync(ctx, manifest(statesBob), "create")
		assignToAlice(ctx)
		remembered := memory(ctx)
		sync(ctx, manifest(), "replace")
		Expect(memory(ctx)).To(Equal(remembered))
		Expect(alert(ctx).Spec.Assignee).To(BeEmpty(), "the manifest says so: an override")

		sync(ctx, manifest("  assignee: alice@example.com\n"), "replace")
		local.EditIncident(ctx, incident, toNobody)
		Eventually(func() string { return alert(ctx).Spec.Assignee }).Should(Equal("bob@example.com"), "what was before comes back")
	})

	It("is not harmed by a file that was exported, edited and applied again", func(ctx context.Context) {
		sync(ctx, manifest(), "create")
		assignToAlice(ctx)
		exported, err := local.Kubectl(ctx, namespace, "admin", "", "get", "alert", "from-git", "-o", "yaml")
		Expect(err).NotTo(HaveOccurred())
		file := filepath.Join(GinkgoT().TempDir(), "exported.yaml")
		edited := strings.ReplaceAll(exported, "severity: High", "severity: Critical")
		Expect(edited).NotTo(Equal(exported))
		Expect(os.WriteFile(file, []byte(edited), 0o600)).To(Succeed())
		output, err := local.Kubectl(ctx, namespace, "admin", "", "replace", "-f", file)
		Expect(err).NotTo(HaveOccurred(), output)
		Expect(alert(ctx).Spec.Severity).To(Equal(v1alpha1.SeverityCritical))
		local.EditIncident(ctx, incident, toNobody)
		Eventually(func() string { return alert(ctx).Spec.Assignee }).Should(BeEmpty())
		Expect(fmt.Sprint(alert(ctx).Annotations)).To(ContainSubstring(string(incident.UID)))
	})
})
