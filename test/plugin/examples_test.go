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
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/creack/pty"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/test/cluster"
)

var _ = Describe("The examples in the plugin's help", func() {
	It("work as printed", func(ctx SpecContext) {
		// -A in examples needs rights everywhere.
		output, err := local.Kubectl(ctx, "", "admin", "", "create", "clusterrolebinding", "alice-views-all", "--clusterrole=incident-operator-viewer", "--user="+alice)
		Expect(err).NotTo(HaveOccurred(), output)
		DeferCleanup(func(ctx SpecContext) {
			output, err := local.Kubectl(ctx, "", "admin", "", "delete", "clusterrolebinding", "alice-views-all")
			Expect(err).NotTo(HaveOccurred(), output)
		})

		helps := helpTexts(ctx)
		failures := make([][]string, len(helps))
		folder := GinkgoT().TempDir()
		var without []string
		for _, help := range helps {
			if len(help.examples) == 0 {
				without = append(without, help.command)
			}
		}
		// What the readers work on takes the operator's time more than the machine's.
		readers := make([]*readersFolder, len(helps))
		sideBySide(len(helps), cluster.Concurrency, func(i int) {
			if help := helps[i]; len(help.examples) > 0 && !slices.Contains(triedElsewhere, help.command) {
				readers[i] = newReadersFolder(ctx, filepath.Join(folder, strconv.Itoa(i)), help)
			}
		})
		sideBySide(len(helps), commandsAtOnce, func(i int) {
			if readers[i] == nil {
				return
			}
			for _, example := range helps[i].examples {
				if problem := readers[i].try(ctx, example); problem != "" {
					failures[i] = append(failures[i], fmt.Sprintf("%s: %s\n%s", helps[i].command, example, problem))
				}
			}
		})
		Expect(slices.Concat(failures...)).To(BeEmpty())
		// What has no examples: groups of commands, what cobra brings along, and what stands among those of queries.
		Expect(without).To(HaveEach(MatchRegexp(`^(|create|help|queries delete)$`)))
		Expect(len(helps) - len(without)).To(BeNumerically(">", 20))
	}, NodeTimeout(15*time.Minute))
})

// triedElsewhere are commands whose examples serve until they are stopped, or read recordings and rules of one's own.
var triedElsewhere = []string{"console", "replay", "suppress"}

// helpText is what a command says of itself.
type helpText struct {
	command  string
	examples []string
}

// names reports whether an example names something.
func (h helpText) names(what string) bool {
	return slices.ContainsFunc(h.examples, func(example string) bool { return strings.Contains(example, what) })
}

var subcommandLine = regexp.MustCompile(`^ {2}([a-z-]+) +\S`)

// helpTexts reads the help of all commands, depth first.
func helpTexts(ctx context.Context, path ...string) []helpText {
	GinkgoHelper()
	output, err := exec.CommandContext(ctx, local.Program("kubectl-incident"), append(path, "--help")...).Output()
	Expect(err).NotTo(HaveOccurred(), "%v", path)
	found := helpText{command: strings.Join(path, " ")}
	var subcommands []string
	section := ""
	for line := range strings.Lines(string(output)) {
		line = strings.TrimRight(line, "\n")
		switch trimmed := strings.TrimSpace(line); {
		case line != "" && line == strings.TrimLeft(line, " \t"):
			section = line
		case trimmed == "" || strings.HasPrefix(trimmed, "#"):
		case section == "Examples:":
			found.examples = append(found.examples, trimmed)
		case !slices.Contains([]string{"Usage:", "Aliases:", "Flags:"}, section):
			if named := subcommandLine.FindStringSubmatch(line); named != nil {
				subcommands = append(subcommands, named[1])
			}
		}
	}
	all := []helpText{found}
	for _, name := range subcommands {
		all = append(all, helpTexts(ctx, append(slices.Clone(path), name)...)...)
	}
	return all
}

// readersFolder is where alice types the examples of one command, with all that they name.
type readersFolder struct {
	namespace, folder string
	env               []string
}

