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
	"bytes"
	"context"
	"errors"
	"os/exec"
	"sync"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/test/cluster"
)

var _ = Describe("The commands move, merge and undo", func() {
	var (
		namespace  string
		one, other *v1alpha1.Incident
	)

	// incident runs the plugin as a person and returns its exit code and what it printed.
	incident := func(ctx context.Context, person string, args ...string) (int, string) {
		GinkgoHelper()
		return runPlugin(ctx, namespace, person, args...)
	}

	succeeds := func(ctx context.Context, args ...string) string {
		GinkgoHelper()
		code, output := incident(ctx, "alice", args...)
		Expect(code).To(Equal(0), output)
		return output
	}

	linkOf := func(ctx context.Context, name string) v1alpha1.AlertSpec {
		GinkgoHelper()
		alert := &v1alpha1.Alert{}
		Expect(admin.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, alert)).To(Succeed())
		return alert.Spec
	}

	BeforeEach(func(ctx SpecContext) {
		namespace = local.NewNamespace(ctx)
		local.GiveRoles(ctx, namespace)
		one, other = local.CreateIncident(ctx, namespace, "one"), local.CreateIncident(ctx, namespace, "other")
		local.CreateAlerts(ctx, one, 3)
		local.EditIncident(ctx, other, cluster.AssignTo(alice))
		local.EventuallyAtRest(ctx, other, 0, 0)
		local.EventuallyKnown(ctx, one, 3)
	})

	It("moves alerts, with a reason in both logs, and moves them back", func(ctx SpecContext) {
		output := succeeds(ctx, "move", "one-00000", "one-00001", "--to", "other", "--dry-run")
		Expect(output).To(Equal(`alert/one-00000: incident: one → other; assignee: none → alice@example.com
alert/one-00001: incident: one → other; assignee: none → alice@example.com
Nothing was changed (dry run, client).
`))
		Expect(linkOf(ctx, "one-00000").IncidentRef.Name).To(Equal("one"))
		succeeds(ctx, "move", "one-00000", "--to", "other", "--dry-run=server")

		log := local.FromNow()
		output = succeeds(ctx, "move", "one-00000", "one-00001", "--to", "other", "--reason", "the same host", "--wait")
		Expect(output).To(Equal("alert/one-00000 moved to other (was in one)\nalert/one-00001 moved to other (was in one)\n2 changed.\n"))
		Expect(linkOf(ctx, "one-00001").Assignee).To(Equal("alice@example.com"), "it waits until the alerts have followed")
		Expect(len(log.Writes(cluster.OfAlerts(namespace)))).To(BeNumerically("<=", 4), "one request an alert, beside the operator's")
		local.EventuallyTold(ctx, one, "AlertsUnlinked by alice@example.com: 2 alerts to other: the same host")
		local.EventuallyTold(ctx, other, "AlertsLinked by alice@example.com: 2 alerts from one: the same host")
		Expect(succeeds(ctx, "move", "one-00000", "--to", "other")).To(Equal("alert/one-00000 unchanged\n"))

		output = succeeds(ctx, "undo", "other", "--dry-run")
		Expect(output).To(ContainSubstring("alert/one-00001: incident: other → one; assignee: alice@example.com → none"))
		succeeds(ctx, "undo", "other", "--wait")
		Expect(linkOf(ctx, "one-00001").Assignee).To(BeEmpty())
		Eventually(func() string {
			_, output := incident(ctx, "vera", "timeline", "one")
			return output
		}).Should(MatchRegexp(`AlertsLinked +2 alerts from other: undo of entry \d+ of other`))
		local.EventuallyAtRest(ctx, one, 3, 3)
	})

	It("moves all alerts of an incident to a new one, and out of any", func(ctx SpecContext) {
		output := succeeds(ctx, "move", "--from", "one", "--new", "--dry-run")
		Expect(output).To(ContainSubstring("incident/inc-(generated): would be created\n"))
		output = succeeds(ctx, "move", "--from", "one", "--new=fresh", "--wait")
		Expect(output).To(ContainSubstring("incident/fresh created\nalert/one-00000 moved to fresh (was in one)\n"))
		local.EventuallyAtRest(ctx, one, 0, 0)
		Expect(succeeds(ctx, "move", "--from", "one", "--to", "other")).To(Equal("Nothing is selected.\n"))

		Expect(succeeds(ctx, "move", "one-00000", "--unlink", "--reason", "noise", "--wait")).To(Equal("alert/one-00000 unlinked (was in fresh)\n"))
		Expect(linkOf(ctx, "one-00000").IncidentRef.Name).To(BeEmpty())
		Expect(succeeds(ctx, "move", "one-00000", "--new")).To(MatchRegexp(`^incident/inc-[a-z0-9]{5} created\nalert/one-00000 moved to inc-[a-z0-9]{5}\n$`))
	})

	It("says why alerts are not moved", func(ctx SpecContext) {
		code, output := incident(ctx, "vera", "move", "one-00000", "--to", "other")
		Expect(code).To(Equal(1))
		Expect(output).To(MatchRegexp(`^alert/one-00000: .* is forbidden: User "vera@example.com" cannot patch resource "alerts"`))
		code, output = incident(ctx, "alice", "move", "none", "--to", "other")
		Expect(code).To(Equal(2))
		Expect(output).To(ContainSubstring(`"none" not found`))
		code, output = incident(ctx, "alice", "move", "one-00000", "--to", "none")
		Expect(code).To(Equal(2))
		Expect(output).To(ContainSubstring(`"none" not found`))
	})

	It("merges, and says before it what would happen or why not", func(ctx SpecContext) {
		local.EditIncident(ctx, one, func(i *v1alpha1.Incident) { i.Spec.Tags = []v1alpha1.Tag{"Crown Jewels"} })
		output := succeeds(ctx, "merge", "one", "--into", "other", "--dry-run")
		Expect(output).To(ContainSubstring("incident/one: merge into: none → other\n"))
		Expect(output).To(ContainSubstring("alert/one-00002   incident: one → other; assignee: none → alice@example.com\n"))
		Expect(output).To(ContainSubstring("incident/other: tags that come along: Crown Jewels\n"))

		local.EditIncident(ctx, other, cluster.Resolve)
		code, output := incident(ctx, "alice", "merge", "one", "--into", "other")
		Expect(code).To(Equal(1))
		Expect(output).To(ContainSubstring(`incident/one: TargetResolved: spec.mergeInto.name must be an incident that is not resolved`))
		local.EditIncident(ctx, one, func(*v1alpha1.Incident) {})
		Expect(one.Spec.MergeInto.Name).To(BeEmpty(), "nothing was sent")
		local.EditIncident(ctx, other, func(i *v1alpha1.Incident) { i.Spec.Resolution.State = active })

		code, output = incident(ctx, "vera", "merge", "one", "--into", "other", "--yes")
		Expect(code).To(Equal(1))
		Expect(output).To(ContainSubstring(`User "vera@example.com" cannot patch resource "incidents"`))

		code, output = incident(ctx, "alice", "merge", "one", "--into", "other")
		Expect(code).To(Equal(2))
		Expect(output).To(ContainSubstring("this moves 3 alerts to other, which cannot be undone: say --yes"))
		Expect(succeeds(ctx, "merge", "one", "--into", "other", "--yes")).To(
			Equal("incident/one asks to be merged into other\nincident/one was merged into other: 3 alerts moved\n"))
		local.EditIncident(ctx, one, func(*v1alpha1.Incident) {})
		Expect(meta.IsStatusConditionTrue(one.Status.Conditions, v1alpha1.ConditionMerged)).To(BeTrue())
		Expect(succeeds(ctx, "merge", "one", "--into", "other")).To(Equal("incident/one unchanged\n"))

		code, output = incident(ctx, "alice", "move", "one-00000", "--to", "one")
		Expect(code).To(Equal(1))
		Expect(output).To(ContainSubstring("incident/one was merged into other: move alerts there"))
		code, output = incident(ctx, "alice", "undo", "one")
		Expect(code).To(Equal(1))
		Expect(output).To(ContainSubstring("incident/one: it was merged into other: work on other"))
	})

	It("refuses to merge into what asks to be merged itself", func(ctx SpecContext) {
		local.EditIncident(ctx, one, func(i *v1alpha1.Incident) { i.Spec.MergeInto.Name = "none" })
		Eventually(func() bool {
			local.EditIncident(ctx, one, func(*v1alpha1.Incident) {})
			return meta.IsStatusConditionFalse(one.Status.Conditions, v1alpha1.ConditionMerged)
		}).Should(BeTrue())
		code, output := incident(ctx, "alice", "merge", "other", "--into", "one")
		Expect(code).To(Equal(1))
		Expect(output).To(ContainSubstring("incident/other: TargetMerging: "))
		Expect(output).To(HaveSuffix("Nothing was merged.\n"))
	})

	It("undoes an assignment on the incident and its alerts, and undoes that", func(ctx SpecContext) {
		code, output := incident(ctx, "alice", "undo", "one")
		Expect(code).To(Equal(1))
		Expect(output).To(MatchRegexp(`incident/one: the last change, entry 1 \(Created by .*\), is of a kind that cannot be undone`))

		succeeds(ctx, "assign", "bob@example.com", "one", "--wait")
		output = succeeds(ctx, "undo", "one", "--dry-run")
		Expect(output).To(MatchRegexp(`^Undo of entry \d+ \(Assigned by alice@example.com: assignee: none → bob@example.com\)
incident/one: assignee: bob@example.com → none
  alert/one-00000   assignee: bob@example.com → none
`))
		code, output = incident(ctx, "vera", "undo", "one")
		Expect(code).To(Equal(1))
		Expect(output).To(ContainSubstring(`User "vera@example.com" cannot patch resource "incidents"`))

		Expect(succeeds(ctx, "undo", "one", "--wait")).To(MatchRegexp(`^incident/one undid entry \d+ \(Assigned by alice@example.com: .*\)\n$`))
		Expect(linkOf(ctx, "one-00000").Assignee).To(BeEmpty())
		local.EventuallyTold(ctx, one, "Assigned by alice@example.com: assignee: bob@example.com → none")
		succeeds(ctx, "undo", "one", "--wait")
		Expect(linkOf(ctx, "one-00000").Assignee).To(Equal("bob@example.com"))
		local.ExpectIntact(ctx, one)
	})

	It("undoes nothing while the log is behind", func(ctx SpecContext) {
		succeeds(ctx, "assign", "bob@example.com", "one", "--wait")
		operator.Kill()
		DeferCleanup(func() { operator.Start() })
		local.EditIncident(ctx, one, cluster.AssignTo(alice))
		code, output := incident(ctx, "alice", "undo", "one")
		Expect(code).To(Equal(1))
		Expect(output).To(ContainSubstring("incident/one: the activity log has not come as far as the incident"))
		Expect(linkOf(ctx, "one-00000").Assignee).To(Equal("bob@example.com"))
	})

	It("follows the timeline, the last entries first, until it is interrupted", func(ctx SpecContext) {
		succeeds(ctx, "assign", "bob@example.com", "one", "--wait")
		local.EventuallyTold(ctx, one, "Assigned by alice@example.com: assignee: none → bob@example.com")
		Expect(succeeds(ctx, "timeline", "one", "-o", "json")).To(ContainSubstring(`"kind": "Activity"`))

		follow := local.Plugin(ctx, namespace, "vera", "timeline", "one", "--follow", "--limit", "1")
		var output safeBuffer
		follow.Stdout, follow.Stderr = &output, &output
		Expect(follow.Start()).To(Succeed())
		Eventually(output.String).Should(MatchRegexp(`^TIME +ENTRY .*\n.*\n$`))
		Expect(local.Kubectl(ctx, namespace, "alice", "", "patch", "incident", "one", "--type=merge", "-p", `{"spec":{"name":"Ours"}}`)).To(ContainSubstring("patched"))
		Eventually(output.String).Should(MatchRegexp(`alice@example.com +Renamed +name: none → Ours\n`))
		Expect(follow.Process.Signal(syscall.SIGINT)).To(Succeed())
		Expect(follow.Wait()).To(Succeed(), output.String())
	})
})

// runPlugin returns the exit code of the plugin and all that it printed.
func runPlugin(ctx context.Context, namespace, person string, args ...string) (int, string) {
	GinkgoHelper()
	output, err := local.Plugin(ctx, namespace, person, args...).CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), string(output)
	}
	Expect(err).NotTo(HaveOccurred())
	return 0, string(output)
}

// safeBuffer can be read while a process writes to it.
type safeBuffer struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
}

func (b *safeBuffer) Write(data []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.buffer.Write(data)
}

func (b *safeBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.buffer.String()
}
