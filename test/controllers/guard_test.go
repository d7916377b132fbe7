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

package controllers

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/go-logr/logr/funcr"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/controllers/journal"
)

const policyLabel = "incidentoperator.dev/policy"

var _ = Describe("The guard", func() {
	It("believes actors while the shipped policies are there", func(ctx SpecContext) {
		Expect((&journal.Guard{Policies: users[operatorUser]}).InForce(ctx)).To(BeTrue())
	})

	It("believes actors whatever prefix the policies' names have", func(ctx SpecContext) {
		Expect((&journal.Guard{Policies: clusterOf(policies()...)}).InForce(ctx)).To(BeTrue())
	})

	It("believes none while a single one is missing, and says so once until that changes", func(ctx SpecContext) {
		for i := range policies() {
			all := policies()
			gone := all[i]
			cluster := &unsteady{Client: clusterOf(append(all[:i], all[i+1:]...)...)}
			var lines []string
			logged := logf.IntoContext(ctx, funcr.New(func(_, args string) { lines = append(lines, args) }, funcr.Options{}))
			guard := &journal.Guard{Policies: cluster}
			Expect(guard.InForce(logged)).To(BeFalse())
			cluster.check(logged, guard)
			Expect(lines).To(HaveLen(1))
			Expect(lines[0]).To(ContainSubstring(strings.TrimPrefix(gone.GetName(), "acme-")))

			Expect(cluster.Create(ctx, gone)).To(Succeed())
			cluster.check(logged, guard)
			Expect(guard.InForce(logged)).To(BeTrue())
			cluster.check(logged, guard)
			Expect(lines).To(HaveLen(2))
		}
	})

	It("believes actors where a webhook stands in for the mutating policies, and only there", func(ctx SpecContext) {
		stands := webhook()
		Expect((&journal.Guard{Policies: clusterOf(append(unserved(), stands)...)}).InForce(ctx)).To(BeTrue())
		for name, change := range map[string]func(*admissionregistrationv1.MutatingWebhookConfiguration){
			"may be passed over": func(c *admissionregistrationv1.MutatingWebhookConfiguration) {
				c.Webhooks[0].FailurePolicy = new(admissionregistrationv1.Ignore)
			},
			"says no policy":  func(c *admissionregistrationv1.MutatingWebhookConfiguration) { c.Webhooks[1].FailurePolicy = nil },
			"lacks a webhook": func(c *admissionregistrationv1.MutatingWebhookConfiguration) { c.Webhooks = c.Webhooks[1:] },
			"has somebody else's": func(c *admissionregistrationv1.MutatingWebhookConfiguration) {
				c.Webhooks[0].Name = "editors.example.com"
			},
			"is not ours": func(c *admissionregistrationv1.MutatingWebhookConfiguration) { c.Labels = nil },
		} {
			wrong := webhook()
			change(wrong)
			Expect((&journal.Guard{Policies: clusterOf(append(unserved(), wrong)...)}).InForce(ctx)).To(BeFalse(), name)
			Expect((&journal.Guard{Policies: clusterOf(append(policies(), wrong)...)}).InForce(ctx)).To(BeTrue(), name+", beside the policies")
		}
	})

	It("does without the mutating policies where their kind is not served", func(ctx SpecContext) {
		guard := &journal.Guard{Policies: older{clusterOf(append(unserved(), webhook())...)}}
		Expect(guard.InForce(ctx)).To(BeTrue())
		Expect((&journal.Guard{Policies: older{clusterOf(unserved()...)}}).InForce(ctx)).To(BeFalse())
	})

	It("keeps its last answer while the policies cannot be listed", func(ctx SpecContext) {
		for _, there := range []bool{true, false} {
			installed := policies()
			if !there {
				installed = installed[1:]
			}
			cluster := &unsteady{Client: clusterOf(installed...)}
			guard := &journal.Guard{Policies: cluster}
			Expect(guard.InForce(ctx)).To(Equal(there))
			cluster.broken = true
			cluster.check(ctx, guard)
			Expect(guard.InForce(ctx)).To(Equal(there))
		}
	})

	It("believes none as long as it never got an answer, and asks again", func(ctx SpecContext) {
		cluster := &unsteady{Client: clusterOf(policies()...), broken: true}
		guard := &journal.Guard{Policies: cluster}
		Expect(guard.InForce(ctx)).To(BeFalse())
		cluster.broken = false
		Expect(guard.InForce(ctx)).To(BeTrue())
	})
})

