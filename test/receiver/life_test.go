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
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/controllers/expiry"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/kube/alertstore"
)

// webhook is a delivery of Alertmanager with one alert.
func webhook(status string, startsAt, endsAt time.Time) []byte {
	return fmt.Appendf(nil, `{"version":"4","groupKey":"g","status":%[1]q,"receiver":"r","alerts":[{"status":%[1]q,
		"labels":{"alertname":"HighLoad","severity":"warning"},"annotations":{},"fingerprint":"f1","startsAt":%[2]q,"endsAt":%[3]q}]}`,
		status, startsAt.Format(time.RFC3339), endsAt.Format(time.RFC3339))
}

// prometheusAlert is a delivery to the API of Alertmanager with one alert, which is over if it ends in the past.
func prometheusAlert(startsAt, endsAt time.Time) []byte {
	return fmt.Appendf(nil, `[{"labels":{"alertname":"HighLoad"},"startsAt":%q,"endsAt":%q}]`, startsAt.Format(time.RFC3339), endsAt.Format(time.RFC3339))
}

var _ = Describe("The life of an alert", func() {
	var (
		r                *replica
		namespace, token string
		began            time.Time
	)
	BeforeEach(func(ctx context.Context) {
		r = newReplica(ctx, settings{})
		namespace = newNamespace(ctx)
		newSource(ctx, namespace, "am", v1alpha1.AlertSourceSpec{Format: "AlertmanagerWebhook"})
		newSource(ctx, namespace, "prometheus", v1alpha1.AlertSourceSpec{Format: "AlertmanagerAPI"})
		newSender(ctx, namespace, "sender", "")
		token = tokenOf(ctx, namespace, "sender")
		r.knows(ctx, namespace, "am", token)
		r.knows(ctx, namespace, "prometheus", token)
		began = time.Now().Add(-time.Hour).Truncate(time.Second)
	})
	post := func(ctx context.Context, source string, body []byte) {
		GinkgoHelper()
		got := r.post(ctx, namespace, source, token, body)
		Expect(got.code).To(Equal(http.StatusOK), got.body)
		Expect(got.answer.Stored).To(Equal(1))
	}
	the := func(ctx context.Context, generations int) v1alpha1.Alert {
		GinkgoHelper()
		alerts := alertsIn(ctx, namespace)
		Expect(alerts).To(HaveLen(generations))
		return alerts[generations-1]
	}
	at := func(minutes int) time.Time { return began.Add(time.Duration(minutes) * time.Minute) }

	It("begins, ends by the detector's word and begins anew, whatever comes twice or late", func(ctx context.Context) {
		post(ctx, "am", webhook("firing", at(0), time.Time{}))
		alert := the(ctx, 1)
		Expect(alert.Labels).To(HaveKeyWithValue(v1alpha1.SourceLabel, "am"))
		Expect(alert.Spec.Fingerprint).To(Equal("f1"))

		post(ctx, "am", webhook("resolved", at(0), at(5)))
		alert = the(ctx, 1)
		Expect(alert.Spec.Resolution.State).To(Equal(v1alpha1.ResolutionResolved))
		Expect(alert.Spec.EndedTime.Time.Equal(at(5))).To(BeTrue())

		before := r.writes.Load()
		post(ctx, "am", webhook("firing", at(0), time.Time{}))
		post(ctx, "am", webhook("resolved", at(0), at(5)))
		Expect(r.writes.Load()).To(Equal(before), "what was sent before says nothing new")

		post(ctx, "am", webhook("firing", at(6), time.Time{}))
		alert = the(ctx, 1)
		Expect(alert.Spec.Resolution.State).To(Equal(v1alpha1.ResolutionActive))
		Expect(alert.Spec.EndedTime).To(BeNil())
		Expect(alert.Spec.Occurrences).To(BeEquivalentTo(2))
		before = r.writes.Load()
		post(ctx, "am", webhook("resolved", at(0), at(5)))
		Expect(r.writes.Load()).To(Equal(before), "an end of before the new beginning is none")
	})

	It("tells the sender how many alerts it left out itself", func(ctx context.Context) {
		body := bytes.Replace(webhook("firing", at(0), time.Time{}), []byte(`{`), []byte(`{"truncatedAlerts":3,`), 1)
		got := r.post(ctx, namespace, "am", token, body)
		Expect(got.code).To(Equal(http.StatusOK), got.body)
		Expect(got.answer.Notes).To(HaveKeyWithValue(detect.NoteTruncated, 3))
	})

	It("stays closed if a person closed it, and a new beginning is an alert of its own", func(ctx context.Context) {
		post(ctx, "am", webhook("firing", at(0), time.Time{}))
		first := the(ctx, 1)
		resolve(ctx, asAlice, &first)
		post(ctx, "am", webhook("firing", at(0), time.Time{}))
		Expect(the(ctx, 1).Spec.Resolution.State).To(Equal(v1alpha1.ResolutionResolved))

		post(ctx, "am", webhook("firing", at(6), time.Time{}))
		second := the(ctx, 2)
		Expect(second.Name).To(Equal(first.Name + "-2"))
		Expect(second.Spec.Resolution.State).To(Equal(v1alpha1.ResolutionActive))
		post(ctx, "am", webhook("resolved", at(6), at(7)))
		Expect(the(ctx, 2).Spec.Resolution.State).To(Equal(v1alpha1.ResolutionResolved))

		Expect(admin.Delete(ctx, &first)).To(Succeed())
		post(ctx, "am", webhook("firing", at(8), time.Time{}))
		second = the(ctx, 1)
		Expect(second.Name).To(Equal(first.Name+"-2"), "the later generation goes on although the first is gone")
		Expect(second.Spec.Resolution.State).To(Equal(v1alpha1.ResolutionActive))
	})

	It("is not revived by its incident once the detector ended it", func(ctx context.Context) {
		post(ctx, "am", webhook("firing", at(0), time.Time{}))
		alert := the(ctx, 1)
		incident := &v1alpha1.Incident{}
		incident.Namespace, incident.Name = namespace, "inc-1"
		Expect(asAlice.Create(ctx, incident)).To(Succeed())
		source := inherit.Source{Name: "inc-1", UID: incident.UID, ResolvedTime: time.Now().Add(time.Hour)}
		follow(ctx, &alert, source)
		Expect(alert.Spec.Resolution.State).To(Equal(v1alpha1.ResolutionResolved))

		post(ctx, "am", webhook("resolved", at(0), at(5)))
		alert = the(ctx, 1)
		Expect(alert.Spec.EndedTime).NotTo(BeNil())
		Expect(alert.Annotations).To(HaveKeyWithValue(v1alpha1.InheritedAnnotation, ContainSubstring(`"over":"Active"`)), "ingest writes no memory")

		source.ResolvedTime = time.Time{}
		follow(ctx, &alert, source)
		Expect(alert.Spec.Resolution.State).To(Equal(v1alpha1.ResolutionResolved))
	})

	It("expires after its sender fell silent, and comes back with it", func(ctx context.Context) {
		post(ctx, "prometheus", prometheusAlert(at(0), time.Now().Add(4*time.Minute)))
		alert := the(ctx, 1)
		Expect(time.Until(alert.Spec.ExpiresTime.Time)).To(BeNumerically("~", 2*time.Hour, time.Minute))
		before := r.writes.Load()
		post(ctx, "prometheus", prometheusAlert(at(0), time.Now().Add(4*time.Minute)))
		Expect(r.writes.Load()).To(Equal(before), "a repeat costs nothing")

		passive := clocktesting.NewFakePassiveClock(alert.Spec.ExpiresTime.Add(-time.Second))
		reconciler := &expiry.Reconciler{
			Client: admin, Clock: passive,
			Store: &alertstore.Store{Finder: alertstore.NewCached(admin), Writer: newClient(as(ingestUser)), Clock: passive, Ingest: ingestUser},
		}
		request := ctrl.Request{NamespacedName: client.ObjectKeyFromObject(&alert)}
		result, err := reconciler.Reconcile(ctx, request)
		Expect(err).NotTo(HaveOccurred())
		Expect(result.RequeueAfter).To(Equal(time.Second))
		passive.SetTime(alert.Spec.ExpiresTime.Time)
		Expect(reconciler.Reconcile(ctx, request)).To(Equal(ctrl.Result{}))
		alert = the(ctx, 1)
		Expect(alert.Spec.Resolution.State).To(Equal(v1alpha1.ResolutionResolved))
		Expect(reconciler.Reconcile(ctx, request)).To(Equal(ctrl.Result{}))
		Expect(the(ctx, 1).ResourceVersion).To(Equal(alert.ResourceVersion), "a second look writes nothing")

		Eventually(func() v1alpha1.ResolutionState {
			post(ctx, "prometheus", prometheusAlert(at(0), time.Now().Add(4*time.Minute)))
			return the(ctx, 1).Spec.Resolution.State
		}).WithTimeout(60 * time.Second).WithPolling(50 * time.Millisecond).Should(Equal(v1alpha1.ResolutionActive))
	})

	It("is one object however many receivers take it at once", func(ctx context.Context) {
		other := newReplica(ctx, settings{})
		other.knows(ctx, namespace, "am", token)
		var posts sync.WaitGroup
		codes := make(chan int, 32)
		for i := range cap(codes) {
			to := []*replica{r, other}[i%2]
			posts.Go(func() {
				defer GinkgoRecover()
				codes <- to.post(ctx, namespace, "am", token, webhook("firing", at(0), time.Time{})).code
			})
		}
		posts.Wait()
		close(codes)
		for code := range codes {
			Expect(code).To(Equal(http.StatusOK))
		}
		Expect(the(ctx, 1).Spec.Occurrences).To(BeZero())
	})

	It("is written once for many events within the interval, with all that they say", func(ctx context.Context) {
		slow := newReplica(ctx, settings{interval: 2 * time.Second})
		newSource(ctx, namespace, "falco", v1alpha1.AlertSourceSpec{Format: "Falco"})
		slow.knows(ctx, namespace, "falco", token)
		event := func(second int, file string) []byte {
			return fmt.Appendf(nil, `{"rule":"Write below etc","source":"syscall","hostname":"n1","priority":"Warning","time":%q,"output_fields":{"fd.name":%q}}`,
				began.Add(time.Duration(second)*time.Second).Format(time.RFC3339), file)
		}
		Expect(slow.post(ctx, namespace, "falco", token, event(0, "/etc/0")).code).To(Equal(http.StatusOK))
		before := slow.writes.Load()
		for second := 1; second <= 20; second++ {
			for range 2 { // Each comes twice.
				Expect(slow.post(ctx, namespace, "falco", token, event(second, "/etc/passwd")).code).To(Equal(http.StatusOK))
			}
		}
		Expect(slow.writes.Load()).To(Equal(before), "nothing is written before its time")
		slow.stop()
		Expect(slow.writes.Load()).To(Equal(before+1), "what waits is written when the process ends")
		alert := the(ctx, 1)
		Expect(alert.Spec.Occurrences).To(BeEquivalentTo(21))
		Expect(alert.Spec.LastActivityTime.Time.Equal(began.Add(20 * time.Second))).To(BeTrue())
		Expect(alert.Spec.Evidence).To(ContainElements(
			HaveField("Name", "/etc/0"), HaveField("Name", "/etc/passwd"),
		))
	})

	It("is made anew from what waited, if a person closed it meanwhile, and not if it was deleted", func(ctx context.Context) {
		slow := newReplica(ctx, settings{interval: time.Second})
		newSource(ctx, namespace, "falco", v1alpha1.AlertSourceSpec{Format: "Falco"})
		slow.knows(ctx, namespace, "falco", token)
		event := func(rule string, minute int) {
			GinkgoHelper()
			body := fmt.Appendf(nil, `{"rule":%q,"source":"syscall","hostname":"n1","priority":"Warning","time":%q}`, rule, at(minute).Format(time.RFC3339))
			Expect(slow.post(ctx, namespace, "falco", token, body).code).To(Equal(http.StatusOK))
		}
		event("Closed", 0)
		event("Deleted", 0)
		for _, alert := range alertsIn(ctx, namespace) {
			event(alert.Spec.Name, 1)
			if alert.Spec.Name == "Closed" {
				resolve(ctx, asAlice, &alert)
			} else {
				Expect(admin.Delete(ctx, &alert)).To(Succeed())
			}
		}
		slow.settle()
		alerts := alertsIn(ctx, namespace)
		Expect(alerts).To(HaveLen(2))
		Expect(alerts[0].Spec.Resolution.State).To(Equal(v1alpha1.ResolutionResolved))
		Expect(alerts[1].Name).To(Equal(alerts[0].Name + "-2"))
		Expect(alerts[1].Spec.LastActivityTime.Time.Equal(at(1))).To(BeTrue())
	})

	It("is dropped, closed or failed as the rules of its namespace say", func(ctx context.Context) {
		newSource(ctx, namespace, "falco", v1alpha1.AlertSourceSpec{Format: "Falco"})
		ruled := newReplica(ctx, settings{suppress: func(_ context.Context, alert *v1alpha1.Alert) (bool, error) {
			switch {
			case alert.Namespace != namespace || alert.Labels[v1alpha1.SourceLabel] != "falco":
				return false, nil
			case alert.Spec.Name == "Noise":
				return true, nil
			case alert.Spec.Name == "Unknown":
				return false, errors.New("the rules cannot be asked")
			}
			alert.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "Suppressed"}
			alert.Spec.Classification.Verdict = v1alpha1.VerdictInformationalExpectedActivity
			return false, nil
		}})
		ruled.knows(ctx, namespace, "falco", token)
		event := func(rule string, minute int) answered {
			return ruled.post(ctx, namespace, "falco", token, fmt.Appendf(nil, `{"rule":%q,"hostname":"n1","time":%q}`, rule, at(minute).Format(time.RFC3339)))
		}
		got := event("Noise", 0)
		Expect(got.code).To(Equal(http.StatusOK))
		Expect(got.answer).To(And(HaveField("Dropped", 1), HaveField("Stored", 0)))
		Expect(event("Unknown", 0).code).To(Equal(http.StatusServiceUnavailable))
		Expect(alertsIn(ctx, namespace)).To(BeEmpty())
		for minute := range 3 {
			Expect(event("Backup", minute).code).To(Equal(http.StatusOK))
		}
		alert := the(ctx, 1)
		Expect(alert.Spec.Resolution.State).To(Equal(v1alpha1.ResolutionResolved))
		Expect(alert.Spec.Occurrences).To(BeEquivalentTo(3), "news of what a rule closes is no alert of its own")
	})

	It("goes on to be taken while its source is deleted, until the source is gone", func(ctx context.Context) {
		post(ctx, "am", webhook("firing", at(0), time.Time{}))
		source := &v1alpha1.AlertSource{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "am"}}
		Expect(admin.Delete(ctx, source)).To(Succeed())
		Eventually(func() int {
			return r.post(ctx, namespace, "am", token, webhook("firing", at(1), time.Time{})).code
		}).WithTimeout(60 * time.Second).WithPolling(20 * time.Millisecond).Should(Equal(http.StatusNotFound))
		Expect(alertsIn(ctx, namespace)).To(HaveLen(1))
	})

	It("is lost by nobody while its namespace ends: the sender is told to try again", func(ctx context.Context) {
		doomed := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}
		Expect(admin.Delete(ctx, doomed)).To(Succeed()) // Nothing ends it for good without a controller manager.
		Expect(r.post(ctx, namespace, "am", token, webhook("firing", at(0), time.Time{})).code).To(Equal(http.StatusServiceUnavailable))
	})
})

// resolve resolves an alert as a user.
func resolve(ctx context.Context, c client.Client, alert *v1alpha1.Alert) {
	GinkgoHelper()
	Expect(c.Patch(ctx, alert, client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"resolution":{"state":"Resolved"}}}`)))).To(Succeed())
}

// follow makes an alert inherit as the operator does.
func follow(ctx context.Context, alert *v1alpha1.Alert, source inherit.Source) {
	GinkgoHelper()
	ours, err := inherit.FromAlert(alert)
	Expect(err).NotTo(HaveOccurred())
	next := inherit.Decide(ours, inherit.Link{Name: source.Name, Source: &source})
	after := alert.DeepCopy()
	after.Spec.IncidentRef.Name, after.Spec.Resolution.State = source.Name, next.State
	if after.Annotations == nil {
		after.Annotations = map[string]string{}
	}
	after.Annotations[v1alpha1.InheritedAnnotation] = next.Memory.String()
	Expect(asOperator.Patch(ctx, after, client.MergeFrom(alert))).To(Succeed())
	*alert = *after
}
