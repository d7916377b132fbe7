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

package openid

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func newFlags() *flag.FlagSet { return flag.NewFlagSet("console", flag.ContinueOnError) }

// send makes a request as a page does, and returns what was answered.
func send(ctx context.Context, b *http.Client, method, path string, body any) *httptest.ResponseRecorder {
	GinkgoHelper()
	encoded, err := json.Marshal(body)
	Expect(err).NotTo(HaveOccurred())
	r, err := http.NewRequestWithContext(ctx, method, home+path, bytes.NewReader(encoded))
	Expect(err).NotTo(HaveOccurred())
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return do(b, r)
}

func do(b *http.Client, r *http.Request) *httptest.ResponseRecorder {
	GinkgoHelper()
	response, err := b.Do(r)
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(response.Body.Close()).To(Succeed()) }()
	content, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	return &httptest.ResponseRecorder{Code: response.StatusCode, Body: bytes.NewBuffer(content)}
}

// newIncident is one of its own for each spec.
func newIncident(ctx context.Context, namespace string) *v1alpha1.Incident {
	GinkgoHelper()
	incident := &v1alpha1.Incident{}
	incident.Namespace, incident.GenerateName = namespace, "inc-"
	Expect(admin.Create(ctx, incident)).To(Succeed())
	return incident
}

func reference(incident *v1alpha1.Incident) map[string]string {
	return map[string]string{"namespace": incident.Namespace, "name": incident.Name, "uid": string(incident.UID)}
}

// assign has somebody assign an incident, and returns the answer.
func assign(ctx context.Context, b *http.Client, incident *v1alpha1.Incident, to string) string {
	GinkgoHelper()
	return send(ctx, b, http.MethodPost, "/api/changes", map[string]any{
		"incidents": []any{reference(incident)}, "edit": map[string]any{"assignee": map[string]string{"to": to}},
	}).Body.String()
}

func fresh(ctx context.Context, incident *v1alpha1.Incident) *v1alpha1.Incident {
	GinkgoHelper()
	Expect(admin.Get(ctx, client.ObjectKeyFromObject(incident), incident)).To(Succeed())
	return incident
}

var _ = Describe("What people do in the console", func() {
	It("is stamped with their own names", func(ctx context.Context) {
		incident := newIncident(ctx, soc)
		people := map[string]*http.Client{alice: browser(ctx, alice), bob: browser(ctx, bob)}
		for range 2 {
			for person, b := range people {
				Expect(assign(ctx, b, incident, person)).NotTo(ContainSubstring("problem"))
				Expect(fresh(ctx, incident).Annotations[v1alpha1.EditorAnnotationPrefix+"assignee"]).To(HavePrefix(prefix + person + "@"))
				Expect(incident.Spec.Assignee).To(Equal(person))
			}
		}
	})

	It("is refused as the API server says, to who may only look", func(ctx context.Context) {
		incident := newIncident(ctx, soc)
		Expect(assign(ctx, browser(ctx, vera), incident, vera)).To(And(ContainSubstring(`"kind":"forbidden"`), ContainSubstring(prefix+vera)))
		Expect(fresh(ctx, incident).Spec.Assignee).To(BeEmpty())
	})

	It("bears the author whom the API server knows, whatever a comment says", func(ctx context.Context) {
		incident := newIncident(ctx, soc)
		b := browser(ctx, bob)
		forged := send(ctx, b, http.MethodPost, "/api/comments", map[string]any{"incident": reference(incident), "text": "x", "author": "mallory"})
		Expect(forged).To(HaveHTTPStatus(http.StatusBadRequest))
		Expect(send(ctx, b, http.MethodPost, "/api/comments", map[string]any{"incident": reference(incident), "text": "seen"})).To(HaveHTTPStatus(http.StatusOK))
		comments := &v1alpha1.CommentList{}
		Expect(admin.List(ctx, comments, client.InNamespace(soc))).To(Succeed())
		var authors []string
		for i := range comments.Items {
			if comments.Items[i].Spec.IncidentRef.Name == incident.Name {
				authors = append(authors, comments.Items[i].Spec.Author)
			}
		}
		Expect(authors).To(ConsistOf(prefix + bob))
	})

	It("shows each what that person may see, in turns", func(ctx context.Context) {
		here, there := newIncident(ctx, soc), newIncident(ctx, hr)
		people := map[string]*http.Client{alice: browser(ctx, alice), bob: browser(ctx, bob), vera: browser(ctx, vera)}
		nobody := browser(ctx, eve)
		for range 2 {
			for person, b := range people {
				queue := send(ctx, b, http.MethodGet, "/api/incidents?search="+here.Name+"&all=true", nil).Body.String()
				Expect(queue).To(ContainSubstring(`"name":"`+here.Name+`"`), person)
				inHR := send(ctx, b, http.MethodGet, "/api/incidents/hr/"+there.Name, nil)
				queue = send(ctx, b, http.MethodGet, "/api/incidents?search="+there.Name+"&all=true", nil).Body.String()
				if person == alice {
					Expect(inHR).To(HaveHTTPStatus(http.StatusOK))
					Expect(queue).To(ContainSubstring(`"name":"` + there.Name + `"`))
				} else {
					Expect(inHR).To(HaveHTTPStatus(http.StatusForbidden))
					Expect(queue).NotTo(ContainSubstring(`"name":"` + there.Name + `"`))
				}
				Expect(send(ctx, b, http.MethodGet, "/api/me", nil).Body.String()).To(ContainSubstring(`"user":"` + prefix + person + `"`))
			}
			Expect(send(ctx, nobody, http.MethodGet, "/api/incidents", nil)).To(HaveHTTPStatus(http.StatusForbidden))
		}
	})

	It("is asked of the API server by nobody but themselves", func(ctx context.Context) {
		incident := newIncident(ctx, soc)
		b := browser(ctx, alice)
		Expect(assign(ctx, b, incident, alice)).NotTo(ContainSubstring("problem"))
		Eventually(func(g Gomega) {
			asked := askedByConsole(g)
			g.Expect(asked).To(HaveKey(prefix + alice))
			for name := range asked {
				g.Expect(name).To(HavePrefix(prefix))
			}
		}).WithTimeout(20 * time.Second).Should(Succeed()) // The audit log is written behind the answer.
	})
})

