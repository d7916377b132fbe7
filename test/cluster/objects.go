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

package cluster

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

// Concurrency is how many requests at a time an API server of two cores serves best.
const Concurrency = 16

// Patience is how long it may take, on a machine that is busy with more than the suite, until a thousand alerts have followed
// or a log tells of them. It costs nothing where all is well.
const Patience = 10 * time.Minute

// NewNamespace creates a namespace and returns its name.
func (c *Cluster) NewNamespace(ctx context.Context) string {
	GinkgoHelper()
	namespace := &corev1.Namespace{}
	namespace.GenerateName = "test-"
	Expect(c.Admin.Create(ctx, namespace)).To(Succeed())
	return namespace.Name
}

// CreateIncident creates an incident that says nothing.
func (c *Cluster) CreateIncident(ctx context.Context, namespace, name string) *v1alpha1.Incident {
	GinkgoHelper()
	incident := &v1alpha1.Incident{}
	incident.Namespace, incident.Name = namespace, name
	Expect(c.Admin.Create(ctx, incident)).To(Succeed())
	return incident
}

// CreateAlerts creates n alerts that are linked to an incident, and waits until the incident counts them and is at rest.
func (c *Cluster) CreateAlerts(ctx context.Context, incident *v1alpha1.Incident, n int) {
	GinkgoHelper()
	group, ctx2 := errgroup.WithContext(ctx)
	group.SetLimit(Concurrency)
	for i := range n {
		group.Go(func() error {
			alert := &v1alpha1.Alert{}
			alert.Namespace, alert.Name = incident.Namespace, fmt.Sprintf("%s-%05d", incident.Name, i)
			alert.Spec.Name = "Terminal shell in container"
			alert.Spec.Severity = v1alpha1.SeverityHigh
			alert.Spec.IncidentRef.Name = incident.Name
			return c.Admin.Create(ctx2, alert)
		})
	}
	Expect(group.Wait()).To(Succeed())
	c.EventuallyAtRest(ctx, incident, n, n)
}

// EventuallyAtRest waits until an incident counts its alerts so and says that all of them carry what it gives them.
func (c *Cluster) EventuallyAtRest(ctx context.Context, incident *v1alpha1.Incident, open, total int) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		current := &v1alpha1.Incident{}
		g.Expect(c.Admin.Get(ctx, client.ObjectKeyFromObject(incident), current)).To(Succeed())
		g.Expect(current.Status.Alerts.Summary).To(Equal(fmt.Sprintf("%d/%d", open, total)))
		g.Expect(current.Status.ObservedGeneration).To(Equal(current.Generation))
		g.Expect(meta.IsStatusConditionTrue(current.Status.Conditions, v1alpha1.ConditionPropagated)).To(BeTrue())
	}).WithContext(ctx).Should(Succeed())
}

// EditIncident changes an incident as admin, from its newest state.
func (c *Cluster) EditIncident(ctx context.Context, incident *v1alpha1.Incident, change func(*v1alpha1.Incident)) {
	GinkgoHelper()
	Expect(c.Admin.Get(ctx, client.ObjectKeyFromObject(incident), incident)).To(Succeed())
	before := incident.DeepCopy()
	change(incident)
	Expect(c.Admin.Patch(ctx, incident, client.MergeFrom(before))).To(Succeed())
}

// Resolve is a change of an incident.
func Resolve(incident *v1alpha1.Incident) {
	incident.Spec.Resolution.State = v1alpha1.ResolutionResolved
}

// AssignTo is a change of an incident; nobody is empty.
func AssignTo(person string) func(*v1alpha1.Incident) {
	return func(incident *v1alpha1.Incident) { incident.Spec.Assignee = person }
}

// AlertsOf lists the alerts that are linked to an incident.
func (c *Cluster) AlertsOf(ctx context.Context, incident *v1alpha1.Incident) []v1alpha1.Alert {
	GinkgoHelper()
	var alerts v1alpha1.AlertList
	Expect(c.Admin.List(ctx, &alerts, client.InNamespace(incident.Namespace),
		client.MatchingFields{"spec.incidentRef.name": incident.Name})).To(Succeed())
	return alerts.Items
}

// NextSecond waits until what is written now is a second younger than what was written before.
func NextSecond() {
	GinkgoHelper()
	begin := time.Now().Truncate(time.Second)
	Eventually(func() bool { return time.Now().Truncate(time.Second).After(begin) }).
		WithTimeout(30 * time.Second).WithPolling(10 * time.Millisecond).Should(BeTrue())
}
