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

package plugin

import (
	"context"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

var _ = Describe("The plugin's undo of what was changed on alerts", func() {
	var (
		namespace string
		incident  *v1alpha1.Incident
	)

	done := func(ctx context.Context, args ...string) string {
		GinkgoHelper()
		ended := triage(ctx, nil, namespace, "alice", args...)
		Expect(ended.exitCode).To(BeZero(), "%v\n%s", args, ended.output)
		return ended.output
	}
	says := func(ctx context.Context, name string) v1alpha1.Triage {
		GinkgoHelper()
		alert := &v1alpha1.Alert{}
		Expect(admin.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, alert)).To(Succeed())
		return alert.Spec.Triage
	}

	BeforeEach(func(ctx SpecContext) {
		namespace = local.NewNamespace(ctx)
		local.GiveRoles(ctx, namespace)
		incident = local.CreateIncident(ctx, namespace, "one")
		local.CreateAlerts(ctx, incident, 3)
		local.EventuallyKnown(ctx, incident, 3)
	})

	It("takes a whole bulk back by one request an alert, but not what somebody changed since", func(ctx SpecContext) {
		before := says(ctx, "one-00000")
		output := done(ctx, "alert", "assign", bob, "--incident", "one")
		_, request, found := strings.Cut(output, "3 changed.\nTo undo all of it: kubectl incident alert undo --request ")
		Expect(found).To(BeTrue(), output)
		request = strings.Fields(request)[0]
		done(ctx, "alert", "resolve", "one-00001", "--note", "noise", "--classify", "FalsePositive/NotMalicious")
		changed := says(ctx, "one-00001")

		Expect(done(ctx, "alert", "undo", "one-00000", "--dry-run")).To(MatchRegexp(`^Undo of entry \d+ \(AlertsChanged by alice@example.com: \d alerts?: assignee: none → bob@example.com\)
alert/one-00000: assignee: bob@example.com → none
`))
		viewer := triage(ctx, nil, namespace, "vera", "alert", "undo", "one-00000")
		Expect(viewer.exitCode).To(Equal(1))
		Expect(viewer.output).To(ContainSubstring(`User "vera@example.com" cannot patch resource "alerts"`))

		log := local.FromNow()
		ended := triage(ctx, nil, namespace, "alice", "alert", "undo", "--request", request)
		Expect(ended.exitCode).To(Equal(1), ended.output)
		Expect(ended.output).To(And(
			MatchRegexp(`alert/one-00000 undid entry \d+ \(AlertsChanged by alice@example.com: .*\) \(was bob@example.com\)\n`),
			ContainSubstring("alert/one-00002 undid entry "),
			MatchRegexp(`alert/one-00001: it changed since: the last change is entry \d+ \(AlertsChanged by alice@example.com: .*resolution.state: Active → Resolved`),
		))
		// The audit log is written behind the answer.
		Eventually(func() int { return patchesOf(log, namespace) }).WithContext(ctx).Should(Equal(2))
		Expect(says(ctx, "one-00000")).To(Equal(before))
		Expect(says(ctx, "one-00001")).To(Equal(changed))

		done(ctx, "alert", "undo", "one-00001")
		Expect(says(ctx, "one-00001")).To(And(HaveField("Assignee", bob), HaveField("Resolution", before.Resolution), HaveField("Classification", before.Classification)))
		done(ctx, "alert", "undo", "one-00001")
		Expect(says(ctx, "one-00001")).To(Equal(changed), "an undo can be undone")
		local.EventuallyTold(ctx, incident, "AlertsChanged by alice@example.com: 2 alerts: assignee: bob@example.com → none")
		local.ExpectIntact(ctx, incident)
	})

	It("gives an alert back what its incident gave it, which goes when the incident takes it back", func(ctx SpecContext) {
		done(ctx, "take", "one", "--wait")
		done(ctx, "alert", "assign", bob, "one-00000")
		done(ctx, "alert", "tag", "VIP", "one-00001")
		done(ctx, "alert", "undo", "one-00000", "one-00001")
		Expect(says(ctx, "one-00000").Assignee).To(Equal(alice))
		Expect(says(ctx, "one-00001").Tags).To(BeEmpty())
		done(ctx, "unassign", "one", "--wait")
		Expect(says(ctx, "one-00000").Assignee).To(BeEmpty())
	})

	It("says why it does nothing", func(ctx SpecContext) {
		done(ctx, "alert", "assign", bob, "one-00000")
		done(ctx, "take", "one", "--wait")
		done(ctx, "move", "one-00001", "--unlink", "--wait") // Until the operator took back what the incident gave.
		done(ctx, "alert", "assign", bob, "one-00001")
		ended := triage(ctx, nil, namespace, "alice", "alert", "undo", "one-00000", "one-00001", "one-00002")
		Expect(ended.exitCode).To(Equal(1))
		Expect(ended.output).To(And(
			MatchRegexp(`alert/one-00000: spec.assignee is "alice@example.com" now, not "bob@example.com" as entry \d+ .* says: it is no longer the last change, which is by its incident or its detector\n`),
			ContainSubstring("alert/one-00001: it belongs to no incident, so that no log tells what it said before: set it by alert assign, "),
			ContainSubstring("alert/one-00002: the log of its incident shows no change of it by a person\n"),
		))
		Expect(says(ctx, "one-00000").Assignee).To(Equal(alice))
		Expect(says(ctx, "one-00001").Assignee).To(Equal(bob))
	})
})
