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

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// EntriesIn lists the entries of all logs of a namespace, each log in its order.
func (c *Cluster) EntriesIn(ctx context.Context, namespace string) []v1alpha1.Activity {
	GinkgoHelper()
	var all v1alpha1.ActivityList
	Expect(c.Admin.List(ctx, &all, client.InNamespace(namespace))).To(Succeed())
	return all.Items
}

// EventuallyTold waits until exactly one entry of the incident's log says so: what happened, who did it and the summary.
func (c *Cluster) EventuallyTold(ctx context.Context, incident *v1alpha1.Incident, line string) {
	GinkgoHelper()
	Eventually(func() int {
		found := 0
		for _, entry := range c.EntriesIn(ctx, incident.Namespace) {
			spec := entry.Spec
			if spec.IncidentRef.UID == string(incident.UID) && fmt.Sprintf("%s by %s: %s", spec.Type, spec.Actor, spec.Summary) == line {
				found++
			}
		}
		return found
	}).WithContext(ctx).Should(Equal(1), line)
}

// EventuallyKnown waits until the incident's log knows so many linked alerts.
func (c *Cluster) EventuallyKnown(ctx context.Context, incident *v1alpha1.Incident, alerts int) {
	GinkgoHelper()
	Eventually(func() int64 {
		var known int64
		for _, entry := range c.EntriesIn(ctx, incident.Namespace) {
			if entry.Spec.IncidentRef.UID == string(incident.UID) {
				known = entry.Spec.After.Alerts.Total // They come in order.
			}
		}
		return known
	}).WithContext(ctx).Should(BeEquivalentTo(alerts))
}

// ExpectIntact verifies the log of an incident by the plugin.
func (c *Cluster) ExpectIntact(ctx context.Context, incident *v1alpha1.Incident) {
	GinkgoHelper()
	output := c.Command(ctx, "bin/kubectl-incident", "--kubeconfig", c.Kubeconfig("admin"), "-n", incident.Namespace, "verify", incident.Name)
	Expect(output).To(MatchRegexp(string(incident.UID) + `.*intact`))
}
