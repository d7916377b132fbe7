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

package console

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/security"
	"github.com/chromedp/chromedp"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/client-go/util/cert"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/console/openid/openidtest"
)

// itself is who the console in the cluster would be if it looked for rights of its own.
const itself = "the-console-itself"

// inCluster is the role console as a process.
type inCluster struct {
	url string
	log string
}

// startConsole runs the role console until the test ends. People who may not list everything see the namespace.
func startConsole(t *testing.T, namespace string) *inCluster {
	t.Helper()
	folder := t.TempDir()
	file := func(name string, content []byte) string {
		t.Helper()
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	certificate, key, err := cert.GenerateSelfSignedCertKey("127.0.0.1", []net.IP{net.IPv4(127, 0, 0, 1)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	file("tls.crt", certificate)
	file("tls.key", key)
	own, err := world.environment.AddUser(envtest.User{Name: itself, Groups: []string{"system:masters"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	kubeconfig, err := own.KubeConfig()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	c := &inCluster{url: "https://" + address, log: filepath.Join(folder, "console.log")}
	log, err := os.Create(c.log)
	if err != nil {
		t.Fatal(err)
	}
	process := exec.CommandContext(context.Background(), manager(), "console",
		"--public-url="+c.url, "--bind-address="+address, "--tls-cert-dir="+folder,
		"--oidc-issuer-url="+world.issuer.URL, "--oidc-client-id="+openidtest.ClientID,
		"--oidc-ca-file="+file("issuer.crt", world.issuer.Authority()), "--oidc-client-secret-file="+file("client-secret", []byte(openidtest.Secret)),
		"--cluster-name="+clusterName, "--namespace="+namespace, "--watch-timeout=2s",
		"--api-server=https://"+strings.TrimPrefix(world.config.Host, "https://"), "--api-server-ca-file="+file("cluster.crt", world.config.CAData),
		"--metrics-bind-address=0", "--health-probe-bind-address=0",
	)
	process.Env = append(os.Environ(), "KUBECONFIG="+file("kubeconfig", kubeconfig))
	process.Stdout, process.Stderr = log, log
	if err := process.Start(); err != nil {
		t.Fatal("starting the console:", err)
	}
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait()
		_ = log.Close()
		if t.Failed() {
			t.Log(c.logged(t))
		}
	})
	for deadline := time.Now().Add(patience); ; <-time.After(50 * time.Millisecond) {
		connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = connection.Close()
			return c
		}
		if time.Now().After(deadline) {
			t.Fatalf("the console does not serve: %v\n%s", err, c.logged(t))
		}
	}
}

func (c *inCluster) logged(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(c.log)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// trusting makes a window take the certificates that tests make.
func (w *tab) trusting() *tab {
	w.t.Helper()
	_, err := cdp.Call(w.ctx, chromedp.FromContext(w.ctx).Target, security.SetIgnoreCertificateErrors, security.SetIgnoreCertificateErrorsParams{Ignore: true})
	if err != nil {
		w.t.Fatal(err)
	}
	return w
}

// signIn has a person sign in who comes to a path.
func (c *inCluster) signIn(w *tab, person, path string) {
	w.t.Helper()
	w.trusting()
	world.issuer.Person = person
	w.visit(c.url + path)
	w.awaitText("You are not signed in")
	w.expectProblems() // The server said so.
	w.click("button", "Sign in")
	w.await("document.querySelector('.account') && location.pathname + location.search === " + quote(path))
}

func TestPeopleSignInWithAnIssuer(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 1, func(i *v1alpha1.Incident) { i.Spec.Name = "Before" })
	c, w := startConsole(t, "default"), newTab(t)
	c.signIn(w, alice, queuePath(namespace, ""))
	w.awaitText("Before")
	w.await("document.querySelector('.account').innerText.includes(" + quote(alice) + ")")

	w.click("a.title", "Before")
	w.click("button", "Manage incident")
	w.fill("#m-name", "By alice herself")
	w.click("dialog button", "Save")
	w.await("document.querySelector('h1')?.innerText === 'By alice herself' && !document.querySelector('dialog')")
	changed := get(t, namespace, "inc-1")
	if editor := changed.Annotations[v1alpha1.EditorAnnotationPrefix+"name"]; changed.Spec.Name != "By alice herself" || !strings.HasPrefix(editor, prefix+alice+"@") {
		t.Errorf("the name is %q, by %q", changed.Spec.Name, editor)
	}
	w.click(".tabs a", "Activities")
	w.await("document.querySelector('.timeline .entry-renamed')?.innerText.includes(" + quote(prefix+alice) + ")")

	// No script sees what lets somebody act as her.
	seen := eval[string](w, "JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}, document.documentElement.outerHTML])")
	for _, secret := range world.issuer.Issued() {
		if strings.Contains(seen, secret) || strings.Contains(c.logged(t), secret) {
			t.Fatal("a page or the log holds a token or a code")
		}
	}

	// A second tab is in the same session, and learns when that ends.
	other := w.another().trusting()
	other.visit(c.url + queuePath(namespace, ""))
	other.awaitText("By alice herself")
	other.await("document.querySelector('.live.on')")
	w.click("button.account", "")
	w.click("button", "Sign out")
	w.awaitText("Signed out at the issuer.")
	other.awaitText("You are not signed in")
	other.await("!document.body.innerText.includes('By alice herself')")
	other.goesOnBroken() // The server says no to whatever it asks.
	w.visit(c.url + queuePath(namespace, ""))
	w.awaitText("You are not signed in")
	w.expectProblems()

	awaitAudit(t, prefix+alice)
}

// awaitAudit reads the audit log until it has requests of the console for a person, and fails if the console asked for
// anything as itself. The log is written behind the answers.
func awaitAudit(t *testing.T, person string) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; <-time.After(100 * time.Millisecond) {
		content, err := os.ReadFile(world.auditPath())
		if err != nil {
			t.Fatal(err)
		}
		asked := map[string]int{}
		for line := range bytes.Lines(content) {
			var request struct {
				User      struct{ Username string }
				UserAgent string
			}
			if json.Unmarshal(line, &request) != nil {
				break // The last line is being written.
			}
			if request.User.Username == itself {
				t.Fatalf("the console asked as itself: %s", line)
			}
			if strings.HasPrefix(request.UserAgent, "incident-console/") {
				asked[request.User.Username]++
			}
		}
		for name := range asked {
			if !strings.HasPrefix(name, prefix) {
				t.Fatalf("the console asked as %s", name)
			}
		}
		if asked[person] > 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the console asked nothing for %s, only %v", person, asked)
		}
	}
}

// A right that is withdrawn empties the pages that are open.
func TestRightIsWithdrawnInTheCluster(t *testing.T) {
	const carol = "carol@example.com"
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 0, func(i *v1alpha1.Incident) { i.Spec.Name = "For her eyes as yet" })
	binding := &rbacv1.RoleBinding{RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "incident-operator-viewer"}, Subjects: []rbacv1.Subject{user(prefix + carol)}}
	binding.Namespace, binding.Name = namespace, "guest"
	if err := world.admin.Create(t.Context(), binding); err != nil {
		t.Fatal(err)
	}
	c, w := startConsole(t, namespace), newTab(t)
	c.signIn(w, carol, "/"+clusterName+"/incidents")
	w.awaitText("For her eyes as yet")
	w.await("document.querySelector('.live.on')")
	if err := world.admin.Delete(t.Context(), binding); err != nil {
		t.Fatal(err)
	}
	w.awaitText("You have no right to see this")
	w.await("!document.body.innerText.includes('For her eyes as yet')")
	w.expectProblems() // The server said so.
}

