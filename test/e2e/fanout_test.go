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
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/test/cluster"
)

// workers is the default of --alert-workers: at most so many patches are under way when the operator is killed.
const workers = 8

var _ = Describe("An incident of many alerts", Ordered, func() {
	var namespace string
	var incident *v1alpha1.Incident

	BeforeAll(func(ctx context.Context) {
		namespace = local.NewNamespace(ctx)
		incident = local.CreateIncident(ctx, namespace, "big")
		local.CreateAlerts(ctx, incident, 1000)
		cluster.NextSecond()
	})

	It("costs one patch per alert and at most five writes of its own to resolve", func(ctx context.Context) {
		log := local.FromNow()
		local.EditIncident(ctx, incident, cluster.Resolve)
		local.EventuallyAtRest(ctx, incident, 0, 1000)
		Expect(log.Writes(cluster.OfAlerts(namespace))).To(HaveLen(1000))
		Expect(len(log.Writes(ofIncident(namespace, "big")))).To(BeNumerically("<=", 5))
		for _, alert := range local.AlertsOf(ctx, incident) {
			Expect(alert.Spec.Resolution.State).To(Equal(v1alpha1.ResolutionResolved), alert.Name)
		}
	})

	It("comes to the same end when the operator is killed in the middle, and patches no alert twice", func(ctx context.Context) {
		log := local.FromNow()
		local.EditIncident(ctx, incident, toAlice)
		Eventually(func() int { return len(log.Writes(cluster.OfAlerts(namespace))) }).
			WithPolling(10 * time.Millisecond).Should(BeNumerically(">", 200))
		operator.Kill()
		patchedBefore := len(perName(log.Writes(cluster.OfAlerts(namespace))))
		Expect(patchedBefore).To(BeNumerically("<", 1000), "the kill came too late to prove anything")

		operator.Start()
		local.EventuallyAtRest(ctx, incident, 0, 1000)
		for _, alert := range local.AlertsOf(ctx, incident) {
			Expect(alert.Spec.Assignee).To(Equal("alice@example.com"), alert.Name)
		}
		writes := log.Writes(cluster.OfAlerts(namespace))
		for name, n := range perName(writes) {
			Expect(n).To(Equal(1), name)
		}
		Expect(len(writes)).To(BeNumerically("<=", 1000+workers))
	})

	It("changes no alert when it is deleted; a new one of its name withdraws and gives in one patch each", func(ctx context.Context) {
		before := specs(local.AlertsOf(ctx, incident))
		log := local.FromNow()
		Expect(admin.Delete(ctx, incident)).To(Succeed())
		Eventually(func() int {
			marked := 0
			for _, alert := range local.AlertsOf(ctx, incident) {
				if meta.IsStatusConditionFalse(alert.Status.Conditions, v1alpha1.ConditionLinked) {
					marked++
				}
			}
			return marked
		}).WithPolling(time.Second).Should(Equal(1000), "every alert says that its link leads nowhere")
		Expect(log.Writes(cluster.OfAlerts(namespace))).To(BeEmpty())
		Expect(specs(local.AlertsOf(ctx, incident))).To(Equal(before))

		log = local.FromNow()
		incident = local.CreateIncident(ctx, namespace, "big")
		local.EventuallyAtRest(ctx, incident, 1000, 1000)
		Expect(log.Writes(cluster.OfAlerts(namespace))).To(HaveLen(1000))
		for _, alert := range local.AlertsOf(ctx, incident) {
			Expect(alert.Spec.Assignee).To(BeEmpty(), alert.Name)
			Expect(alert.Annotations[v1alpha1.InheritedAnnotation]).To(
				Equal(fmt.Sprintf(`{"incident":"big","uid":%q}`, incident.UID)), alert.Name)
		}
	})
})

func specs(alerts []v1alpha1.Alert) map[string]string {
	all := map[string]string{}
	for i := range alerts {
		all[alerts[i].Name] = fmt.Sprint(alerts[i].Spec, alerts[i].Annotations[v1alpha1.InheritedAnnotation])
	}
	return all
}

var _ = Describe("A small incident", func() {
	It("is done long before one of 2,000 alerts that began earlier", func(ctx context.Context) {
		namespace := local.NewNamespace(ctx)
		big, small := local.CreateIncident(ctx, namespace, "big"), local.CreateIncident(ctx, namespace, "small")
		local.CreateAlerts(ctx, big, 2000)
		local.CreateAlerts(ctx, small, 5)
		cluster.NextSecond()

		log := local.FromNow()
		local.EditIncident(ctx, big, cluster.Resolve)
		Eventually(func() int { return len(log.Writes(cluster.OfAlerts(namespace))) }).
			WithPolling(20 * time.Millisecond).Should(BeNumerically(">", 500))
		local.EditIncident(ctx, small, cluster.Resolve)
		begin := time.Now()
		Eventually(func() map[string]int {
			return perName(log.Writes(func(r cluster.Request) bool {
				return cluster.OfAlerts(namespace)(r) && strings.HasPrefix(r.ObjectRef.Name, "small-")
			}))
		}).WithPolling(10 * time.Millisecond).Should(HaveLen(5))
		elapsed := time.Since(begin)
		bigDone := len(log.Writes(cluster.OfAlerts(namespace))) - 5
		Expect(bigDone).To(BeNumerically("<", 1600), "the small incident waited for the big one")
		AddReportEntry("the small incident took", elapsed.String())
		AddReportEntry("alerts of the big one done by then", bigDone)
		local.EventuallyAtRest(ctx, small, 0, 5)
		local.EventuallyAtRest(ctx, big, 0, 2000)
	})
})
