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
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	active   = v1alpha1.ResolutionActive
	resolved = v1alpha1.ResolutionResolved
)

// createConcurrency is about what an API server of two cores serves best.
const createConcurrency = 16

// logPatience is how long some thousand entries of a log may take.
const logPatience = 3 * time.Minute

func newNamespace(ctx context.Context) string {
	GinkgoHelper()
	namespace := &corev1.Namespace{}
	namespace.GenerateName = "e2e-"
	Expect(admin.Create(ctx, namespace)).To(Succeed())
	return namespace.Name
}

func createIncident(ctx context.Context, namespace, name string) *v1alpha1.Incident {
	GinkgoHelper()
	incident := &v1alpha1.Incident{}
	incident.Namespace, incident.Name = namespace, name
	Expect(admin.Create(ctx, incident)).To(Succeed())
	return incident
}

// createAlerts creates n alerts that are linked to an incident, and waits until the incident counts them and is at rest.
func createAlerts(ctx context.Context, incident *v1alpha1.Incident, n int) {
	GinkgoHelper()
	group, ctx2 := errgroup.WithContext(ctx)
	group.SetLimit(createConcurrency)
	for i := range n {
		group.Go(func() error {
			alert := &v1alpha1.Alert{}
			alert.Namespace, alert.Name = incident.Namespace, fmt.Sprintf("%s-%05d", incident.Name, i)
			alert.Spec.Name = "Terminal shell in container"
			alert.Spec.Severity = v1alpha1.SeverityHigh
			alert.Spec.IncidentRef.Name = incident.Name
			return admin.Create(ctx2, alert)
		})
	}
	Expect(group.Wait()).To(Succeed())
	eventuallyAtRest(ctx, incident, n, n)
}

// eventuallyAtRest waits until an incident counts its alerts so and says that all of them carry what it gives them.
func eventuallyAtRest(ctx context.Context, incident *v1alpha1.Incident, open, total int) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		current := &v1alpha1.Incident{}
		g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(incident), current)).To(Succeed())
		g.Expect(current.Status.Alerts.Summary).To(Equal(fmt.Sprintf("%d/%d", open, total)))
		g.Expect(current.Status.ObservedGeneration).To(Equal(current.Generation))
		g.Expect(meta.IsStatusConditionTrue(current.Status.Conditions, v1alpha1.ConditionPropagated)).To(BeTrue())
	}).WithContext(ctx).WithTimeout(3 * time.Minute).Should(Succeed())
}

func editIncident(ctx context.Context, incident *v1alpha1.Incident, change func(*v1alpha1.Incident)) {
	GinkgoHelper()
	Expect(admin.Get(ctx, client.ObjectKeyFromObject(incident), incident)).To(Succeed())
	before := incident.DeepCopy()
	change(incident)
	Expect(admin.Patch(ctx, incident, client.MergeFrom(before))).To(Succeed())
}

func resolve(incident *v1alpha1.Incident)  { incident.Spec.Resolution.State = resolved }
func toAlice(incident *v1alpha1.Incident)  { incident.Spec.Assignee = "alice@example.com" }
func toNobody(incident *v1alpha1.Incident) { incident.Spec.Assignee = "" }

func alertsOf(ctx context.Context, incident *v1alpha1.Incident) []v1alpha1.Alert {
	GinkgoHelper()
	var alerts v1alpha1.AlertList
	Expect(admin.List(ctx, &alerts, client.InNamespace(incident.Namespace),
		client.MatchingFields{"spec.incidentRef.name": incident.Name})).To(Succeed())
	return alerts.Items
}

// nextSecond waits until what is written now is a second younger than what was written before.
func nextSecond() {
	GinkgoHelper()
	begin := time.Now().Truncate(time.Second)
	Eventually(func() bool { return time.Now().Truncate(time.Second).After(begin) }).
		WithTimeout(2 * time.Second).WithPolling(10 * time.Millisecond).Should(BeTrue())
}