// Whoever comes in, by whichever door, acts as the one they are.
func TestEachPersonByBothDoors(t *testing.T) {
	c := startConsole(t, "default")
	for door, enter := range map[string]func(w *tab, person, path string) string{
		"link": func(w *tab, person, path string) string { w.visit(open(t, person).link(path)); return person },
		"issuer": func(w *tab, person, path string) string {
			c.signIn(w, person, path)
			return prefix + person
		},
	} {
		for _, person := range []string{alice, bob, vera} {
			t.Run(door+" "+person, func(t *testing.T) {
				namespace, w := newNamespace(t), newTab(t)
				anIncident(t, namespace, "inc-1", 0, func(i *v1alpha1.Incident) { i.Spec.Name = "To take" })
				name := enter(w, person, incidentPath(namespace, "inc-1", ""))
				w.awaitText("To take")
				if person == vera {
					w.await("document.querySelector('.facts')")
					w.await("!" + find("main button", "Assign to me") + " && !" + find("main button", "Manage incident"))
					return
				}
				w.click("button", "Assign to me")
				w.awaitText("It is yours")
				taken := get(t, namespace, "inc-1")
				if editor := taken.Annotations[v1alpha1.EditorAnnotationPrefix+"assignee"]; taken.Spec.Assignee != name || !strings.HasPrefix(editor, name+"@") {
					t.Errorf("it belongs to %q, by %q, want %s", taken.Spec.Assignee, editor, name)
				}
			})
		}
	}
}
