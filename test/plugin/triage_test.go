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
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sync/errgroup"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/test/cluster"
)

var _ = Describe("The plugin's triage", Ordered, ContinueOnFailure, func() {
	var namespace string
	var incident *v1alpha1.Incident

	as := func(ctx context.Context, person string, args ...string) outcome {
		GinkgoHelper()
		return triage(ctx, nil, namespace, person, args...)
	}
	done := func(ctx context.Context, args ...string) string {
		GinkgoHelper()
		ended := as(ctx, "alice", args...)
		Expect(ended.exitCode).To(BeZero(), "%v\n%s", args, ended.output)
		return ended.output
	}
	current := func(ctx context.Context) *v1alpha1.Incident {
		GinkgoHelper()
		Expect(admin.Get(ctx, client.ObjectKeyFromObject(incident), incident)).To(Succeed())
		return incident
	}
	each := func(ctx context.Context, says func(v1alpha1.Alert) string, want string) {
		GinkgoHelper()
		for _, alert := range local.AlertsOf(ctx, incident) {
			Expect(says(alert)).To(Equal(want), alert.Name)
		}
	}
	owner := func(alert v1alpha1.Alert) string { return alert.Spec.Assignee }
	state := func(alert v1alpha1.Alert) string { return string(alert.Spec.Resolution.State) }

	BeforeAll(func(ctx SpecContext) {
		namespace = local.NewNamespace(ctx)
		local.GiveRoles(ctx, namespace)
		local.GiveRole(ctx, namespace, "bob", "responder")
		incident = local.CreateIncident(ctx, namespace, "inc-1")
		local.CreateAlerts(ctx, incident, 3)
		cluster.NextSecond() // An alert of the second of a resolution would be held.
	})

	It("assigns, and the alerts follow", func(ctx SpecContext) {
		Expect(done(ctx, "take", "inc-1", "--wait")).To(Equal("incident/inc-1 assigned to " + alice + "\n"))
		each(ctx, owner, alice)
		done(ctx, "assign", bob, "inc-1", "--wait")
		each(ctx, owner, bob)
		done(ctx, "unassign", "inc-1", "--wait")
		each(ctx, owner, "")
	})

	It("tags, renames, pins the severity and classifies", func(ctx SpecContext) {
		done(ctx, "tag", "Crown Jewels: HR,Ransomware", "inc-1", "--wait")
		Expect(current(ctx).Spec.Tags).To(ConsistOf(v1alpha1.Tag("Crown Jewels: HR"), v1alpha1.Tag("Ransomware")))
		Expect(done(ctx, "tag", "RANSOMWARE", "inc-1")).To(ContainSubstring("unchanged"))
		_, err := local.Kubectl(ctx, namespace, "bob", "", "label", "incident", "inc-1", "tag.incidentoperator.dev/by-hand=")
		Expect(err).NotTo(HaveOccurred())
		done(ctx, "untag", "ransomware,by-hand", "inc-1")
		Eventually(func(g Gomega) {
			g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(incident), incident)).To(Succeed())
			g.Expect(incident.Status.TagSummary).To(Equal("Crown Jewels: HR"))
			g.Expect(incident.Labels).To(And(HaveLen(1), HaveKey(HavePrefix("tag.incidentoperator.dev/crown-jewels-hr-"))))
		}).WithContext(ctx).Should(Succeed())

		done(ctx, "rename", "inc-1", "Exfiltration", "--wait")
		Expect(current(ctx).Status.Name).To(Equal("Exfiltration"))
		done(ctx, "rename", "inc-1", "--automatic", "--wait")
		Expect(current(ctx).Status.Name).To(Equal("Terminal shell in container"))

		done(ctx, "severity", "critical", "inc-1", "--wait")
		Expect(current(ctx).Status.Severity).To(Equal(v1alpha1.SeverityCritical))
		done(ctx, "severity", "computed", "inc-1", "--wait")
		Expect(current(ctx).Status.Severity).To(Equal(v1alpha1.SeverityHigh))

		done(ctx, "classify", "TruePositive", "CompromisedUser", "inc-1")
		Expect(current(ctx).Spec.Classification.Determination).To(Equal(v1alpha1.DeterminationCompromisedAccount))
		done(ctx, "classify", "FalsePositive", "inc-1") // Also where a determination must go.
		Expect(current(ctx).Spec.Classification).To(Equal(v1alpha1.Classification{Verdict: v1alpha1.VerdictFalsePositive}))
		done(ctx, "classify", "NotSet", "inc-1")
		Expect(current(ctx).Spec.Classification).To(Equal(v1alpha1.Classification{Verdict: v1alpha1.VerdictNotSet}))
		wrong := as(ctx, "alice", "classify", "FalsePositive", "Malware", "inc-1")
		Expect(wrong.exitCode).To(Equal(2))
		Expect(wrong.output).To(ContainSubstring("determination of FalsePositive must be NotMalicious, NotEnoughDataToValidate or Other"))
	})

	It("starts, resolves and re-opens", func(ctx SpecContext) {
		done(ctx, "start", "inc-1", "--wait")
		Expect(current(ctx).Status.State).To(Equal(v1alpha1.IncidentInProgress))
		each(ctx, state, "Active")
		done(ctx, "resolve", "inc-1", "--note", "cleaned", "--classify", "TruePositive/Malware", "--wait")
		Expect(current(ctx).Spec.Resolution).To(Equal(v1alpha1.Resolution{State: resolved, Note: "cleaned"}))
		Expect(incident.Spec.Classification.Determination).To(Equal(v1alpha1.DeterminationMalware))
		each(ctx, state, "Resolved")
		done(ctx, "reopen", "inc-1", "--wait")
		Expect(current(ctx).Spec.Resolution).To(Equal(v1alpha1.Resolution{State: active}))
		each(ctx, state, "Active")
	})

	It("comments, and tells the entry of the log", func(ctx SpecContext) {
		out := done(ctx, "comment", "inc-1", "The laptop is off the network.", "--wait")
		Expect(out).To(MatchRegexp(`(?s)^incident/inc-1 commented: comment/inc-1-\w+\ncomment/inc-1-\w+ is entry \d+ of the log\n$`))
		local.EventuallyTold(ctx, incident, "Commented by "+alice+": The laptop is off the network.")
	})

	It("creates incidents and alerts", func(ctx SpecContext) {
		out := done(ctx, "create", "incident", "by-hand", "--title", "By hand", "--assignee", bob, "--severity", "Low", "--tag", "HR", "--wait")
		Expect(out).To(HaveSuffix("incident/by-hand created\n"))
		done(ctx, "create", "alert", "call", "--title", "A call", "--incident", "by-hand", "--source", "Help desk", "--category", "InitialAccess")
		created := &v1alpha1.Incident{}
		created.Namespace, created.Name = namespace, "by-hand"
		local.EventuallyAtRest(ctx, created, 1, 1)
		Expect(local.AlertsOf(ctx, created)).To(HaveExactElements(HaveField("Spec.Assignee", bob)))
		done(ctx, "create", "incident", "rehearsed", "--dry-run=server")
		gone := as(ctx, "alice", "take", "rehearsed")
		Expect(gone.exitCode).To(Equal(2))
		Expect(gone.output).To(ContainSubstring(`"rehearsed" not found`))
		refused := as(ctx, "alice", "create", "alert", "Wrong", "--title", "x")
		Expect(refused.exitCode).To(Equal(1))
		Expect(refused.output).To(ContainSubstring("RFC 1123"))
	})

	It("edits, and refuses to overwrite what somebody else changed meanwhile", func(ctx SpecContext) {
		edit := func(script string) outcome {
			return triage(ctx, editor(script), namespace, "alice", "edit", "inc-1")
		}
		ended := edit(`sed -i 's/^description: .*/description: Written in an editor/' "$1"`)
		Expect(ended.exitCode).To(BeZero(), ended.output)
		Expect(current(ctx).Spec.Description).To(Equal("Written in an editor"))
		Expect(edit("true").output).To(Equal("incident/inc-1 unchanged\n"))

		refused := edit(`sed -i 's/^name: .*/name: "a\\u202eb"/' "$1"`)
		Expect(refused.exitCode).To(Equal(1))
		Expect(refused.output).To(And(ContainSubstring("bidirectional marks"), ContainSubstring("What you wrote is kept in ")))

		bobs := local.Program("kubectl-incident") + " --kubeconfig " + local.Kubeconfig("bob") + " -n " + namespace
		raced := edit(bobs + ` rename inc-1 Theirs && sed -i 's/^name: .*/name: Lost/' "$1"`)
		Expect(raced.exitCode).To(Equal(1))
		Expect(raced.output).To(And(ContainSubstring("name set to “Theirs” a moment ago by bob@example.com; --force replaces it"), ContainSubstring("What you wrote is kept in ")))
		Expect(current(ctx).Spec.Name).To(Equal("Theirs"))
		done(ctx, "rename", "inc-1", "--automatic", "--wait")

		tags := edit(bobs + ` tag meanwhile inc-1 && sed -i 's/^description: .*/description: Both/' "$1"`)
		Expect(tags.exitCode).To(BeZero(), tags.output)
		Expect(current(ctx).Spec.Description).To(Equal("Both"))
		Expect(incident.Spec.Tags).To(ContainElement(v1alpha1.Tag("meanwhile")))
	})

	It("says on a dry run what would change on each alert, and changes nothing", func(ctx SpecContext) {
		before := current(ctx).DeepCopy()
		for _, where := range []string{"client", "server"} {
			for _, test := range []struct{ args, change string }{
				{"assign " + bob, "assignee: none → " + bob},
				{"take", "assignee: none → " + alice},
				{"resolve --note x", "state: Active → Resolved"},
			} {
				out := done(ctx, append(strings.Fields(test.args), "inc-1", "--dry-run="+where)...)
				Expect(out).To(ContainSubstring("incident/inc-1: " + test.change))
				for i := range 3 {
					Expect(out).To(ContainSubstring(fmt.Sprintf("alert/inc-1-%05d   %s\n", i, test.change)))
				}
				Expect(out).To(HaveSuffix("Nothing was changed (dry run, " + where + ").\n"))
			}
			for _, args := range [][]string{
				{"tag", "new"}, {"untag", "meanwhile"}, {"severity", "Low"}, {"classify", "FalsePositive"}, {"start"}, {"rename", "inc-1", "x"},
			} {
				if args[0] != "rename" {
					args = append(args, "inc-1")
				}
				Expect(done(ctx, append(args, "--dry-run="+where)...)).To(ContainSubstring("alerts that stay as they are: 3"))
			}
			Expect(done(ctx, "comment", "inc-1", "x", "--dry-run="+where)).To(ContainSubstring("a new comment"))
		}
		Expect(current(ctx).Generation).To(Equal(before.Generation))
		Expect(incident.Spec).To(Equal(before.Spec))
		each(ctx, owner, "")
	})

	It("tells a viewer clearly that she may not", func(ctx SpecContext) {
		before := current(ctx).Generation
		// What is as asked for already gets no request, so there is one that somebody has, resolved.
		local.CreateIncident(ctx, namespace, "held")
		done(ctx, "take", "held")
		done(ctx, "resolve", "held")
		writing := editor(`sed -i 's/^description: .*/description: Hers/' "$1"`)
		for _, args := range [][]string{
			{"take", "inc-1"},
			{"assign", bob, "inc-1"},
			{"unassign", "held"},
			{"tag", "x", "inc-1"},
			{"untag", "meanwhile", "inc-1"},
			{"rename", "inc-1", "x"},
			{"severity", "Low", "inc-1"},
			{"classify", "FalsePositive", "inc-1"},
			{"start", "inc-1"},
			{"resolve", "inc-1"},
			{"reopen", "held"},
			{"edit", "inc-1"},
			{"comment", "inc-1", "x"},
			{"create", "incident", "x"},
			{"create", "alert", "x", "--title", "x"},
			{"take", "inc-1", "--dry-run=server"},
		} {
			refused := triage(ctx, writing, namespace, "vera", args...)
			Expect(refused.exitCode).To(Equal(1), "%v\n%s", args, refused.output)
			Expect(refused.output).To(MatchRegexp(`is forbidden: User "vera@example.com" cannot (patch|create) resource`), "%v", args)
		}
		Expect(as(ctx, "vera", "resolve", "inc-1", "--dry-run").exitCode).To(BeZero(), "looking is for everybody")
		Expect(current(ctx).Generation).To(Equal(before))
	})
})

