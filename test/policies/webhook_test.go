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

package policies

import (
	"bytes"
	"context"
	"flag"
	"io"
	"net"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	shipped "github.com/incident-operator/incident-operator/config/admission"
	"github.com/incident-operator/incident-operator/internal/options"
	"github.com/incident-operator/incident-operator/internal/roles"
)

// beforeMutating installs the role admission in place of the mutating policies.
var beforeMutating = filepath.Join("..", "..", "config", "before-1.36")

// serveWebhook runs the role admission as shipped: by its command line, and under its rights. Only the address by which the
// API server calls it is another, since there are no Pods behind a Service here.
func (c *cluster) serveWebhook() {
	GinkgoHelper()
	ctx := context.Background()
	address := freeAddress(ctx)
	configuration := c.configuration()
	for i := range configuration.Webhooks {
		target := &configuration.Webhooks[i].ClientConfig
		Expect(target.Service.Name).To(Equal(c.prefix + "incident-operator-admission"))
		Expect(target.Service.Namespace).To(Equal(c.namespace))
		target.URL, target.Service = new("https://"+address+*target.Service.Path), nil
	}
	Expect(c.admin.Update(ctx, configuration)).To(Succeed())

	flags := flag.NewFlagSet("admission", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	settings, err := options.ParseAdmission(flags, c.arguments(map[string]string{
		"bind-address": address, "metrics-bind-address": "0", "health-probe-bind-address": "0",
	}))
	Expect(err).NotTo(HaveOccurred())
	config := rest.CopyConfig(c.env.Config)
	config.Impersonate = rest.ImpersonationConfig{
		UserName: c.serviceAccount("incident-operator-admission"),
		Groups:   []string{"system:serviceaccounts", "system:serviceaccounts:" + c.namespace, "system:authenticated"},
	}
	mgr, err := roles.Admission(ctx, config, settings, "test")
	Expect(err).NotTo(HaveOccurred())
	background, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(background) }()
	DeferCleanup(func() {
		cancel()
		Expect(<-ended).ToNot(HaveOccurred())
	})
}

// arguments are those of the shipped Deployment, with its environment filled in and some values replaced.
func (c *cluster) arguments(replaced map[string]string) []string {
	GinkgoHelper()
	container := deployment(render(c.kustomization), c.prefix+"incident-operator-admission").Spec.Template.Spec.Containers[0]
	Expect(container.Args[0]).To(Equal("admission"))
	var args []string
	for _, arg := range container.Args[1:] {
		name, value, _ := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		for _, variable := range container.Env {
			if variable.ValueFrom != nil {
				Expect(variable.ValueFrom.FieldRef.FieldPath).To(Equal("metadata.namespace"))
				variable.Value = c.namespace
			}
			value = strings.ReplaceAll(value, "$("+variable.Name+")", variable.Value)
		}
		if other, ok := replaced[name]; ok {
			value = other
		}
		args = append(args, "--"+name+"="+value)
	}
	return args
}

// deployment finds a Deployment among rendered manifests.
func deployment(manifests []byte, name string) *appsv1.Deployment {
	GinkgoHelper()
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(manifests), 4096)
	for {
		found := &appsv1.Deployment{}
		Expect(decoder.Decode(found)).To(Succeed(), "there must be a Deployment %s", name)
		if found.Kind == "Deployment" && found.Name == name {
			return found
		}
	}
}

// configuration is by what the API server finds the webhook.
func (c *cluster) configuration() *admissionregistrationv1.MutatingWebhookConfiguration {
	GinkgoHelper()
	configuration := &admissionregistrationv1.MutatingWebhookConfiguration{}
	Expect(c.admin.Get(context.Background(), client.ObjectKey{Name: c.prefix + "incident-operator"}, configuration)).To(Succeed())
	return configuration
}

// freeAddress is one at which nobody listens.
func freeAddress(ctx context.Context) string {
	GinkgoHelper()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(listener.Close()).To(Succeed()) }()
	return listener.Addr().String()
}