func newReadersFolder(ctx context.Context, folder string, help helpText) *readersFolder {
	GinkgoHelper()
	Expect(os.Mkdir(folder, 0o700)).To(Succeed())
	p := &readersFolder{namespace: local.NewNamespace(ctx), folder: folder}
	local.GiveRoles(ctx, p.namespace)
	p.createIncidents(ctx)
	p.prepareShell()
	if help.names("web-0") {
		p.createPod(ctx)
	}
	if help.command == "alert undo" {
		code, output := runPlugin(ctx, p.namespace, "alice", "alert", "tag", "Odd", "falco-7", "falco-8")
		Expect(code).To(BeZero(), output)
	}
	if help.names("activities.yaml") {
		activities, err := local.Kubectl(ctx, p.namespace, "alice", "", "get", "activities", "-o", "yaml")
		Expect(err).NotTo(HaveOccurred(), activities)
		Expect(os.WriteFile(filepath.Join(folder, "activities.yaml"), []byte(activities), 0o600)).To(Succeed())
	}
	event := `{"rule":"Terminal shell in container","source":"syscall","hostname":"node-1","priority":"Warning"}`
	Expect(os.WriteFile(filepath.Join(folder, "events.jsonl"), []byte(event), 0o600)).To(Succeed())
	return p
}

// createIncidents makes inc-1 bob's by a change that can be undone, inc-2 and inc-3 nobody's, inc-4 resolved and inc-5
// alice's.
func (p *readersFolder) createIncidents(ctx context.Context) {
	GinkgoHelper()
	for _, name := range []string{"inc-1", "inc-2", "inc-3", "inc-4", "inc-5"} {
		incident := &v1alpha1.Incident{}
		incident.Namespace, incident.Name = p.namespace, name
		incident.Spec.Tags = []v1alpha1.Tag{"Ransomware", "Red team", "triaged"}
		Expect(admin.Create(ctx, incident)).To(Succeed())
	}
	for name, incident := range map[string]string{"inc-1-a": "inc-1", "falco-7": "inc-1", "falco-8": "inc-1", "inc-2-a": "inc-2", "inc-5-a": "inc-5", "unlinked": ""} {
		alert := &v1alpha1.Alert{}
		alert.Namespace, alert.Name = p.namespace, name
		alert.Spec.Name, alert.Spec.Severity, alert.Spec.Source.Service = "Terminal shell in container", v1alpha1.SeverityHigh, "Falco"
		alert.Spec.IncidentRef.Name = incident
		alert.Spec.Tags = []v1alpha1.Tag{"Red team"}
		alert.Spec.Techniques = []v1alpha1.Technique{"T1059.001"}
		alert.Spec.Evidence = []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceDevice, Name: "web-1.example.com"}}
		if name == "falco-8" {
			alert.Spec.Severity = v1alpha1.SeverityLow
		}
		Expect(admin.Create(ctx, alert)).To(Succeed())
	}
	local.EventuallyAtRest(ctx, p.incident(ctx, "inc-1"), 3, 3)
	local.EventuallyAtRest(ctx, p.incident(ctx, "inc-2"), 1, 1)
	local.EditIncident(ctx, p.incident(ctx, "inc-4"), cluster.Resolve)
	local.EditIncident(ctx, p.incident(ctx, "inc-5"), cluster.AssignTo(alice))
	code, output := runPlugin(ctx, p.namespace, "alice", "assign", bob, "inc-1", "--wait")
	Expect(code).To(BeZero(), output)
	local.EventuallyTold(ctx, p.incident(ctx, "inc-1"), "Assigned by alice@example.com: assignee: none → bob@example.com")
	local.EventuallyAtRest(ctx, p.incident(ctx, "inc-4"), 0, 0)
	local.EventuallyAtRest(ctx, p.incident(ctx, "inc-5"), 1, 1)
}

func (p *readersFolder) incident(ctx context.Context, name string) *v1alpha1.Incident {
	GinkgoHelper()
	incident := &v1alpha1.Incident{}
	Expect(admin.Get(ctx, client.ObjectKey{Namespace: p.namespace, Name: name}, incident)).To(Succeed())
	return incident
}

// createPod makes the pod of which an example tells, once its account is there.
func (p *readersFolder) createPod(ctx context.Context) {
	GinkgoHelper()
	output, err := local.Kubectl(ctx, p.namespace, "admin", "", "create", "rolebinding", "alice-views", "--clusterrole=view", "--user="+alice)
	Expect(err).NotTo(HaveOccurred(), output)
	pod := &corev1.Pod{}
	pod.Namespace, pod.Name = p.namespace, "web-0"
	pod.Spec.Containers = []corev1.Container{{Name: "web", Image: "web"}}
	Eventually(func() error { return client.IgnoreAlreadyExists(admin.Create(ctx, pod)) }).WithContext(ctx).Should(Succeed())
}