// askedByConsole counts the requests of the console by their users.
func askedByConsole(g Gomega) map[string]int {
	content, err := readAudit()
	g.Expect(err).NotTo(HaveOccurred())
	asked := map[string]int{}
	for line := range bytes.Lines(content) {
		var request struct {
			User      struct{ Username string }
			UserAgent string
		}
		g.Expect(json.Unmarshal(line, &request)).To(Succeed(), string(line))
		if strings.HasPrefix(request.UserAgent, "incident-console/") {
			asked[request.User.Username]++
		}
	}
	return asked
}

var _ = Describe("A right that is withdrawn", func() {
	It("shows nothing more after the time of a watch", func(ctx context.Context) {
		incident := newIncident(ctx, soc)
		const guest = "carol@example.com"
		binding := bind(ctx, "guest", "viewer", guest)
		b := browser(ctx, guest)
		events := follow(ctx, b)
		Eventually(events).WithTimeout(20 * time.Second).Should(Receive(ContainSubstring(`"ready":true`)))
		Expect(assign(ctx, browser(ctx, bob), incident, "first")).NotTo(ContainSubstring("problem"))
		Eventually(events).WithTimeout(20 * time.Second).Should(Receive(ContainSubstring(`"assignee":"first"`)))

		Expect(admin.Delete(ctx, binding)).To(Succeed())
		Eventually(events).WithTimeout(10 * watchTimeout).Should(Receive(ContainSubstring(`"kind":"forbidden"`)))
		Expect(assign(ctx, browser(ctx, bob), incident, "second")).NotTo(ContainSubstring("problem"))
		Consistently(events).WithTimeout(2 * watchTimeout).ShouldNot(Receive(ContainSubstring(`"second"`)))
		Expect(send(ctx, b, http.MethodGet, "/api/incidents", nil)).To(HaveHTTPStatus(http.StatusForbidden))
	})
})

// follow returns what the stream of a browser tells.
func follow(ctx context.Context, b *http.Client) <-chan string {
	GinkgoHelper()
	living, leave := context.WithCancel(context.WithoutCancel(ctx))
	r, err := http.NewRequestWithContext(living, http.MethodGet, home+"/api/events", http.NoBody)
	Expect(err).NotTo(HaveOccurred())
	told := make(chan string, 1024)
	go func() {
		defer close(told)
		response, err := b.Do(r)
		if err != nil {
			return
		}
		defer func() { _ = response.Body.Close() }()
		scanner := bufio.NewScanner(response.Body)
		scanner.Buffer(nil, 16<<20)
		for scanner.Scan() {
			told <- scanner.Text()
		}
	}()
	DeferCleanup(leave)
	return told
}