var _ = Describe("The plugin's triage of 500 incidents", Ordered, func() {
	const incidents = 500
	var namespace string

	BeforeAll(func(ctx SpecContext) {
		namespace = local.NewNamespace(ctx)
		local.GiveRoles(ctx, namespace)
		group, ctx2 := errgroup.WithContext(ctx)
		group.SetLimit(cluster.Concurrency)
		for i := range incidents {
			group.Go(func() error {
				incident := &v1alpha1.Incident{}
				incident.Namespace, incident.Name = namespace, fmt.Sprintf("inc-%03d", i)
				incident.Spec.Tags = []v1alpha1.Tag{"Red team"}
				return admin.Create(ctx2, incident)
			})
		}
		Expect(group.Wait()).To(Succeed())
		// The filter by tag goes by the labels, which the operator sets.
		Eventually(func(g Gomega) {
			var all v1alpha1.IncidentList
			g.Expect(admin.List(ctx, &all, client.InNamespace(namespace))).To(Succeed())
			for i := range all.Items {
				g.Expect(all.Items[i].Labels).NotTo(BeEmpty())
				g.Expect(all.Items[i].Status.State).NotTo(BeEmpty())
			}
		}).WithContext(ctx).Should(Succeed())
	})

	It("leaves a clear account when it is interrupted", func(ctx SpecContext) {
		cmd := local.Plugin(ctx, namespace, "alice", "start", "--tag", "Red team", "--yes")
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		log := local.FromNow()
		Expect(cmd.Start()).To(Succeed())
		Eventually(func() int { return patchesOf(log, namespace) }).WithPolling(time.Millisecond).Should(BeNumerically(">", 20))
		Expect(cmd.Process.Signal(syscall.SIGINT)).To(Succeed())
		_ = cmd.Wait()
		Expect(cmd.ProcessState.ExitCode()).To(Equal(1), out.String())

		started := 0
		var all v1alpha1.IncidentList
		Expect(admin.List(ctx, &all, client.InNamespace(namespace))).To(Succeed())
		for i := range all.Items {
			if all.Items[i].Spec.Resolution.State == v1alpha1.ResolutionInProgress {
				started++
				Expect(out.String()).To(ContainSubstring("incident/" + all.Items[i].Name + " in progress\n"))
			}
		}
		Expect(started).To(And(BeNumerically(">", 20), BeNumerically("<", incidents)))
		Expect(out.String()).To(And(ContainSubstring(fmt.Sprintf("%d changed, %d not begun.\n", started, incidents-started)), ContainSubstring("\nInterrupted.")))
	})

	It("asks first, then assigns with one request each and sums up", func(ctx SpecContext) {
		assign := []string{"assign", bob, "--tag", "Red team"}
		careful := triage(ctx, nil, namespace, "alice", assign...)
		Expect(careful.exitCode).To(Equal(2))
		Expect(careful.output).To(ContainSubstring("this would change 500 incidents: say --yes"))

		// A change is made again where the operator writes the incident meanwhile, as it does after what was done before.
		eventuallyUnwritten(ctx, namespace)
		log := local.FromNow()
		ended := triage(ctx, nil, namespace, "alice", append(assign, "--yes")...)
		Expect(ended.exitCode).To(BeZero(), ended.output)
		Expect(ended.output).To(ContainSubstring("500 changed.\nTo undo all of it: kubectl incident undo --request "))
		// The audit log is written behind the answer.
		Eventually(func() int { return patchesOf(log, namespace) }).Should(Equal(incidents))
		counts := map[string]int{}
		for _, r := range log.RequestsOf(alice, cluster.InNamespace(namespace)) {
			if r.IsWrite() {
				counts[r.ObjectRef.Name]++
			}
		}
		Expect(counts).To(HaveLen(incidents))
		var all v1alpha1.IncidentList
		Expect(admin.List(ctx, &all, client.InNamespace(namespace), client.MatchingFields{"spec.assignee": bob})).To(Succeed())
		Expect(all.Items).To(HaveLen(incidents))

		again := triage(ctx, nil, namespace, "alice", append(assign, "--yes")...)
		Expect(again.output).To(HaveSuffix("500 unchanged.\n"))
		Expect(patchesOf(log, namespace)).To(Equal(incidents))
	})
})

