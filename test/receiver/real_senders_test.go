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
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// debian finds a program, or installs the package of Debian that has it.
func debian(ctx context.Context, program string) string {
	GinkgoHelper()
	path, err := exec.LookPath(program)
	if err != nil {
		for _, args := range [][]string{{"update"}, {"install", "--yes", "--no-install-recommends", program}} {
			output, err := exec.CommandContext(ctx, "apt-get", args...).CombinedOutput()
			Expect(err).NotTo(HaveOccurred(), "%s is needed, and installing it failed: %s", program, output)
		}
		path, err = exec.LookPath(program)
	}
	Expect(err).NotTo(HaveOccurred())
	return path
}

// running is a program that runs until the end of the spec.
func running(path string, args ...string) *os.Process {
	GinkgoHelper()
	log := &bytes.Buffer{}
	command := exec.CommandContext(context.Background(), path, args...)
	command.Stdout, command.Stderr = log, log
	Expect(command.Start()).To(Succeed())
	DeferCleanup(func() {
		Expect(command.Process.Signal(syscall.SIGTERM)).To(Succeed())
		_ = command.Wait() // By the signal.
		if CurrentSpecReport().Failed() {
			GinkgoWriter.Printf("%s said:\n%s", filepath.Base(path), log)
		}
	})
	return command.Process
}

func write(folder, name, content string) string {
	GinkgoHelper()
	path := filepath.Join(folder, name)
	Expect(os.WriteFile(path, []byte(content), 0o600)).To(Succeed())
	return path
}

