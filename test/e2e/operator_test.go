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
	"crypto/tls"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	coordinationv1 "k8s.io/api/coordination/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/test/cluster"
)

var _ = Describe("The operator", func() {
	It("says what is missing and ends when its kinds are not installed", func() {
		Expect(withoutKinds.exitCode).To(Equal(1))
		Expect(withoutKinds.output).To(ContainSubstring("the API server does not serve the kinds [Activity Alert AlertSource Comment CorrelationPolicy Incident SuppressionRule] of incidentoperator.dev/v1alpha1: install config/crd first"))
		Expect(withoutKinds.output).NotTo(ContainSubstring("panic"))
	})

	It("gives its lease back and ends cleanly when it is asked to stop", func(ctx context.Context) {
		holder := func() (string, error) {
			lease := &coordinationv1.Lease{}
			err := admin.Get(ctx, client.ObjectKey{Namespace: cluster.OperatorNamespace, Name: cluster.LeaseName}, lease)
			return ptr.Deref(lease.Spec.HolderIdentity, ""), err
		}
		Eventually(holder).ShouldNot(BeEmpty(), "an operator that does not lead yet has no lease to give back")
		DeferCleanup(operator.Start) // The other tests need it, whatever becomes of this one.
		Expect(operator.Stop()).To(Equal(0))
		Expect(holder()).To(BeEmpty())
	})

	It("serves metrics to those who may read them, and to nobody else", func(ctx context.Context) {
		code, _ := scrape(ctx, "")
		Expect(code).To(Equal(401))
		code, _ = scrape(ctx, "made.up.token")
		Expect(code).To(Equal(401), "a token that nobody knows")

		_, err := local.Kubectl(ctx, cluster.OperatorNamespace, "admin", "", "create", "serviceaccount", "prometheus")
		Expect(err).NotTo(HaveOccurred())
		token, err := local.Kubectl(ctx, cluster.OperatorNamespace, "admin", "", "create", "token", "prometheus")
		Expect(err).NotTo(HaveOccurred())
		code, _ = scrape(ctx, strings.TrimSpace(token))
		Expect(code).To(Equal(403))

		_, err = local.Kubectl(ctx, "", "admin", "", "create", "clusterrolebinding", "prometheus",
			"--clusterrole=incident-operator-metrics-reader", "--serviceaccount="+cluster.OperatorNamespace+":prometheus")
		Expect(err).NotTo(HaveOccurred())
		incident := local.CreateIncident(ctx, local.NewNamespace(ctx), "inc-1")
		local.CreateAlerts(ctx, incident, 3)
		var body string
		Eventually(func() int {
			code, body = scrape(ctx, strings.TrimSpace(token))
			return code
		}).Should(Equal(200))
		Expect(body).To(MatchRegexp(`incident_operator_incidents\{severity="High",state="Active"\} [1-9]`))
		Expect(body).To(MatchRegexp(`incident_operator_alerts\{severity="High",state="Active"\} [1-9]`))
		Expect(body).To(MatchRegexp(`incident_operator_alert_patches_total\{result="ok"\} [1-9]`))
		Expect(body).To(ContainSubstring("incident_operator_propagation_seconds_bucket"))
		Expect(body).NotTo(ContainSubstring("inc-1"), "no object names as labels")
	})

	It("lets stand what a person sets on an alert while it is away, after the incident was assigned", func(ctx context.Context) {
		incident := local.CreateIncident(ctx, local.NewNamespace(ctx), "inc-1")
		local.CreateAlerts(ctx, incident, 1)
		local.EventuallyAtRest(ctx, incident, 1, 1)
		operator.Kill()
		local.EditIncident(ctx, incident, toAlice)
		cluster.NextSecond()
		alert := local.AlertsOf(ctx, incident)[0]
		before := alert.DeepCopy()
		alert.Spec.Assignee = "carol@example.com"
		Expect(admin.Patch(ctx, &alert, client.MergeFrom(before))).To(Succeed())
		operator.Start()
		local.EventuallyAtRest(ctx, incident, 1, 1)
		Expect(local.AlertsOf(ctx, incident)[0].Spec.Assignee).To(Equal("carol@example.com"))
	})

	It("writes nothing but leases while nothing changes, for a minute", func(ctx context.Context) {
		incident := local.CreateIncident(ctx, local.NewNamespace(ctx), "inc-1")
		local.CreateAlerts(ctx, incident, 20)
		local.EditIncident(ctx, incident, toAlice)
		local.EventuallyAtRest(ctx, incident, 20, 20)
		Eventually(func(g Gomega) {
			entries := local.EntriesIn(ctx, incident.Namespace)
			g.Expect(slices.ContainsFunc(entries, func(entry v1alpha1.Activity) bool {
				return entry.Spec.Type == v1alpha1.ActivityPropagated
			})).To(BeTrue(), "the log is told last")
			g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(incident), incident)).To(Succeed())
			g.Expect(incident.Status.Activity.Entries).To(BeEquivalentTo(len(entries)), "and then its head")
		}).WithContext(ctx).Should(Succeed())
		log := local.FromNow()
		Consistently(func() []cluster.Request {
			return log.Writes(func(r cluster.Request) bool { return r.ObjectRef.Resource != "leases" })
		}).WithContext(ctx).WithTimeout(60 * time.Second).WithPolling(5 * time.Second).Should(BeEmpty())
		Expect(log.Writes(func(r cluster.Request) bool { return r.ObjectRef.Resource == "leases" })).NotTo(BeEmpty(), "the audit log is not being written")
	})
})

// scrape reads the operator's metrics with a bearer token, or without one.
func scrape(ctx context.Context, token string) (int, string) {
	GinkgoHelper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+operator.Metrics+"/metrics", http.NoBody)
	Expect(err).NotTo(HaveOccurred())
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	// The certificate is the operator's own; who serves is not in question here.
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	response, err := (&http.Client{Transport: transport}).Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	return response.StatusCode, string(body)
}
