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
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/test/cluster"
)

var _ = Describe("A merge of 1,000 alerts", func() {
	It("killed at random points ends as if nothing had happened, and no alert is ever in two incidents or in none", func(ctx SpecContext) {
		const alerts, kills = 1000, 3
		namespace := local.NewNamespace(ctx)
		source, target := local.CreateIncident(ctx, namespace, "source"), local.CreateIncident(ctx, namespace, "target")
		local.EditIncident(ctx, target, toAlice)
		local.CreateAlerts(ctx, target, 3)
		local.CreateAlerts(ctx, source, alerts)
		local.EventuallyKnown(ctx, source, alerts)
		local.EventuallyKnown(ctx, target, 3)
		watched := watchAlerts(ctx, namespace)

		log := local.FromNow()
		local.EditIncident(ctx, source, func(i *v1alpha1.Incident) { i.Spec.MergeInto.Name = "target" })
		for _, patches := range someOf(alerts, kills) {
			Eventually(func() int { return len(log.Writes(cluster.OfAlerts(namespace))) }).
				WithPolling(5 * time.Millisecond).Should(BeNumerically(">=", patches))
			operator.Kill()
			operator.Start()
		}
		eventuallyMerged(ctx, source)
		local.EventuallyAtRest(ctx, target, alerts+3, alerts+3)

		writes := log.Writes(cluster.OfAlerts(namespace))
		Expect(len(writes)).To(BeNumerically("<=", alerts+kills*workers))
		for name, patches := range perName(writes) { // A request that the kill cut off has no code of success.
			Expect(patches).To(Equal(1), name)
		}
		for _, alert := range local.AlertsOf(ctx, target) {
			Expect(alert.Spec.Assignee).To(Equal("alice@example.com"), alert.Name)
		}
		for name, incidents := range watched() {
			Expect(slices.Compact(incidents)).To(HaveExactElements("source", "target"), name)
		}
		local.EventuallyTold(ctx, source, "AlertsUnlinked by incident-operator: 1000 alerts to target: merged")
		local.EventuallyTold(ctx, target, "AlertsLinked by incident-operator: 1000 alerts from source: merged")
		local.EventuallyTold(ctx, target, "Merged by admin: from source")
		local.ExpectIntact(ctx, source)
		local.ExpectIntact(ctx, target)
	})
})

// someOf returns numbers up to most, in order.
func someOf(most, n int) []int {
	seed := uint64(GinkgoRandomSeed())
	random := rand.New(rand.NewPCG(seed, 0))
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = random.IntN(most)
	}
	slices.Sort(numbers)
	return numbers
}

func eventuallyMerged(ctx context.Context, incident *v1alpha1.Incident) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(incident), incident)).To(Succeed())
		g.Expect(meta.IsStatusConditionTrue(incident.Status.Conditions, v1alpha1.ConditionMerged)).To(BeTrue())
		g.Expect(incident.Status.State).To(Equal(v1alpha1.IncidentRedirected))
	}).WithContext(ctx).Should(Succeed())
}

// watchAlerts follows the alerts of a namespace. The returned function ends that and returns to which incidents each one
// that changed was linked, version by version.
func watchAlerts(ctx context.Context, namespace string) func() map[string][]string {
	GinkgoHelper()
	scheme := runtime.NewScheme()
	Expect(v1alpha1.AddToScheme(scheme)).To(Succeed())
	watcher, err := client.NewWithWatch(local.ConfigOf("admin"), client.Options{Scheme: scheme})
	Expect(err).NotTo(HaveOccurred())
	var list v1alpha1.AlertList
	Expect(admin.List(ctx, &list, client.InNamespace(namespace))).To(Succeed())
	seen := map[string][]string{}
	for i := range list.Items {
		if list.Items[i].Spec.IncidentRef.Name == "source" {
			seen[list.Items[i].Name] = []string{"source"}
		}
	}
	watch, err := watcher.Watch(ctx, &v1alpha1.AlertList{}, client.InNamespace(namespace),
		&client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: list.ResourceVersion}})
	Expect(err).NotTo(HaveOccurred())
	var reading sync.WaitGroup
	reading.Go(func() {
		for event := range watch.ResultChan() {
			if alert, ok := event.Object.(*v1alpha1.Alert); ok {
				seen[alert.Name] = append(seen[alert.Name], alert.Spec.IncidentRef.Name)
			}
		}
	})
	return func() map[string][]string {
		watch.Stop()
		reading.Wait()
		return seen
	}
}