func itServesTheWebhook(c func() *cluster) {
	ctx := context.Background()

	It("is asked of what the policies match, and of nothing else", func() {
		configured := c().configuration().Webhooks
		names, err := shipped.Mutating.ReadDir(".")
		Expect(err).NotTo(HaveOccurred())
		Expect(configured).To(HaveLen(len(names)))
		for _, webhook := range configured {
			name, _ := strings.CutSuffix(webhook.Name, "."+v1alpha1.GroupVersion.Group)
			content, err := shipped.Mutating.ReadFile(name + ".yaml")
			Expect(err).NotTo(HaveOccurred())
			policy := &admissionregistrationv1.MutatingAdmissionPolicy{}
			Expect(yaml.NewYAMLOrJSONDecoder(strings.NewReader(string(content)), 4096).Decode(policy)).To(Succeed())
			spec := policy.Spec
			var rules []admissionregistrationv1.RuleWithOperations
			for _, rule := range spec.MatchConstraints.ResourceRules {
				rule.Scope = new(admissionregistrationv1.AllScopes) // The API server's default.
				rules = append(rules, rule.RuleWithOperations)
			}
			Expect(webhook.Rules).To(Equal(rules), name)
			Expect(webhook.MatchPolicy).To(Equal(spec.MatchConstraints.MatchPolicy), name)
			Expect(string(*webhook.FailurePolicy)).To(Equal(string(*spec.FailurePolicy)), name)
			Expect(string(*webhook.ReinvocationPolicy)).To(Equal(string(spec.ReinvocationPolicy)), name)
			Expect(*webhook.NamespaceSelector).To(BeZero(), "it has a hole in it: %s", name)
			Expect(*webhook.ObjectSelector).To(BeZero(), name)
			Expect(webhook.MatchConditions).To(BeEmpty(), name)
			for _, rule := range webhook.Rules {
				Expect(rule.APIGroups).To(Equal([]string{v1alpha1.GroupVersion.Group}), "nothing else must depend on the webhook: %s", name)
				Expect(rule.Resources).NotTo(ContainElement(ContainSubstring("*")), name)
			}
		}
	})

	It("keeps its certificate in its Secret, and has itself trusted", func() {
		secret := &corev1.Secret{}
		Expect(c().admin.Get(ctx, client.ObjectKey{Namespace: c().namespace, Name: c().prefix + "incident-operator-admission"}, secret)).To(Succeed())
		Expect(secret.Data).To(And(HaveKey("tls.crt"), HaveKey("tls.key"), HaveLen(3)))
		for _, webhook := range c().configuration().Webhooks {
			Expect(webhook.ClientConfig.CABundle).To(Equal(secret.Data["ca.crt"]))
		}
	})

	It("is trusted again after somebody took its certificate away, or emptied the configuration", func() {
		forgets := map[string]func(){
			"the authorities": func() {
				configuration := c().configuration()
				for i := range configuration.Webhooks {
					configuration.Webhooks[i].ClientConfig.CABundle = nil
				}
				Expect(c().admin.Update(ctx, configuration)).To(Succeed())
			},
			"the certificate": func() {
				secret := &corev1.Secret{}
				secret.Namespace, secret.Name = c().namespace, c().prefix+"incident-operator-admission"
				Expect(c().admin.Patch(ctx, secret, client.RawPatch("application/merge-patch+json", []byte(`{"data":null}`)))).To(Succeed())
			},
		}
		for name, forget := range forgets {
			before := c().configuration().Webhooks[0].ClientConfig.CABundle
			forget()
			if name == "the certificate" {
				Eventually(func() []byte { return c().configuration().Webhooks[0].ClientConfig.CABundle }).
					WithTimeout(20 * time.Second).WithPolling(100 * time.Millisecond).ShouldNot(Or(BeEmpty(), Equal(before)))
			}
			Eventually(func() error { return c().as(alice).Create(ctx, incidents.object(uniqueName()), client.DryRunAll) }).
				WithTimeout(20*time.Second).WithPolling(100*time.Millisecond).Should(Succeed(), name)
		}
	})

	It("may write its own Secret and configuration, and read who is a machine; nothing else", func() {
		may := func(attributes authorizationv1.ResourceAttributes) bool {
			review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
				User: c().serviceAccount("incident-operator-admission"), ResourceAttributes: &attributes,
			}}
			Expect(c().admin.Create(ctx, review)).To(Succeed())
			return review.Status.Allowed
		}
		granted := map[authorizationv1.ResourceAttributes][]string{
			{Resource: "secrets", Namespace: c().namespace, Name: c().prefix + "incident-operator-admission"}:                          {"get", "patch"},
			{Resource: "secrets", Namespace: c().namespace, Name: "incident-console-oidc"}:                                             nil,
			{Resource: "secrets", Namespace: "kube-system", Name: c().prefix + "incident-operator-admission"}:                          nil,
			{Resource: "mutatingwebhookconfigurations", Group: "admissionregistration.k8s.io", Name: c().prefix + "incident-operator"}: {"get", "patch"},
			{Resource: "mutatingwebhookconfigurations", Group: "admissionregistration.k8s.io", Name: "other"}:                          nil,
			{Resource: "clusterrolebindings", Group: "rbac.authorization.k8s.io", Name: c().prefix + "incident-operator-identities"}:   {"list", "watch"},
			{Resource: "clusterrolebindings", Group: "rbac.authorization.k8s.io", Name: "other"}:                                       nil,
			{Resource: "namespaces"}: {"get", "list", "watch"},
			{Resource: "alerts", Group: v1alpha1.GroupVersion.Group, Namespace: namespace}:    nil,
			{Resource: "incidents", Group: v1alpha1.GroupVersion.Group, Namespace: namespace}: nil,
			{Resource: "subjectaccessreviews", Group: "authorization.k8s.io"}:                 {"create"},
			{Resource: "tokenreviews", Group: "authentication.k8s.io"}:                        {"create"},
		}
		for attributes, want := range granted {
			var got []string
			for _, verb := range verbs {
				attributes.Verb = verb
				if may(attributes) {
					got = append(got, verb)
				}
			}
			Expect(got).To(Equal(want), "%+v", attributes)
		}
	})
}
