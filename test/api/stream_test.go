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

package api_test

import (
	"context"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube"
)

var _ = Describe("The alerts of an incident", func() {
	It("are streamed, each once, and can be followed from there", func(ctx SpecContext) {
		own := newNamespace(ctx)
		link := func(name, incident string) *v1alpha1.Alert {
			alert := &v1alpha1.Alert{ObjectMeta: metav1.ObjectMeta{Namespace: own, Name: name}}
			alert.Spec.Name, alert.Spec.Severity, alert.Spec.IncidentRef.Name = "Odd", v1alpha1.SeverityLow, incident
			return alert
		}
		const number = kube.DefaultChunk + 3
		for i := range number {
			Expect(cluster.Create(ctx, link(fmt.Sprintf("a-%04d", i), "big"))).To(Succeed())
		}
		Expect(cluster.Create(ctx, link("stranger", "other"))).To(Succeed())

		following, err := client.NewWithWatch(config, client.Options{})
		Expect(err).NotTo(HaveOccurred())
		streaming := interceptor.NewClient(following, interceptor.Funcs{
			List: func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error {
				return fmt.Errorf("it was listed")
			},
		})
		seen := map[string]int{}
		options := []client.ListOption{client.InNamespace(own), client.MatchingFields{kube.IncidentOf: "big"}}
		version, err := kube.Each(ctx, streaming, &v1alpha1.AlertList{}, kube.Streamed, func(page *v1alpha1.AlertList) error {
			for i := range page.Items {
				seen[page.Items[i].Name]++
			}
			return nil
		}, options...)
		Expect(err).NotTo(HaveOccurred())
		Expect(seen).To(HaveLen(number))
		Expect(seen).To(HaveEach(1))
		Expect(seen).NotTo(HaveKey("stranger"))

		Expect(cluster.Create(ctx, link("late", "big"))).To(Succeed())
		since := &client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: version}}
		watcher, err := following.Watch(ctx, &v1alpha1.AlertList{}, append(options, since)...)
		Expect(err).NotTo(HaveOccurred())
		defer watcher.Stop()
		var first watch.Event
		Eventually(watcher.ResultChan()).WithContext(ctx).Should(Receive(&first))
		Expect(first.Type).To(Equal(watch.Added))
		Expect(first.Object.(*v1alpha1.Alert).Name).To(Equal("late"))
	})
})
