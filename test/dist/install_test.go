//go:build dist

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

package dist

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

var _ = Describe("Helm, on an API server", Ordered, func() {
	var c *cluster
	release := func(command ...string) []string {
		return append(command, "--namespace", operatorNamespace, "--create-namespace")
	}

	BeforeAll(func(ctx SpecContext) {
		c = newCluster()
		c.helm(ctx, release("install", "incidents", chart)...)
	})

	It("installs every object that it renders", func(ctx SpecContext) {
		for _, o := range render(ctx, "--namespace", operatorNamespace) {
			Expect(c.Get(ctx, client.ObjectKeyFromObject(&o), o.DeepCopy())).To(Succeed(), o.GetKind()+" "+o.GetName())
		}
	})

	It("keeps all data in an upgrade, and changes what the values say", func(ctx SpecContext) {
		incident, alert := create(ctx, c)
		c.helm(ctx, release("upgrade", "incidents", chart, "--set", "operator.replicas=2")...)
		var deployment appsv1.Deployment
		Expect(c.Get(ctx, client.ObjectKey{Namespace: operatorNamespace, Name: "incident-operator"}, &deployment)).To(Succeed())
		Expect(deployment.Spec.Replicas).To(HaveValue(BeEquivalentTo(2)))
		expectUntouched(ctx, c, incident, alert)
	})

	It("leaves the CRDs and all data when it is uninstalled, and nothing else", func(ctx SpecContext) {
		rendered := render(ctx, "--namespace", operatorNamespace)
		c.helm(ctx, "uninstall", "incidents", "--namespace", operatorNamespace)
		for _, o := range rendered {
			err := c.Get(ctx, client.ObjectKeyFromObject(&o), o.DeepCopy())
			if o.GetKind() == "CustomResourceDefinition" {
				Expect(err).NotTo(HaveOccurred(), o.GetName())
			} else {
				Expect(apierrors.IsNotFound(err)).To(BeTrue(), "%s %s: %v", o.GetKind(), o.GetName(), err)
			}
		}
		var roles rbacv1.ClusterRoleList
		Expect(c.List(ctx, &roles, client.MatchingLabels{"app.kubernetes.io/instance": "incidents"})).To(Succeed())
		Expect(roles.Items).To(BeEmpty())
		var incidents v1alpha1.IncidentList
		Expect(c.List(ctx, &incidents)).To(Succeed())
		Expect(incidents.Items).To(HaveLen(1))
	})

	It("takes the CRDs and the data over when it is installed again", func(ctx SpecContext) {
		c.helm(ctx, release("install", "incidents", chart)...)
		var incidents v1alpha1.IncidentList
		Expect(c.List(ctx, &incidents)).To(Succeed())
		Expect(incidents.Items).To(HaveLen(1))
	})

	It("deletes the CRDs, and with them all data, only if it was told so before", func(ctx SpecContext) {
		c.helm(ctx, release("upgrade", "incidents", chart, "--set", "crds.keep=false")...)
		c.helm(ctx, "uninstall", "incidents", "--namespace", operatorNamespace)
		Eventually(func(g Gomega) {
			var definitions apiextensionsv1.CustomResourceDefinitionList
			g.Expect(c.List(ctx, &definitions)).To(Succeed())
			g.Expect(definitions.Items).To(BeEmpty())
		}).Should(Succeed())
	})
})

// create makes one incident with an alert, as soon as the policies let anybody.
func create(ctx context.Context, c *cluster) (*v1alpha1.Incident, *v1alpha1.Alert) {
	GinkgoHelper()
	incident := &v1alpha1.Incident{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "inc-1"}}
	Eventually(func(g Gomega) {
		probe := incident.DeepCopy()
		probe.Spec.Assignee = "alice@example.com"
		g.Expect(c.Create(ctx, probe, client.DryRunAll)).To(Succeed())
		g.Expect(probe.Annotations).To(HaveKey(v1alpha1.NotesAnnotation))
	}).Should(Succeed())
	Expect(c.Create(ctx, incident)).To(Succeed())
	alert := &v1alpha1.Alert{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "a"}}
	alert.Spec.Name, alert.Spec.IncidentRef.Name = "Odd process", "inc-1"
	Expect(c.Create(ctx, alert)).To(Succeed())
	return incident, alert
}

// expectUntouched makes sure that nobody wrote the objects.
func expectUntouched(ctx context.Context, c *cluster, objects ...client.Object) {
	GinkgoHelper()
	for _, o := range objects {
		current := &unstructured.Unstructured{}
		kinds, _, err := c.Scheme().ObjectKinds(o)
		Expect(err).NotTo(HaveOccurred())
		current.SetGroupVersionKind(kinds[0])
		Expect(c.Get(ctx, client.ObjectKeyFromObject(o), current)).To(Succeed())
		Expect(current.GetResourceVersion()).To(Equal(o.GetResourceVersion()))
	}
}
