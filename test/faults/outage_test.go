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

package faults

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	// longOutage is how long etcd stands still: longer than any lease lasts. The sample takes shortOutage.
	longOutage, shortOutage = time.Minute, 15 * time.Second
	// followed is how many alerts are to follow their incident when the outage begins.
	followed = 300
	// someDone of them have followed by then.
	someDone = 20
	// askPatience is how long somebody waits for an answer during an outage.
	askPatience = 2 * time.Second
)

var _ = Describe("A fan-out in which all stops", func() {
	It("comes to the same end after etcd stood still", func(ctx SpecContext) {
		f := beginFanOut(ctx)
		operator.allowEnd(true) // It may lose its lease, and must not go on without.
		DeferCleanup(operator.allowEnd, false)
		DeferCleanup(signalEtcd, syscall.SIGCONT)
		signalEtcd(syscall.SIGSTOP)
		begin, answered := time.Now(), 0
		for while := outage(); time.Since(begin) < while; {
			asking, cancel := context.WithTimeout(ctx, askPatience)
			if alice.Get(asking, client.ObjectKeyFromObject(f.incident), &v1alpha1.Incident{}) == nil {
				answered++
			}
			cancel()
		}
		Expect(answered).To(BeZero(), "etcd must not have answered")
		signalEtcd(syscall.SIGCONT)
		f.expectEnd(ctx)
	})

	It("comes to the same end after the operator's rights were taken away for a while", func(ctx SpecContext) {
		f := beginFanOut(ctx)
		binding := &rbacv1.ClusterRoleBinding{}
		Expect(admin.Get(ctx, client.ObjectKey{Name: operatorBinding}, binding)).To(Succeed())
		kept := binding.DeepCopy()
		kept.ResourceVersion, kept.UID = "", ""
		restore := func(ctx context.Context) {
			Expect(client.IgnoreAlreadyExists(admin.Create(ctx, kept.DeepCopy()))).To(Succeed())
		}
		DeferCleanup(restore)
		logged := len(operatorLines())
		Expect(admin.Delete(ctx, binding)).To(Succeed())
		Eventually(func() []string { return operatorLines()[logged:] }).WithContext(ctx).Should(ContainElement(ContainSubstring("is forbidden")))
		Expect(f.done(ctx)).To(BeNumerically("<", followed), "all was done before: it proves nothing")
		restore(ctx)
		f.expectEnd(ctx)
	})
})

func outage() time.Duration {
	if everything {
		return longOutage
	}
	return shortOutage
}

// fanOut is an incident whose alerts follow it.
type fanOut struct{ incident *v1alpha1.Incident }

// beginFanOut returns when alerts are following alice's word, and most are yet to.
func beginFanOut(ctx context.Context) *fanOut {
	GinkgoHelper()
	f := &fanOut{incident: &v1alpha1.Incident{}}
	f.incident.Namespace, f.incident.Name = newNamespace(ctx), "inc"
	between.begin(f.incident.Namespace, noFaults)
	between.enter("fan-out")
	create(ctx, alice, f.incident)
	for i := range followed {
		alert := &v1alpha1.Alert{}
		alert.Namespace, alert.Name = f.incident.Namespace, fmt.Sprintf("alert-%d", i)
		alert.Spec.Name, alert.Spec.IncidentRef.Name = "Terminal shell in container", f.incident.Name
		create(ctx, alice, alert)
	}
	Eventually(func() int64 { return f.told(ctx)[v1alpha1.ActivityAlertsLinked] }).WithContext(ctx).Should(BeEquivalentTo(followed))
	before := f.incident.DeepCopy()
	f.incident.Spec.Assignee = "alice@example.com"
	Expect(alice.Patch(ctx, f.incident, client.MergeFrom(before))).To(Succeed())
	Eventually(func() int { return f.done(ctx) }).WithContext(ctx).WithPolling(10 * time.Millisecond).Should(BeNumerically(">=", someDone))
	return f
}

// alerts are those of the incident.
func (f *fanOut) alerts(ctx context.Context) []v1alpha1.Alert {
	GinkgoHelper()
	var all v1alpha1.AlertList
	Expect(admin.List(ctx, &all, client.InNamespace(f.incident.Namespace))).To(Succeed())
	return all.Items
}

// done counts the alerts that have followed.
func (f *fanOut) done(ctx context.Context) int {
	GinkgoHelper()
	done := 0
	for _, alert := range f.alerts(ctx) {
		if alert.Spec.Assignee == f.incident.Spec.Assignee {
			done++
		}
	}
	return done
}

// told counts by type the alerts that the log tells of. The log has no entry by nobody.
func (f *fanOut) told(ctx context.Context) map[v1alpha1.ActivityType]int64 {
	GinkgoHelper()
	var all v1alpha1.ActivityList
	Expect(admin.List(ctx, &all, client.InNamespace(f.incident.Namespace))).To(Succeed())
	told := map[v1alpha1.ActivityType]int64{}
	for i := range all.Items {
		spec := &all.Items[i].Spec
		Expect(spec.ActorKind).NotTo(Equal(v1alpha1.ActorUnknown), words(spec))
		told[spec.Type] += max(spec.Alerts.Count, 1)
	}
	return told
}

// expectEnd waits for what would be if nothing had happened: each alert followed by one change, and the log tells it once.
func (f *fanOut) expectEnd(ctx context.Context) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(f.done(ctx)).To(Equal(followed))
		g.Expect(f.told(ctx)).To(Equal(map[v1alpha1.ActivityType]int64{
			v1alpha1.ActivityCreated: 1, v1alpha1.ActivityAlertsLinked: followed, v1alpha1.ActivityAssigned: 1, v1alpha1.ActivityPropagated: followed,
		}))
		current := &v1alpha1.Incident{}
		g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(f.incident), current)).To(Succeed())
		g.Expect(meta.IsStatusConditionTrue(current.Status.Conditions, v1alpha1.ConditionPropagated)).To(BeTrue())
	}).WithContext(ctx).WithPolling(time.Second).Should(Succeed())
	for _, alert := range f.alerts(ctx) {
		Expect(alert.Generation).To(BeEquivalentTo(2), "%s was changed more than once", alert.Name)
	}
	local.ExpectIntact(ctx, f.incident)
	Expect(operator.failure()).To(Succeed())
}

func signalEtcd(signal syscall.Signal) {
	GinkgoHelper()
	content, err := os.ReadFile(filepath.Join(local.Dir, "run", "etcd.pid"))
	Expect(err).NotTo(HaveOccurred())
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	Expect(err).NotTo(HaveOccurred())
	Expect(syscall.Kill(pid, signal)).To(Succeed())
}

func operatorLines() []string {
	GinkgoHelper()
	content, err := os.ReadFile(local.Log("operator"))
	Expect(err).NotTo(HaveOccurred())
	return strings.Split(string(content), "\n")
}