// policies are those that make notes and authors believable, with their bindings, under names of another installation.
func policies() []client.Object {
	var objects []client.Object
	for _, policy := range []string{"editors", "comments", "activities-create", "activities-keep", "metadata"} {
		named := metav1.ObjectMeta{Name: "acme-" + policy, Labels: map[string]string{policyLabel: policy}}
		objects = append(objects,
			&admissionregistrationv1.ValidatingAdmissionPolicy{ObjectMeta: named},
			&admissionregistrationv1.ValidatingAdmissionPolicyBinding{ObjectMeta: named})
		if policy == "editors" || policy == "comments" {
			objects = append(objects,
				&admissionregistrationv1.MutatingAdmissionPolicy{ObjectMeta: named},
				&admissionregistrationv1.MutatingAdmissionPolicyBinding{ObjectMeta: named})
		}
	}
	return objects
}

// unserved are the policies without the mutating ones.
func unserved() []client.Object {
	return slices.DeleteFunc(policies(), func(o client.Object) bool {
		switch o.(type) {
		case *admissionregistrationv1.MutatingAdmissionPolicy, *admissionregistrationv1.MutatingAdmissionPolicyBinding:
			return true
		}
		return false
	})
}

// webhook stands in for them.
func webhook() *admissionregistrationv1.MutatingWebhookConfiguration {
	c := &admissionregistrationv1.MutatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: "acme", Labels: map[string]string{policyLabel: "webhook"}},
	}
	for _, name := range []string{"editors.incidentoperator.dev", "comments.incidentoperator.dev"} {
		c.Webhooks = append(c.Webhooks, admissionregistrationv1.MutatingWebhook{Name: name, FailurePolicy: new(admissionregistrationv1.Fail)})
	}
	return c
}

// older is an API server that does not serve mutating admission policies.
type older struct{ client.Client }

func (o older) List(ctx context.Context, list client.ObjectList, options ...client.ListOption) error {
	switch list.(type) {
	case *admissionregistrationv1.MutatingAdmissionPolicyList:
		return &meta.NoKindMatchError{GroupKind: admissionregistrationv1.SchemeGroupVersion.WithKind("MutatingAdmissionPolicy").GroupKind()}
	case *admissionregistrationv1.MutatingAdmissionPolicyBindingList:
		return &meta.NoKindMatchError{GroupKind: admissionregistrationv1.SchemeGroupVersion.WithKind("MutatingAdmissionPolicyBinding").GroupKind()}
	}
	return o.Client.List(ctx, list, options...)
}

func clusterOf(objects ...client.Object) client.Client {
	return fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).Build()
}

// unsteady is an API server that may give no answer.
type unsteady struct {
	client.Client
	broken bool
	// asked is called for each question, if it is set.
	asked func()
}

func (u *unsteady) List(ctx context.Context, list client.ObjectList, options ...client.ListOption) error {
	if u.asked != nil {
		u.asked()
	}
	if u.broken {
		return errors.New("the API server does not answer")
	}
	return u.Client.List(ctx, list, options...)
}

// check lets the guard check once: it is told to stop while it asks, and does so after that.
func (u *unsteady) check(ctx context.Context, guard *journal.Guard) {
	GinkgoHelper()
	once, stop := context.WithCancel(ctx)
	u.asked = stop
	Expect(guard.Start(once)).To(Succeed())
	u.asked = nil
}