var _ = Describe("Real senders", func() {
	var (
		r                        *replica
		namespace, token, folder string
	)
	BeforeEach(func(ctx context.Context) {
		r = newReplica(ctx, settings{})
		namespace = newNamespace(ctx)
		newSource(ctx, namespace, "sender", v1alpha1.AlertSourceSpec{Format: "AlertmanagerAPI"})
		newSource(ctx, namespace, "webhook", v1alpha1.AlertSourceSpec{Format: "AlertmanagerWebhook"})
		newSender(ctx, namespace, "sender", "")
		token = tokenOf(ctx, namespace, "sender")
		r.knows(ctx, namespace, "sender", token)
		r.knows(ctx, namespace, "webhook", token)
		for _, source := range []string{"sender", "webhook"} {
			r.tally.Take(keyOf(namespace, source))
		}
		folder = GinkgoT().TempDir()
	})
	// state is that of the alert of a title.
	state := func(ctx context.Context, title string) func(Gomega) v1alpha1.ResolutionState {
		return func(g Gomega) v1alpha1.ResolutionState {
			var found []v1alpha1.Alert
			for _, alert := range alertsIn(ctx, namespace) {
				if alert.Spec.Name == title {
					found = append(found, alert)
				}
			}
			g.Expect(found).To(HaveLen(1), title)
			return found[0].Spec.Resolution.State
		}
	}
	eventually := func(actual any) AsyncAssertion {
		return Eventually(actual).WithTimeout(40 * time.Second).WithPolling(100 * time.Millisecond)
	}
	// received is how many alerts came by a source.
	received := func(source string) func() int64 {
		total := int64(0)
		return func() int64 {
			counts, _ := r.tally.Take(keyOf(namespace, source))
			total += counts.Received()
			return total
		}
	}

	It("are taken: Prometheus, whose rule fires, goes on, ends and fires again", func(ctx context.Context) {
		program := debian(ctx, "prometheus")
		rule := func(expression string) {
			write(folder, "rules.yml", fmt.Sprintf(`{groups: [{name: g, interval: 1s, rules: [
				{alert: DiskFull, expr: %q, labels: {severity: critical, pod: db-0}, annotations: {summary: It is full}}]}]}`, expression))
		}
		rule("vector(1) > 0")
		write(folder, "token", token)
		configuration := write(folder, "prometheus.yml", fmt.Sprintf(`
global: {evaluation_interval: 1s}
rule_files: [rules.yml]
alerting:
  alertmanagers:
  - scheme: https
    path_prefix: /v1/namespaces/%s/alertsources/sender
    basic_auth: {username: anybody, password_file: token}
    tls_config: {insecure_skip_verify: true}
    static_configs: [{targets: [%q]}]
`, namespace, r.address))
		process := running(program, "--config.file", configuration, "--storage.tsdb.path", filepath.Join(folder, "data"),
			"--web.listen-address", freeAddress(ctx), "--rules.alert.resend-delay", "1s")

		eventually(state(ctx, "DiskFull")).Should(Equal(v1alpha1.ResolutionActive))
		alert := alertsIn(ctx, namespace)[0]
		Expect(alert.Spec.Severity).To(Equal(v1alpha1.SeverityCritical))
		Expect(alert.Spec.Evidence).To(ContainElement(HaveField("Name", "db-0")))
		Expect(time.Until(alert.Spec.ExpiresTime.Time)).To(BeNumerically("~", 2*time.Hour, time.Minute))
		eventually(received("sender")).Should(BeNumerically(">=", 5))
		Expect(r.writes.Load()).To(BeEquivalentTo(1), "repeats cost nothing")

		rule("vector(0) > 1")
		Expect(process.Signal(syscall.SIGHUP)).To(Succeed())
		eventually(state(ctx, "DiskFull")).Should(Equal(v1alpha1.ResolutionResolved))
		rule("vector(1) > 0")
		Expect(process.Signal(syscall.SIGHUP)).To(Succeed())
		eventually(state(ctx, "DiskFull")).Should(Equal(v1alpha1.ResolutionActive))
	})

	It("are taken: Alertmanager, grouped, truncated, repeated, resolved and fired again", func(ctx context.Context) {
		program := debian(ctx, "prometheus-alertmanager")
		configuration := write(folder, "alertmanager.yml", fmt.Sprintf(`
route: {receiver: incidents, group_by: [team], group_wait: 200ms, group_interval: 1s, repeat_interval: 1s}
receivers:
- name: incidents
  webhook_configs:
  - url: https://%s/v1/namespaces/%s/alertsources/webhook
    max_alerts: 2
    http_config: {authorization: {credentials: %q}, tls_config: {insecure_skip_verify: true}}
`, r.address, namespace, token))
		address := freeAddress(ctx)
		running(program, "--config.file", configuration, "--storage.path", filepath.Join(folder, "data"),
			"--web.listen-address", address, "--cluster.listen-address=")
		begin := time.Now().Add(-time.Minute)
		send := func(g Gomega, alerts ...string) {
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/api/v2/alerts", strings.NewReader("["+strings.Join(alerts, ",")+"]"))
			g.Expect(err).NotTo(HaveOccurred())
			request.Header.Set("Content-Type", "application/json")
			response, err := http.DefaultClient.Do(request)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(response.Body.Close()).To(Succeed())
			g.Expect(response.StatusCode).To(Equal(http.StatusOK))
		}
		alert := func(name string, startsAt, endsAt time.Time) string {
			return fmt.Sprintf(`{"labels":{"alertname":%q,"team":"db"},"startsAt":%q,"endsAt":%q}`, name, startsAt.Format(time.RFC3339), endsAt.Format(time.RFC3339))
		}
		later := time.Now().Add(time.Hour)
		eventually(func(g Gomega) { send(g, alert("A", begin, later), alert("B", begin, later)) }).Should(Succeed())
		eventually(state(ctx, "A")).Should(Equal(v1alpha1.ResolutionActive))
		eventually(state(ctx, "B")).Should(Equal(v1alpha1.ResolutionActive))
		eventually(received("webhook")).Should(BeNumerically(">=", 6))
		Expect(r.writes.Load()).To(BeEquivalentTo(2), "repeats cost nothing")

		send(Default, alert("A", begin, time.Now().Add(-time.Second)))
		eventually(state(ctx, "A")).Should(Equal(v1alpha1.ResolutionResolved))
		Expect(state(ctx, "B")(Default)).To(Equal(v1alpha1.ResolutionActive))
		send(Default, alert("A", time.Now(), later))
		eventually(state(ctx, "A")).Should(Equal(v1alpha1.ResolutionActive))

		// Of four alerts two are sent. The others are not over.
		send(Default, alert("C", begin, later), alert("D", begin, later))
		repeats := received("webhook")
		eventually(repeats).Should(BeNumerically(">=", 8))
		for _, one := range alertsIn(ctx, namespace) {
			Expect(one.Spec.Resolution.State).To(Equal(v1alpha1.ResolutionActive), one.Spec.Name)
		}
	})
})
