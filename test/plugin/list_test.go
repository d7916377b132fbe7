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
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/test/cluster"
)

// Times vary, so the columns that are compared leave them out.
const timeless = "custom-columns=NAME:.metadata.name,SEVERITY:.status.severity,STATE:.status.state,ASSIGNEE:.spec.assignee,ALERTS:.status.alerts.summary"

var _ = Describe("The plugin's list, show, alerts and queries", Ordered, func() {
	var namespace, queries string

	// incident runs the plugin as a person and returns its standard output, its standard error and its exit code.
	incident := func(ctx context.Context, person string, args ...string) (string, string, int) {
		GinkgoHelper()
		return pluginIn(ctx, namespace, person, append(args, queryFile(args, queries)...)...)
	}
	succeed := func(ctx context.Context, person string, args ...string) string {
		GinkgoHelper()
		out, errOut, code := incident(ctx, person, args...)
		Expect(code).To(BeZero(), "%v:\n%s%s", args, out, errOut)
		Expect(out).NotTo(ContainSubstring("\x1b"))
		return out
	}

	BeforeAll(func(ctx SpecContext) {
		Expect(local.Program("kubectl-incident")).To(BeAnExistingFile(), "run 'make build' first")
		namespace = local.NewNamespace(ctx)
		queries = filepath.Join(GinkgoT().TempDir(), "queries.yaml")
		local.GiveRoles(ctx, namespace)
		createQueue(ctx, namespace)
	})

	DescribeTable("lists the queue as asked for", func(ctx SpecContext, want string, args ...string) {
		for _, person := range []string{"alice", "vera"} {
			out := succeed(ctx, person, append([]string{"list", "--sort-by", "name", "-o", "name"}, args...)...)
			Expect(strings.Fields(strings.ReplaceAll(out, "incident.incidentoperator.dev/", ""))).To(Equal(strings.Fields(want)), person)
		}
	},
		Entry("what is not finished", "escape mine plain unicode"),
		Entry("everything", "done escape mine plain unicode", "--all"),
		Entry("a state", "done", "--state", "Resolved"),
		Entry("an assignee", "mine", "--assignee", "alice@example.com"),
		Entry("unassigned", "escape plain unicode", "--unassigned"),
		Entry("a tag", "mine plain", "--tag", "crown jewels"),
		Entry("all tags", "mine", "--all-tags", "Crown Jewels,VIP"),
		Entry("a severity", "mine", "--severity", "Critical"),
		Entry("a minimal severity", "mine plain", "--min-severity", "Medium"),
		Entry("a verdict", "plain", "--verdict", "TruePositive"),
		Entry("a determination", "plain", "--determination", "Malware"),
		Entry("a source", "mine plain", "--source", "falco"),
		Entry("a category", "mine", "--category", "Execution"),
		Entry("an entity", "mine", "--entity", "host-1"),
		Entry("since", "escape mine plain unicode", "--since", "7d"),
		Entry("a text", "unicode", "--search", "größe"),
		Entry("a part of the evidence", "mine", "--search", "OST-1"),
		Entry("a label selector", "mine", "-l", "tag.incidentoperator.dev/vip"),
		Entry("a field selector", "mine", "--field-selector", "spec.assignee=alice@example.com"),
		Entry("several filters", "plain", "--tag", "Crown Jewels", "--unassigned"),
		Entry("small pages", "escape mine plain unicode", "--chunk-size", "1"),
		Entry("nothing", "", "--search", "none such"),
	)

	It("knows who asks", func(ctx SpecContext) {
		Expect(succeed(ctx, "alice", "list", "--mine", "-o", "jsonpath={.items[*].metadata.name}")).To(Equal("mine"))
		out, errOut, code := incident(ctx, "vera", "list", "--mine")
		Expect([]any{out, errOut, code}).To(Equal([]any{"", "No incidents found in namespace " + namespace + ".\n", 0}))
	})

	It("prints as kubectl does", func(ctx SpecContext) {
		Expect(succeed(ctx, "alice", "list", "--sort-by", "severity", "-o", timeless, "--tag", "Crown Jewels")).To(Equal(
			`NAME    SEVERITY   STATE        ASSIGNEE            ALERTS
mine    Critical   InProgress   alice@example.com   2/2
plain   Medium     Active       <none>              1/1
`))
		for _, format := range []string{"name", "json", "yaml", "jsonpath={.items[*].spec}", "go-template={{range .items}}{{.metadata.name}} {{end}}", timeless} {
			ours := succeed(ctx, "alice", "list", "--all", "--sort-by", "name", "-o", format)
			theirs, err := local.Kubectl(ctx, namespace, "alice", "", "get", "incidents", "-o", format)
			Expect(err).NotTo(HaveOccurred())
			Expect(ours).To(Equal(theirs), format)
		}
	})

	It("prints tables with the columns of kubectl", func(ctx SpecContext) {
		for _, args := range [][]string{nil, {"-o", "wide"}, {"--show-labels", "-L", "tag.incidentoperator.dev/vip"}, {"--no-headers"}} {
			ours := succeed(ctx, "vera", append([]string{"list", "--all", "--sort-by", "name"}, args...)...)
			theirs, err := local.Kubectl(ctx, namespace, "vera", "", append([]string{"get", "incidents"}, args...)...)
			Expect(err).NotTo(HaveOccurred())
			Expect(withoutTimes(ours)).To(Equal(withoutTimes(theirs)), "%v", args)
		}
	})

	It("keeps the terminal from what is no text", func(ctx SpecContext) {
		Expect(succeed(ctx, "alice", "show", "escape")).To(And(ContainSubstring(`\u202e[31mred`), Not(ContainSubstring("\u202e"))))
		Expect(succeed(ctx, "alice", "list", "--search", "größe")).To(ContainSubstring("Größe 東京 🔥"))
		Expect(succeed(ctx, "alice", "list", "-o", "csv", "--no-headers", "--tag", "VIP")).To(ContainSubstring(`,"'=HYPERLINK(`))
		Expect(succeed(ctx, "alice", "show", "plain")).To(And(ContainSubstring("seen twice"), ContainSubstring("Description:\n")))
	})

	It("keeps queries", func(ctx SpecContext) {
		Expect(succeed(ctx, "alice", "list", "--tag", "Crown Jewels", "--min-severity", "Medium", "--sort-by", "severity", "-o", "name", "--save", "jewels")).
			To(Equal("query/jewels saved in " + queries + "\n"))
		Expect(succeed(ctx, "alice", "list", "jewels")).To(Equal("incident.incidentoperator.dev/mine\nincident.incidentoperator.dev/plain\n"))
		Expect(succeed(ctx, "vera", "list", "jewels", "--min-severity", "Critical")).To(Equal("incident.incidentoperator.dev/mine\n"))
		Expect(succeed(ctx, "alice", "queries")).To(Equal("NAME     FLAGS\njewels   --min-severity=Medium --output=name --sort-by=severity --tag='Crown Jewels'\n"))
		Expect(os.ReadFile(queries)).To(BeEquivalentTo("queries:\n  jewels:\n    min-severity: Medium\n    output: name\n    sort-by: severity\n    tag: Crown Jewels\n"))
		Expect(succeed(ctx, "alice", "queries", "delete", "jewels")).To(Equal("query/jewels deleted\n"))
		_, errOut, code := incident(ctx, "alice", "list", "jewels")
		Expect([]any{errOut, code}).To(Equal([]any{"kubectl-incident: there is no query \"jewels\": none is saved\n", 2}))
	})

	It("shows an incident on one screen", func(ctx SpecContext) {
		out := succeed(ctx, "vera", "show", "mine", "--utc")
		Expect(strings.Count(out, "\n")).To(BeNumerically("<", 40))
		for _, want := range []string{
			"Title:          =HYPERLINK(\"http://example.com\")\n",
			"Severity:       Critical\n",
			"State:          InProgress\n",
			"Assignee:       alice@example.com\n",
			"Classification: not set\n",
			"Scope:          2 alerts, 1 endpoint, 0 users\n",
			"Sources:        Falco (1)\n",
			"Tags:           Crown Jewels, VIP\n",
			"Propagated:     yes: ",
			"\nEvidence\n  Device  host-1 (1)\n",
			"\nAlerts, the worst first\nNAME     SEVERITY   STATE    ASSIGNEE            BEGAN (UTC)        TITLE\nmine-1   Critical ",
			"\nTimeline (UTC), the last entries: kubectl incident timeline mine\n",
		} {
			Expect(out).To(ContainSubstring(want))
		}
		Expect(succeed(ctx, "vera", "show", "plain", "-o", "yaml")).To(ContainSubstring("kind: Incident\n"))
	})

	It("shows at most 20 alerts, and where the others are", func(ctx SpecContext) {
		many := local.CreateIncident(ctx, local.NewNamespace(ctx), "many")
		local.GiveRoles(ctx, many.Namespace)
		local.CreateAlerts(ctx, many, 45)
		out, errOut, code := pluginIn(ctx, many.Namespace, "vera", "show", "many")
		Expect(code).To(BeZero(), errOut)
		Expect(strings.Count(out, "\nmany-")).To(Equal(20))
		Expect(out).To(ContainSubstring("\nand 25 more: kubectl incident alerts many\n"))
		out, _, _ = pluginIn(ctx, many.Namespace, "vera", "alerts", "many", "--chunk-size", "10", "--no-headers")
		Expect(strings.Count(out, "\n")).To(Equal(45))
	})

	It("lists alerts", func(ctx SpecContext) {
		const columns = "custom-columns=NAME:.metadata.name,INCIDENT:.spec.incidentRef.name"
		Expect(succeed(ctx, "vera", "alerts", "mine", "-o", columns)).To(Equal("NAME     INCIDENT\nmine-1   mine\nmine-2   mine\n"))
		Expect(succeed(ctx, "vera", "alerts", "--unlinked", "-o", "name")).To(Equal("alert.incidentoperator.dev/loose\n"))
	})

	DescribeTable("lists the alerts that are asked for, the worst first", func(ctx SpecContext, want string, args ...string) {
		out := succeed(ctx, "vera", append([]string{"alerts", "-o", "name"}, args...)...)
		Expect(strings.Fields(strings.ReplaceAll(out, "alert.incidentoperator.dev/", ""))).To(Equal(strings.Fields(want)))
	},
		Entry("of two incidents", "mine-1 plain-1 mine-2", "mine", "plain"),
		Entry("a severity, in any letter case", "mine-1", "--severity", "critical"),
		Entry("a state", "", "--state", "resolved"),
		Entry("a host", "mine-1", "--entity", "HOST-1"),
		Entry("a source", "mine-1 plain-1", "--source", "falco"),
		Entry("a category, in words", "mine-1 mine-2", "--category", "execution"),
		Entry("a text of the evidence", "mine-1", "--search", "ost-"),
		Entry("nobody's", "plain-1 escape-1 loose", "--unassigned"),
		Entry("a label selector that nothing meets", "", "-l", "a=b"),
		Entry("small pages and a limit", "mine-1 plain-1", "--chunk-size", "1", "--limit", "2"),
	)

	It("shows the worst that waits, and takes it", func(ctx SpecContext) {
		own := local.NewNamespace(ctx)
		local.GiveRoles(ctx, own)
		incident := local.CreateIncident(ctx, own, "waits")
		local.CreateAlerts(ctx, incident, 2)
		local.EventuallyAtRest(ctx, incident, 2, 2)
		out, errOut, code := pluginIn(ctx, own, "alice", "next", "--take")
		Expect(code).To(BeZero(), errOut)
		Expect(out).To(And(ContainSubstring("\nName:           waits\n"), ContainSubstring("\nAssignee:       alice@example.com\n")))
		_, errOut, code = pluginIn(ctx, own, "alice", "next", "--take")
		Expect([]any{errOut, code}).To(Equal([]any{"Nothing waits: every incident that is selected has an owner.\n", 1}))

		out, errOut, code = pluginIn(ctx, own, "alice", "alert", "resolve", "--incident", "waits", "--note", "noise")
		Expect(code).To(BeZero(), errOut)
		Expect(strings.Count(out, " resolved\n")).To(Equal(2))
		local.EventuallyAtRest(ctx, incident, 0, 2)

		out, errOut, code = pluginIn(ctx, own, "alice", "handover", "bob@example.com", "--mine", "--comment", "Nothing urgent.", "--wait")
		Expect(code).To(BeZero(), errOut)
		Expect(out).To(ContainSubstring("incident/waits assigned to bob@example.com, commented"))
		local.EventuallyTold(ctx, incident, "Commented by alice@example.com: Nothing urgent.")
		out, errOut, code = pluginIn(ctx, own, "vera", "report", "--since", "1h", "-o", "md")
		Expect(code).To(BeZero(), errOut)
		Expect(out).To(And(ContainSubstring("| Opened | 1 |"), MatchRegexp(`\| waits \| .* \| alice@example.com \| alice@example.com \| bob@example.com \|`)))
		out, errOut, code = pluginIn(ctx, own, "vera", "report", "waits", "-o", "html")
		Expect(code).To(BeZero(), errOut)
		Expect(out).To(And(ContainSubstring("<td>Nothing urgent.</td>"), ContainSubstring("SHA-256")))
	})

	DescribeTable("says what is wrong", func(ctx SpecContext, want string, args ...string) {
		out, errOut, code := incident(ctx, "vera", args...)
		Expect(code).To(Equal(2), "%s%s", out, errOut)
		Expect(out).To(BeEmpty())
		Expect(errOut).To(ContainSubstring(want))
	},
		Entry("no right to list", `listing incidents: incidents.incidentoperator.dev is forbidden: User "vera@example.com" cannot list resource "incidents"`, "list", "-n", "kube-system"),
		Entry("no right in all namespaces", "is forbidden", "list", "-A"),
		Entry("no right to read", `reading the incident: incidents.incidentoperator.dev "x" is forbidden`, "show", "x", "-n", "kube-system"),
		Entry("no right to read alerts", "alerts.incidentoperator.dev is forbidden", "alerts", "-n", "kube-system"),
		Entry("no such incident", `reading the incident: incidents.incidentoperator.dev "none" not found`, "show", "none"),
		Entry("no such incident to list alerts of", `"none" not found`, "alerts", "none"),
		Entry("a wrong severity", `severity must be one of Informational, Low, Medium, High, Critical, is "Bad"`, "list", "--severity", "Bad"),
		Entry("a wrong time", `--since must be a time such as 90m, 12h or 7d, is "x"`, "list", "--since", "x"),
		Entry("a wrong format", `--output: unable to match a printer`, "list", "-o", "x"),
		Entry("two ways to say which alerts", "name an incident, or use --unlinked", "alerts", "mine", "--unlinked"),
	)

	It("watches what enters and leaves the queue", func(ctx SpecContext) {
		watched := local.CreateIncident(ctx, local.NewNamespace(ctx), "watched")
		local.GiveRoles(ctx, watched.Namespace)
		local.EventuallyAtRest(ctx, watched, 0, 0)
		cmd := local.Plugin(ctx, watched.Namespace, "vera", "list", "--watch", "-o", "custom-columns=NAME:.metadata.name,STATE:.spec.resolution.state", "--no-headers")
		var out safeBuffer
		cmd.Stdout = &out
		Expect(cmd.Start()).To(Succeed())
		DeferCleanup(func() {
			_ = cmd.Process.Signal(os.Interrupt)
			_ = cmd.Wait()
		})
		Eventually(out.String).Should(ContainSubstring("watched   Active"))
		local.EditIncident(ctx, watched, cluster.Resolve)
		Eventually(out.String).Should(ContainSubstring("watched   Resolved"))
	})
})

