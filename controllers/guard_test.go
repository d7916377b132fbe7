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
	"strings"

	"github.com/go-logr/logr/funcr"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	logf "sigs.k8s.io/controller-runtime/pkg/log"
)

var _ = Describe("The guard", func() {
	installed := func() []client.Object {
		var objects []client.Object
		for _, policy := range []string{"editors", "comments", "activities-create", "activities-keep"} {
			meta := metav1.ObjectMeta{Name: "acme-" + policy, Labels: map[string]string{policyLabel: policy}}
			objects = append(objects,
				&admissionregistrationv1.ValidatingAdmissionPolicy{ObjectMeta: meta},
				&admissionregistrationv1.ValidatingAdmissionPolicyBinding{ObjectMeta: meta})
			if !strings.HasPrefix(policy, "activities-") {
				objects = append(objects,
					&admissionregistrationv1.MutatingAdmissionPolicy{ObjectMeta: meta},
					&admissionregistrationv1.MutatingAdmissionPolicyBinding{ObjectMeta: meta})
			}
		}
		return objects
	}

	It("believes actors while all policies and bindings are there, whatever their prefix", func(ctx SpecContext) {
		g := &guard{policies: fake.NewClientBuilder().WithScheme(scheme).WithObjects(installed()...).Build()}
		Expect(g.inForce(ctx)).To(BeTrue())
	})

	It("believes none while a single one is missing, and says so once until that changes", func(ctx SpecContext) {
		for i := range installed() {
			objects := installed()
			gone := objects[i]
			cluster := fake.NewClientBuilder().WithScheme(scheme).WithObjects(append(objects[:i], objects[i+1:]...)...).Build()
			var lines []string
			logged := logf.IntoContext(ctx, funcr.New(func(_, args string) { lines = append(lines, args) }, funcr.Options{}))
			g := &guard{policies: cluster}
			Expect(g.inForce(logged)).To(BeFalse())
			g.check(logged)
			Expect(lines).To(HaveLen(1))
			Expect(lines[0]).To(ContainSubstring(strings.TrimPrefix(gone.GetName(), "acme-")))

			Expect(cluster.Create(context.Background(), gone)).To(Succeed())
			g.check(logged)
			Expect(g.inForce(logged)).To(BeTrue())
			g.check(logged)
			Expect(lines).To(HaveLen(2))
		}
	})
})