var _ = Describe("A session", func() {
	It("goes on with tokens that are renewed, and ends with them", func(ctx context.Context) {
		issuer.Life = 4 * time.Second
		DeferCleanup(func() { issuer.Life = time.Hour })
		b := browser(ctx, alice)
		before := len(issuer.Issued())
		Eventually(func(g Gomega) {
			// Without g: not one request may fail.
			Expect(send(ctx, b, http.MethodGet, "/api/incidents/soc/none", nil)).To(HaveHTTPStatus(http.StatusNotFound))
			g.Expect(len(issuer.Issued())-before).To(BeNumerically(">=", 9), "three times three secrets")
		}).WithTimeout(time.Minute).WithPolling(200 * time.Millisecond).Should(Succeed())
		issuer.Revoke()
		Eventually(func() *httptest.ResponseRecorder { return send(ctx, b, http.MethodGet, "/api/me", nil) }).
			WithTimeout(20 * time.Second).WithPolling(200 * time.Millisecond).Should(HaveHTTPStatus(http.StatusUnauthorized))
	})

	It("does not begin with a token that the API server does not take", func(ctx context.Context) {
		issuer.Claims = func(claims map[string]any) { claims["email_verified"] = false }
		DeferCleanup(func() { issuer.Claims = nil })
		issuer.Person = alice
		b := browser(ctx, "")
		found := send(ctx, b, http.MethodGet, "/login", nil)
		Expect(found).To(HaveHTTPStatus(http.StatusForbidden))
		Expect(found.Body.String()).To(ContainSubstring("The API server does not take the token"))
		Expect(send(ctx, b, http.MethodGet, "/api/me", nil)).To(HaveHTTPStatus(http.StatusUnauthorized))
	})

	It("ends when its person signs out", func(ctx context.Context) {
		b := browser(ctx, bob)
		events := follow(ctx, b)
		Expect(send(ctx, b, http.MethodDelete, "/session", nil).Body.String()).To(ContainSubstring(issuer.URL + "/logout"))
		Eventually(events).WithTimeout(20 * time.Second).Should(BeClosed())
		Expect(send(ctx, b, http.MethodGet, "/api/me", nil)).To(HaveHTTPStatus(http.StatusUnauthorized))
	})
})

var _ = Describe("Metrics", func() {
	It("are for who may read them, by the scraper's own token", func(ctx context.Context) {
		binding := &rbacv1.ClusterRoleBinding{RoleRef: clusterRole("metrics-reader"), Subjects: []rbacv1.Subject{user(bob)}}
		binding.Name = "scrapers"
		Expect(admin.Create(ctx, binding)).To(Succeed())
		for token, status := range map[string]int{
			"": http.StatusUnauthorized, "x": http.StatusUnauthorized, issuer.IDToken(vera): http.StatusForbidden, issuer.IDToken(bob): http.StatusOK,
		} {
			Eventually(func() *httptest.ResponseRecorder { return scrape(ctx, token) }).WithTimeout(30*time.Second).Should(HaveHTTPStatus(status), token)
		}
	})
})

func scrape(ctx context.Context, token string) *httptest.ResponseRecorder {
	GinkgoHelper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+metrics+"/metrics", http.NoBody)
	Expect(err).NotTo(HaveOccurred())
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return do(scraper, r)
}

var _ = Describe("config/console", func() {
	It("is taken by the API server, has flags that the role knows, and gives its Pods no identity", func(ctx context.Context) {
		objects := rendered(ctx)
		account, deployment := objects.account, objects.deployment
		Expect(account.AutomountServiceAccountToken).To(HaveValue(BeFalse()))
		Expect(deployment.Spec.Template.Spec.AutomountServiceAccountToken).To(HaveValue(BeFalse()))
		Expect(deployment.Spec.Template.Spec.ServiceAccountName).To(Equal(account.Name))
		Expect(deployment.Spec.Replicas).To(HaveValue(BeEquivalentTo(1)))
		for _, volume := range deployment.Spec.Template.Spec.Volumes {
			Expect(volume.Projected).To(BeNil(), "a projected volume may hold a token")
		}
		Expect(objects.bindings).NotTo(BeEmpty())
		for _, binding := range objects.bindings {
			Expect(binding).NotTo(ContainSubstring("name: "+account.Name), binding)
		}

		strict := &corev1.Namespace{}
		strict.Name, strict.Labels = "strict", map[string]string{"pod-security.kubernetes.io/enforce": "restricted"}
		Expect(admin.Create(ctx, strict)).To(Succeed())
		account.Namespace = strict.Name
		Expect(admin.Create(ctx, account)).To(Succeed())
		pod := &corev1.Pod{Spec: deployment.Spec.Template.Spec}
		pod.Namespace, pod.Name = strict.Name, "console"
		Expect(admin.Create(ctx, pod, client.DryRunAll)).To(Succeed())
		Expect(parsed(pod.Spec.Containers[0].Args)).To(Succeed())
	})
})

// parsed says whether the role takes the arguments of a container, with the values of its ConfigMap.
func parsed(args []string) error {
	values := strings.NewReplacer(
		"$(PUBLIC_URL)", "https://incidents.example.com", "$(OIDC_ISSUER_URL)", "https://login.example.com",
		"$(OIDC_CLIENT_ID)", "incident-console", "$(CLUSTER_NAME)", "prod",
	)
	given := []string{"--api-server=https://10.0.0.1"}
	for _, arg := range args[1:] {
		given = append(given, values.Replace(arg))
	}
	if args[0] != "console" {
		return fmt.Errorf("the first argument must be the role, is %q", args[0])
	}
	return parseConsole(given)
}
