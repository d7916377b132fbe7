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

package receiver

import (
	"context"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/controllers/alertsource"
	"github.com/incident-operator/incident-operator/internal/detect/delivery"
	"github.com/incident-operator/incident-operator/internal/kube/sources"
)

var _ = Describe("The status of a source", func() {
	var (
		namespace  string
		reconciler *alertsource.Reconciler
		passive    *clocktesting.FakePassiveClock
		request    ctrl.Request
	)
	BeforeEach(func(ctx context.Context) {
		namespace = newNamespace(ctx)
		passive = clocktesting.NewFakePassiveClock(time.Now())
		reconciler = &alertsource.Reconciler{
			Client: newClient(as(ingestUser)), Clock: passive, Tally: sources.NewTally(),
			Check: func(source *v1alpha1.AlertSource) error {
				_, err := delivery.NewSource(source)
				return err
			},
		}
		request = ctrl.Request{NamespacedName: keyOf(namespace, "falco")}
	})
	look := func(ctx context.Context) (*v1alpha1.AlertSource, time.Duration) {
		GinkgoHelper()
		result, err := reconciler.Reconcile(ctx, request)
		Expect(err).NotTo(HaveOccurred())
		source := &v1alpha1.AlertSource{}
		Expect(admin.Get(ctx, request.NamespacedName, source)).To(Succeed())
		return source, result.RequeueAfter
	}

	It("says at once whether the spec can be followed, and names the field if not", func(ctx context.Context) {
		newSource(ctx, namespace, "falco", v1alpha1.AlertSourceSpec{Format: "Falco", Drop: "alert.spec.nonsense == 1"})
		source, _ := look(ctx)
		for _, kind := range []string{v1alpha1.ConditionAccepted, v1alpha1.ConditionReady} {
			condition := meta.FindStatusCondition(source.Status.Conditions, kind)
			Expect(condition).To(HaveField("Status", metav1.ConditionFalse))
			Expect(condition.Reason).To(Equal(v1alpha1.ReasonInvalidSpec))
			Expect(condition.Message).To(ContainSubstring("spec.drop"))
			Expect(condition.Message).To(ContainSubstring("nonsense"))
		}
		Expect(meta.IsStatusConditionTrue(source.Status.Conditions, v1alpha1.ConditionStalled)).To(BeTrue())
		source.Spec.Drop, source.Spec.Suspend = "", true
		Expect(admin.Update(ctx, source)).To(Succeed())
		source, _ = look(ctx)
		Expect(meta.IsStatusConditionTrue(source.Status.Conditions, v1alpha1.ConditionAccepted)).To(BeTrue())
		Expect(meta.FindStatusCondition(source.Status.Conditions, v1alpha1.ConditionStalled)).To(BeNil())
		ready := meta.FindStatusCondition(source.Status.Conditions, v1alpha1.ConditionReady)
		Expect(ready).To(HaveField("Reason", v1alpha1.ReasonSuspended))
		Expect(ready.ObservedGeneration).To(Equal(source.Generation))
	})

	It("counts what came in, the first at once and more at most once a minute, and writes nothing at rest", func(ctx context.Context) {
		newSource(ctx, namespace, "falco", v1alpha1.AlertSourceSpec{Format: "Falco"})
		first, wait := look(ctx)
		Expect(wait).To(BeZero())
		Expect(first.Status.Received).To(HaveValue(BeZero()))
		again, wait := look(ctx)
		Expect(again.ResourceVersion).To(Equal(first.ResourceVersion), "nothing came in")
		Expect(wait).To(BeZero())

		reconciler.Tally.Add(request.NamespacedName, sources.Counts{Last: passive.Now(), Stored: 1})
		first, _ = look(ctx)
		Expect(first.Status.Stored).To(HaveValue(BeEquivalentTo(1)), "who sets a source up looks for the first alert")

		refusal := &v1alpha1.AlertRefusal{Time: metav1.Time{Time: passive.Now()}, Reason: "Malformed", Message: "it must be JSON"}
		reconciler.Tally.Add(request.NamespacedName, sources.Counts{Last: passive.Now(), Stored: 3, Refused: 1, LastRefusal: refusal})
		reconciler.Tally.Add(request.NamespacedName, sources.Counts{Last: passive.Now(), Dropped: 2, UnknownSeverities: 1})
		again, wait = look(ctx)
		Expect(again.ResourceVersion).To(Equal(first.ResourceVersion), "the status was written less than a minute ago")
		Expect(wait).To(BeNumerically("~", time.Minute, time.Second))

		passive.SetTime(passive.Now().Add(time.Minute))
		counted, _ := look(ctx)
		Expect(counted.Status).To(And(
			HaveField("Received", HaveValue(BeEquivalentTo(7))), HaveField("Stored", HaveValue(BeEquivalentTo(4))),
			HaveField("Dropped", HaveValue(BeEquivalentTo(2))), HaveField("Refused", HaveValue(BeEquivalentTo(1))),
			HaveField("UnknownSeverities", HaveValue(BeEquivalentTo(1))), HaveField("LastRefusal.Reason", "Malformed"),
			HaveField("LastReceivedTime", Not(BeNil())),
		))
		passive.SetTime(passive.Now().Add(time.Hour))
		again, wait = look(ctx)
		Expect(again.ResourceVersion).To(Equal(counted.ResourceVersion))
		Expect(wait).To(BeZero())
	})

	It("adds to what another replica counted, and loses nothing by a conflict", func(ctx context.Context) {
		newSource(ctx, namespace, "falco", v1alpha1.AlertSourceSpec{Format: "Falco"})
		other := &alertsource.Reconciler{
			Client: newClient(as(ingestUser)), Clock: passive, Tally: sources.NewTally(), Check: reconciler.Check,
		}
		look(ctx)
		passive.SetTime(passive.Now().Add(2 * time.Minute))
		reconciler.Tally.Add(request.NamespacedName, sources.Counts{Last: passive.Now(), Stored: 1})
		other.Tally.Add(request.NamespacedName, sources.Counts{Last: passive.Now(), Stored: 10})
		_, err := other.Reconcile(ctx, request)
		Expect(err).NotTo(HaveOccurred())
		// It sees that the status was just written, and waits its turn.
		source, wait := look(ctx)
		Expect(source.Status.Stored).To(HaveValue(BeEquivalentTo(10)))
		Expect(wait).To(BeNumerically(">", 0))

		reconciler.Client = conflicting{reconciler.Client}
		passive.SetTime(passive.Now().Add(2 * time.Minute))
		_, wait = look(ctx)
		Expect(wait).To(BeNumerically(">", 0))
		reconciler.Client = newClient(as(ingestUser))
		source, _ = look(ctx)
		Expect(source.Status.Stored).To(HaveValue(BeEquivalentTo(11)))
	})

	It("is fed by the receiver, and spec.drop keeps out what it should", func(ctx context.Context) {
		newSource(ctx, namespace, "falco", v1alpha1.AlertSourceSpec{
			Format: "Falco", Drop: `alert.spec.severity == "Informational"`, SeverityMap: map[string]v1alpha1.Severity{"Warning": "Critical"},
			Defaults: v1alpha1.AlertDefaults{Tags: []v1alpha1.Tag{"runtime"}, Category: "Execution", Service: "Falco on the edge"},
		})
		r := newReplica(ctx, settings{})
		newSender(ctx, namespace, "sender", "falco")
		token := tokenOf(ctx, namespace, "sender")
		r.knows(ctx, namespace, "falco", token)
		r.tally.Take(request.NamespacedName)
		got := r.post(ctx, namespace, "falco", token, []byte(`{"rule":"A","hostname":"n1","priority":"Warning"}
			{"rule":"B","hostname":"n1","priority":"Notice"}
			{"rule":"C","hostname":"n1","priority":"Loud"}
			{"rule":"D"}
			{"no":"rule"}`))
		Expect(got.code).To(Equal(http.StatusMultiStatus), got.body)
		counts, _ := r.tally.Take(request.NamespacedName)
		Expect(counts).To(And(
			HaveField("Stored", BeEquivalentTo(3)), HaveField("Dropped", BeEquivalentTo(1)), HaveField("Refused", BeEquivalentTo(1)),
			HaveField("UnknownSeverities", BeEquivalentTo(1)), HaveField("LastRefusal.Reason", "Malformed"),
		))
		for _, alert := range alertsIn(ctx, namespace) {
			Expect(alert.Spec.Tags).To(Equal([]v1alpha1.Tag{"runtime"}))
			Expect(alert.Spec.Category).To(Equal("Execution"))
			Expect(alert.Spec.Source.Service).To(Equal("Falco on the edge"))
			if alert.Spec.Name == "A" {
				Expect(alert.Spec.Severity).To(Equal(v1alpha1.SeverityCritical))
			}
		}
	})
})

// conflicting is a client whose writes of a status always come too late.
type conflicting struct{ client.Client }

func (c conflicting) Status() client.SubResourceWriter { return lateStatus{c.Client.Status()} }

type lateStatus struct{ client.SubResourceWriter }

func (l lateStatus) Patch(_ context.Context, object client.Object, _ client.Patch, _ ...client.SubResourcePatchOption) error {
	return apierrors.NewConflict(schema.GroupResource{Resource: "alertsources"}, object.GetName(), nil)
}
