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
	"encoding/json"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/test/cluster"
)

var _ = Describe("The activity log", func() {
	It("takes 500 comments, three requests each, and the incident does not grow", func(ctx SpecContext) {
		const comments = 500
		incident := local.CreateIncident(ctx, local.NewNamespace(ctx), "inc")
		eventuallyLogged(ctx, incident, 1)
		before := size(ctx, incident)
		audit := local.FromNow()
		createComments(ctx, incident, comments)
		eventuallyLogged(ctx, incident, comments+1)

		Expect(size(ctx, incident) - before).To(BeNumerically("<", 300))
		Eventually(func() map[string]int { return perResource(audit.Writes(cluster.InNamespace(incident.Namespace))) }).
			Should(And(HaveKeyWithValue("comments/status", comments), HaveKeyWithValue("activities", comments)))
		listed, err := local.Kubectl(ctx, incident.Namespace, "admin", "", "get", "activities",
			"--field-selector", "spec.incidentRef.name=inc,spec.type=Commented", "-o", "name")
		Expect(err).NotTo(HaveOccurred())
		Expect(strings.Count(listed, "\n")).To(Equal(comments))
		local.ExpectIntact(ctx, incident)
	})

	DescribeTable("goes with its incident", func(ctx SpecContext, policy metav1.DeletionPropagation, left int) {
		incident := local.CreateIncident(ctx, local.NewNamespace(ctx), "inc")
		createComments(ctx, incident, 99)
		eventuallyLogged(ctx, incident, 100)
		Expect(admin.Delete(ctx, incident, client.PropagationPolicy(policy))).To(Succeed())
		Eventually(func() bool {
			return apierrors.IsNotFound(admin.Get(ctx, client.ObjectKeyFromObject(incident), incident))
		}).Should(BeTrue())
		Eventually(func() int { return len(local.EntriesIn(ctx, incident.Namespace)) }).Should(Equal(left))

		again := local.CreateIncident(ctx, incident.Namespace, "inc")
		eventuallyLogged(ctx, again, 1)
		local.ExpectIntact(ctx, again)
	},
		Entry("deleted in the foreground", metav1.DeletePropagationForeground, 0),
		Entry("deleted in the background", metav1.DeletePropagationBackground, 0),
		Entry("and stays when it is orphaned", metav1.DeletePropagationOrphan, 100),
	)

	It("goes with its namespace", func(ctx SpecContext) {
		incident := local.CreateIncident(ctx, local.NewNamespace(ctx), "inc")
		createComments(ctx, incident, 99)
		eventuallyLogged(ctx, incident, 100)
		namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: incident.Namespace}}
		Expect(admin.Delete(ctx, namespace)).To(Succeed())
		Eventually(func() bool {
			return apierrors.IsNotFound(admin.Get(ctx, client.ObjectKeyFromObject(namespace), namespace))
		}).Should(BeTrue())
	})
})

func createComments(ctx context.Context, incident *v1alpha1.Incident, n int) {
	GinkgoHelper()
	group, ctx2 := errgroup.WithContext(ctx)
	group.SetLimit(cluster.Concurrency)
	for i := range n {
		group.Go(func() error {
			comment := &v1alpha1.Comment{}
			comment.Namespace, comment.Name = incident.Namespace, fmt.Sprintf("comment-%04d", i)
			comment.Spec.IncidentRef.Name, comment.Spec.Text = incident.Name, "Seen on another host too."
			return admin.Create(ctx2, comment)
		})
	}
	Expect(group.Wait()).To(Succeed())
}

// eventuallyLogged waits until the incident says that its log has so many entries.
func eventuallyLogged(ctx context.Context, incident *v1alpha1.Incident, entries int) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		current := &v1alpha1.Incident{}
		g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(incident), current)).To(Succeed())
		g.Expect(current.Status.Activity.Entries).To(BeEquivalentTo(entries))
	}).WithContext(ctx).Should(Succeed())
}

func size(ctx context.Context, incident *v1alpha1.Incident) int {
	GinkgoHelper()
	Expect(admin.Get(ctx, client.ObjectKeyFromObject(incident), incident)).To(Succeed())
	encoded, err := json.Marshal(incident)
	Expect(err).NotTo(HaveOccurred())
	return len(encoded)
}