const writer = `#!/bin/sh
case $1 in
*.md) echo "The laptop is off the network." >"$1" ;;
*) sed 's/^name:.*/name: Edited/' "$1" >"$1.new" && mv "$1.new" "$1" ;;
esac
`

// prepareShell puts programs, files and a kubeconfig for the namespace where the examples look for them.
func (p *readersFolder) prepareShell() {
	GinkgoHelper()
	programs := filepath.Join(p.folder, "programs")
	Expect(os.Mkdir(programs, 0o700)).To(Succeed())
	Expect(os.WriteFile(filepath.Join(programs, "nano"), []byte(writer), 0o700)).To(Succeed())
	config, err := clientcmd.LoadFromFile(local.Kubeconfig("alice"))
	Expect(err).NotTo(HaveOccurred())
	config.Contexts[config.CurrentContext].Namespace = p.namespace
	own := filepath.Join(p.folder, "kubeconfig")
	Expect(clientcmd.WriteToFile(*config, own)).To(Succeed())
	p.env = append(os.Environ(),
		"KUBECONFIG="+own, "KUBECACHEDIR="+local.KubectlCache(), "EDITOR=nano",
		"HOME="+p.folder, "XDG_CONFIG_HOME="+filepath.Join(p.folder, ".config"), "XDG_CACHE_HOME="+filepath.Join(p.folder, ".cache"),
		"PATH="+strings.Join([]string{programs, local.Path("bin"), local.Path("bin", "k8s"), os.Getenv("PATH")}, ":"))
}

func (p *readersFolder) shell(ctx context.Context, line string) *exec.Cmd {
	shell := exec.CommandContext(ctx, "bash", "-o", "pipefail", "-c", line)
	shell.Dir, shell.Env = p.folder, p.env
	return shell
}

// endless are examples that go on until Ctrl-C.
var endless = regexp.MustCompile(` (--follow|--watch|-w)\b`)

// fullScreen are examples that take a whole terminal until q is pressed.
var fullScreen = regexp.MustCompile(`^kubectl incident board\b`)

// nothing is what a command says that found nothing to do: then the example was not tried.
var nothing = regexp.MustCompile(`Nothing is selected|No \w+ found`)

// try types an example as printed, and returns what went wrong.
func (p *readersFolder) try(ctx context.Context, example string) (problem string) {
	if fullScreen.MatchString(example) {
		return p.tryOnScreen(ctx, example)
	}
	var output safeBuffer
	shell := p.shell(ctx, example)
	shell.Stdout, shell.Stderr = &output, &output
	if err := shell.Start(); err != nil {
		return err.Error()
	}
	if endless.MatchString(example) {
		Eventually(output.String).WithContext(ctx).ShouldNot(BeEmpty(), example)
		// The shell has become the only command of its line.
		if err := shell.Process.Signal(syscall.SIGINT); err != nil {
			return err.Error()
		}
	}
	if err := shell.Wait(); err != nil {
		return err.Error() + "\n" + output.String()
	}
	if nothing.MatchString(output.String()) {
		return output.String()
	}
	return ""
}

// tryOnScreen types an example on a terminal, and leaves it by its key once the queue is there.
func (p *readersFolder) tryOnScreen(ctx context.Context, example string) (problem string) {
	var output safeBuffer
	shell := p.shell(ctx, example)
	shell.Env = append(shell.Env, "TERM=xterm-256color", "LC_ALL=C.UTF-8")
	terminal, err := pty.StartWithSize(shell, &pty.Winsize{Cols: 100, Rows: 30})
	if err != nil {
		return err.Error()
	}
	defer func() { _ = terminal.Close() }()
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(&output, terminal)
	}()
	Eventually(output.String).WithContext(ctx).Should(ContainSubstring("inc-"), example)
	if _, err := terminal.WriteString("q"); err != nil {
		return err.Error()
	}
	err = shell.Wait()
	<-read
	if err != nil {
		return err.Error() + "\n" + output.String()
	}
	return ""
}