// createQueue creates a fixed set of incidents, and waits until the operator is done with them.
func createQueue(ctx context.Context, namespace string) {
	GinkgoHelper()
	alerts := map[string]int{}
	alert := func(name, incident string, change func(*v1alpha1.AlertSpec)) {
		alert := &v1alpha1.Alert{}
		alert.Namespace, alert.Name = namespace, name
		alert.Spec.Name, alert.Spec.IncidentRef.Name = "Terminal shell", incident
		change(&alert.Spec)
		Expect(admin.Create(ctx, alert)).To(Succeed())
		alerts[incident]++
	}
	set := map[string]func(*v1alpha1.IncidentSpec){
		"plain": func(s *v1alpha1.IncidentSpec) {
			s.Tags, s.Description = []v1alpha1.Tag{"Crown Jewels"}, "seen twice\nat night"
			s.Classification = v1alpha1.Classification{Verdict: v1alpha1.VerdictTruePositive, Determination: v1alpha1.DeterminationMalware}
		},
		"mine": func(s *v1alpha1.IncidentSpec) {
			s.Name, s.Tags, s.Assignee = `=HYPERLINK("http://example.com")`, []v1alpha1.Tag{"Crown Jewels", "VIP"}, "alice@example.com"
			s.Resolution.State = v1alpha1.ResolutionInProgress
		},
		"escape":  func(s *v1alpha1.IncidentSpec) { s.Description = "\u202e[31mred" },
		"unicode": func(s *v1alpha1.IncidentSpec) { s.Name = "Größe 東京 🔥" },
		"done":    resolveSpec,
	}
	for name, change := range set {
		incident := &v1alpha1.Incident{}
		incident.Namespace, incident.Name = namespace, name
		change(&incident.Spec)
		Expect(admin.Create(ctx, incident)).To(Succeed())
	}
	alert("plain-1", "plain", func(s *v1alpha1.AlertSpec) { s.Severity, s.Source.Service = v1alpha1.SeverityMedium, "Falco" })
	alert("mine-1", "mine", func(s *v1alpha1.AlertSpec) {
		s.Severity, s.Source.Service, s.Category = v1alpha1.SeverityCritical, "Falco", "Execution"
		s.Evidence = []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceDevice, Name: "host-1"}}
	})
	alert("mine-2", "mine", func(s *v1alpha1.AlertSpec) { s.Category = "Execution" })
	alert("escape-1", "escape", func(*v1alpha1.AlertSpec) {})
	alert("loose", "", func(*v1alpha1.AlertSpec) {})
	for name := range set {
		incident := &v1alpha1.Incident{}
		incident.Namespace, incident.Name = namespace, name
		local.EventuallyAtRest(ctx, incident, alerts[name], alerts[name])
	}
}

func resolveSpec(s *v1alpha1.IncidentSpec) { s.Resolution.State = resolved }

// pluginIn runs the plugin as a person and returns its standard output, its standard error and its exit code.
func pluginIn(ctx context.Context, namespace, person string, args ...string) (string, string, int) {
	GinkgoHelper()
	var out, errOut strings.Builder
	cmd := local.Plugin(ctx, namespace, person, args...)
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	if exit := new(exec.ExitError); !errors.As(err, &exit) {
		Expect(err).NotTo(HaveOccurred())
	}
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
}

// queryFile keeps tests from the saved queries of whoever runs them.
func queryFile(args []string, path string) []string {
	if args[0] == "list" || args[0] == "queries" {
		return []string{fmt.Sprintf("--queries=%s", path)}
	}
	return nil
}

var age = regexp.MustCompile(`^(\d+[ydhms])+$`)

// withoutTimes takes what differs between two moments out of a table: ages, and with them the width of columns.
func withoutTimes(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		for i, word := range words {
			if age.MatchString(word) {
				words[i] = "TIME"
			}
		}
		lines = append(lines, strings.Join(words, " "))
	}
	return strings.Join(lines, "\n")
}
