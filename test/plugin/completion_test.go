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
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

var _ = Describe("The plugin's completion and tags", Ordered, ContinueOnFailure, func() {
	const none = ":36\n"
	var namespace, cache string

	// complete has kubectl complete the last of some words, as a shell does.
	complete := func(ctx context.Context, person string, words ...string) string {
		GinkgoHelper()
		cmd := exec.CommandContext(ctx, local.Program("k8s/kubectl"), append([]string{"__complete", "incident"}, words...)...)
		cmd.Env = append(os.Environ(), "KUBECONFIG="+local.Kubeconfig(person), "XDG_CACHE_HOME="+cache,
			"PATH="+local.Path("bin")+string(filepath.ListSeparator)+os.Getenv("PATH"))
		output, err := cmd.Output()
		Expect(err).NotTo(HaveOccurred())
		return string(output)
	}

	BeforeAll(func(ctx SpecContext) {
		Expect(local.Program("kubectl_complete-incident")).To(BeAnExistingFile(), "run 'make build' first")
		cache = GinkgoT().TempDir()
		namespace = local.NewNamespace(ctx)
		local.GiveRoles(ctx, namespace)
		for name, change := range map[string]func(*v1alpha1.IncidentSpec){
			"inc-logins": func(spec *v1alpha1.IncidentSpec) { spec.Name, spec.Severity = "Odd logins in HR", "High" },
			"inc-mail":   func(spec *v1alpha1.IncidentSpec) { spec.Name, spec.Severity = "Überraschung", "Low" },
			"inc-old":    func(spec *v1alpha1.IncidentSpec) { spec.Name, spec.Resolution.State = "Over", resolved },
		} {
			incident := &v1alpha1.Incident{}
			incident.Namespace, incident.Name = namespace, name
			incident.Spec.Tags = []v1alpha1.Tag{"VIP"}
			change(&incident.Spec)
			if name == "inc-mail" {
				incident.Spec.Tags, incident.Spec.Assignee = append(incident.Spec.Tags, "Crown Jewels: HR"), bob
			}
			Expect(admin.Create(ctx, incident)).To(Succeed())
			Eventually(func(g Gomega) {
				g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(incident), incident)).To(Succeed())
				g.Expect(incident.Status.State).NotTo(BeEmpty())
				g.Expect(incident.Status.TagSummary).NotTo(BeEmpty())
			}).WithContext(ctx).Should(Succeed())
			if name == "inc-logins" {
				local.CreateAlerts(ctx, incident, 1)
			}
		}
	})

	DescribeTable("suggests what fits", func(ctx SpecContext, want, typed string) {
		words := append([]string{"-n", namespace}, strings.Split(typed, " ")...)
		for _, person := range []string{"alice", "vera"} {
			got := complete(ctx, person, words...)
			Expect(strings.ReplaceAll(got, person+"@example.com\tyou\n", "")).To(Equal(want+none), person)
			Expect(complete(ctx, person, words...)).To(Equal(got), "from the cache")
		}
	},
		Entry("open incidents", "inc-logins\tOdd logins in HR\ninc-mail\tÜberraschung\n", "take "),
		Entry("a finished one that is asked for", "inc-old\tOver (Resolved)\n", "take inc-o"),
		Entry("resolved incidents", "inc-old\tOver (Resolved)\n", "reopen "),
		Entry("tags, most used first", "VIP\t3 incidents\nCrown Jewels: HR\t1 incident\n", "tag --add "),
		Entry("tags of a list", "VIP,Crown Jewels: HR\t1 incident\n", "list --tag VIP,C"),
		Entry("assignees", bob+"\t1 incident\n", "assign --to "),
		Entry("alerts", "inc-logins-00000\tTerminal shell in container (inc-logins)\n", "move inc"),
		Entry("verdicts", "FalsePositive/Other\n", "classify FalsePositive/O"),
		Entry("determinations that fit", "NotMalicious\nNotEnoughDataToValidate\n", "classify FalsePositive N"),
		Entry("sort keys", "severity\n", "list --sort-by s"),
	)

	It("suggests nothing, quickly and silently, where nothing can be read", func(ctx SpecContext) {
		elsewhere := local.NewNamespace(ctx)
		Expect(complete(ctx, "vera", "take", "-n", elsewhere, "")).To(Equal(none))
		Expect(complete(ctx, "vera", "tag", "-n", elsewhere, "")).To(Equal(none))
		Expect(complete(ctx, "alice", "take", "--kubeconfig", "/nowhere", "")).To(Equal(none))

		var config net.ListenConfig
		silent, err := config.Listen(ctx, "tcp", "127.0.0.1:0") // It takes connections and never answers.
		Expect(err).NotTo(HaveOccurred())
		begin := time.Now()
		Expect(complete(ctx, "alice", "take", "--server", "https://"+silent.Addr().String(), "")).To(Equal(none))
		Expect(time.Since(begin)).To(BeNumerically("<", 15*time.Second))
		Expect(silent.Close()).To(Succeed())
		begin = time.Now()
		Expect(complete(ctx, "alice", "take", "--server", "https://"+silent.Addr().String(), "")).To(Equal(none))
		Expect(time.Since(begin)).To(BeNumerically("<", 5*time.Second))
	})

	It("writes the scripts of shells", func(ctx SpecContext) {
		for _, shell := range []string{"bash", "zsh", "fish"} {
			script, errOut, code := pluginIn(ctx, namespace, "alice", "completion", shell)
			Expect(code).To(BeZero(), errOut)
			Expect(script).To(ContainSubstring("kubectl-incident"))
			if shell == "bash" {
				cmd := exec.CommandContext(ctx, "bash", "-n")
				cmd.Stdin = strings.NewReader(script)
				Expect(cmd.Run()).To(Succeed())
			}
		}
	})

	It("counts tags", func(ctx SpecContext) {
		for _, person := range []string{"alice", "vera"} {
			out, errOut, code := pluginIn(ctx, namespace, person, "tags")
			Expect(code).To(BeZero(), errOut)
			Expect(out).To(Equal("TAG                INCIDENTS\nVIP                3\nCrown Jewels: HR   1\n"))
		}
		_, errOut, code := pluginIn(ctx, local.NewNamespace(ctx), "vera", "tags")
		Expect(code).To(Equal(2))
		Expect(errOut).To(ContainSubstring("forbidden"))
	})
})