// eventuallyUnwritten waits until nobody has written an incident of a namespace for a while.
func eventuallyUnwritten(ctx context.Context, namespace string) {
	GinkgoHelper()
	var before map[string]string
	Eventually(func(g Gomega) {
		var all v1alpha1.IncidentList
		g.Expect(admin.List(ctx, &all, client.InNamespace(namespace))).To(Succeed())
		now := map[string]string{}
		for i := range all.Items {
			now[all.Items[i].Name] = all.Items[i].ResourceVersion
		}
		unwritten := maps.Equal(before, now)
		before = now
		g.Expect(unwritten).To(BeTrue())
	}).WithContext(ctx).WithPolling(3 * time.Second).Should(Succeed())
}

// outcome is how a command ended.
type outcome struct {
	exitCode int
	output   string
}

// triage runs the plugin to its end, with additions to its environment.
func triage(ctx context.Context, env []string, namespace, person string, args ...string) outcome {
	GinkgoHelper()
	cmd := local.Plugin(ctx, namespace, person, args...)
	cmd.Env = append(os.Environ(), env...)
	output, _ := cmd.CombinedOutput()
	Expect(cmd.ProcessState).NotTo(BeNil(), "run 'make build' first")
	return outcome{exitCode: cmd.ProcessState.ExitCode(), output: string(output)}
}

// editor makes a script of sh, which gets the file as $1, the editor.
func editor(script string) []string {
	GinkgoHelper()
	dir := GinkgoT().TempDir()
	path := filepath.Join(dir, "editor")
	Expect(os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700)).To(Succeed())
	return []string{"KUBE_EDITOR=" + path, "TMPDIR=" + dir}
}

// patchesOf counts what alice asked to be patched in a namespace.
func patchesOf(log cluster.AuditLog, namespace string) int {
	GinkgoHelper()
	return len(log.RequestsOf(alice, func(r cluster.Request) bool { return r.Verb == "patch" && cluster.InNamespace(namespace)(r) }))
}
