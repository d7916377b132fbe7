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

package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

var _ = Describe("kubectl", func() {
	It("prints incidents", func(ctx SpecContext) {
		place := newNamespace(ctx)
		object := manifest(incident, `{metadata: {name: inc-1}, spec: {assignee: alice@example.com,
			classification: {verdict: TruePositive, determination: Malware}}}`)
		object.SetNamespace(place)
		Expect(cluster.Create(ctx, object)).To(Succeed())
		Expect(mergeStatus(ctx, object, `status: {severity: High, state: InProgress, name: Malware on one endpoint, lastActivityTime: "2016-07-01T12:00:00Z", alerts: {total: 12, active: 3, summary: 3/12},
			tagSummary: "HR, Ransomware", sourceSummary: "Falco, Trivy"}`)).To(Succeed())

		table := printed(ctx, place, "incidents")
		Expect(columns(table, false)).To(Equal("NAME SEVERITY STATE ASSIGNEE ALERTS LAST-ACTIVITY AGE TITLE"))
		Expect(columns(table, true)).To(Equal(
			"NAME SEVERITY STATE ASSIGNEE ALERTS LAST-ACTIVITY AGE VERDICT DETERMINATION TAGS SOURCES TITLE"))
		Expect(table.Rows).To(HaveLen(1))
		Expect(table.Rows[0].Cells).To(HaveExactElements("inc-1", "High", "InProgress", "alice@example.com", "3/12", MatchRegexp("^[0-9]+y"), Not(BeEmpty()),
			"TruePositive", "Malware", "HR, Ransomware", "Falco, Trivy", "Malware on one endpoint"))
	})

	It("prints alerts", func(ctx SpecContext) {
		place := newNamespace(ctx)
		object := manifest(alert, `{metadata: {name: al-1}, spec: {name: Terminal shell in container, severity: Low, assignee: bob@example.com,
			incidentRef: {name: inc-1}, source: {service: Falco}}}`)
		object.SetNamespace(place)
		Expect(cluster.Create(ctx, object)).To(Succeed())

		table := printed(ctx, place, "alerts")
		const want = "NAME SEVERITY STATE INCIDENT ASSIGNEE SERVICE AGE TITLE"
		Expect(columns(table, false)).To(Equal(want))
		Expect(columns(table, true)).To(Equal(want))
		Expect(table.Rows).To(HaveLen(1))
		Expect(table.Rows[0].Cells).To(HaveExactElements("al-1", "Low", "Active", "inc-1", "bob@example.com", "Falco", Not(BeEmpty()),
			"Terminal shell in container"))
	})

	It("prints comments", func(ctx SpecContext) {
		place := newNamespace(ctx)
		object := manifest(comment, `{metadata: {name: com-1}, spec: {incidentRef: {name: inc-1}, author: alice@example.com, text: Looks like a drill.}}`)
		object.SetNamespace(place)
		Expect(cluster.Create(ctx, object)).To(Succeed())
		Expect(mergeStatus(ctx, object, `status: {sequence: 2}`)).To(Succeed())

		table := printed(ctx, place, "comments")
		Expect(columns(table, false)).To(Equal("NAME INCIDENT AUTHOR ENTRY AGE TEXT"))
		Expect(table.Rows).To(HaveLen(1))
		Expect(table.Rows[0].Cells).To(HaveExactElements("com-1", "inc-1", "alice@example.com", BeNumerically("==", 2), Not(BeEmpty()),
			"Looks like a drill."))
	})

	It("prints activities", func(ctx SpecContext) {
		place := newNamespace(ctx)
		object := manifest(activity, `{metadata: {name: inc-1-1}, `+entry()+`}`)
		object.SetNamespace(place)
		Expect(cluster.Create(ctx, object)).To(Succeed())

		table := printed(ctx, place, "activities")
		Expect(columns(table, false)).To(Equal("NAME TIME ACTOR TYPE SUMMARY"))
		Expect(table.Rows).To(HaveLen(1))
		Expect(table.Rows[0].Cells).To(HaveExactElements("inc-1-1", "2026-07-01T12:00:00Z", "alice@example.com", "Created", "created the incident"))
	})

	DescribeTable("knows the kinds by short names and category",
		func(name, shortName, kind string, hasStatus bool) {
			finder, err := discovery.NewDiscoveryClientForConfig(config)
			Expect(err).NotTo(HaveOccurred())
			resources, err := finder.ServerResourcesForGroupVersion(v1alpha1.GroupVersion.String())
			Expect(err).NotTo(HaveOccurred())
			Expect(resources.APIResources).To(ContainElement(And(
				HaveField("Name", name),
				HaveField("SingularName", strings.ToLower(kind)),
				HaveField("Kind", kind),
				HaveField("Namespaced", true),
				HaveField("ShortNames", ConsistOf(shortName)),
				HaveField("Categories", ConsistOf("incidentoperator")),
			)))
			status := ContainElement(HaveField("Name", name+"/status"))
			if !hasStatus {
				status = Not(status)
			}
			Expect(resources.APIResources).To(status)
		},
		Entry(nil, "incidents", "inc", incident, true),
		Entry(nil, "alerts", "al", alert, true),
		Entry(nil, "comments", "inccom", comment, true),
		Entry(nil, "activities", "act", activity, false),
	)
})

// printed is what the API server gives kubectl get to print.
func printed(ctx SpecContext, place, resource string) *metav1.Table {
	GinkgoHelper()
	web, err := rest.HTTPClientFor(config)
	Expect(err).NotTo(HaveOccurred())
	address, err := url.JoinPath(config.Host, "apis", v1alpha1.GroupVersion.String(), "namespaces", place, resource)
	Expect(err).NotTo(HaveOccurred())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	Expect(err).NotTo(HaveOccurred())
	request.Header.Set("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
	var body []byte
	Eventually(func(g Gomega) { // The API server answers 429 while it fills the cache of a new kind.
		response, err := web.Do(request)
		g.Expect(err).NotTo(HaveOccurred())
		defer func() { g.Expect(response.Body.Close()).To(Succeed()) }()
		body, err = io.ReadAll(response.Body)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(response).To(HaveHTTPStatus(http.StatusOK), string(body))
	}).WithTimeout(20 * time.Second).Should(Succeed())
	table := &metav1.Table{}
	Expect(json.Unmarshal(body, table)).To(Succeed())
	return table
}

// columns is the heading that kubectl makes of a table, with a dash for a space inside a column's name.
func columns(table *metav1.Table, wide bool) string {
	var names []string
	for _, column := range table.ColumnDefinitions {
		if wide || column.Priority == 0 {
			names = append(names, strings.ReplaceAll(strings.ToUpper(column.Name), " ", "-"))
		}
	}
	return strings.Join(names, " ")
}
