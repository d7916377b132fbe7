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
	"context"
	"flag"
	"net"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/options"
	"github.com/incident-operator/incident-operator/internal/roles"
)

var _ = Describe("The role ingest", func() {
	It("serves as its command line says, under its shipped rights", func(ctx context.Context) {
		namespace := newNamespace(ctx)
		newSource(ctx, namespace, "falco", v1alpha1.AlertSourceSpec{Format: "Falco"})
		newSender(ctx, namespace, "sender", "falco")
		address := freeAddress(ctx)
		settings, err := options.ParseIngest(flag.NewFlagSet("ingest", flag.ContinueOnError), []string{
			"--receiver-bind-address", address, "--metrics-bind-address", "0", "--health-probe-bind-address", "0",
		})
		Expect(err).NotTo(HaveOccurred())
		mgr, err := roles.Ingest(ctx, as(ingestUser), settings, "test")
		Expect(err).NotTo(HaveOccurred())
		background, cancel := context.WithCancel(context.WithoutCancel(ctx))
		ended := make(chan error, 1)
		go func() { ended <- mgr.Start(background) }()
		DeferCleanup(func() {
			cancel()
			Expect(<-ended).ToNot(HaveOccurred())
		})

		source := &v1alpha1.AlertSource{}
		Eventually(func(g Gomega) {
			g.Expect(admin.Get(ctx, keyOf(namespace, "falco"), source)).To(Succeed())
			g.Expect(meta.IsStatusConditionTrue(source.Status.Conditions, v1alpha1.ConditionReady)).To(BeTrue())
		}).WithTimeout(20 * time.Second).WithPolling(50 * time.Millisecond).Should(Succeed())

		r := &replica{address: address, client: trusting()}
		got := r.post(ctx, namespace, "falco", tokenOf(ctx, namespace, "sender"), []byte(`{"rule":"A","hostname":"n1","priority":"Warning"}`))
		Expect(got.code).To(Equal(http.StatusOK), got.body)
		Expect(alertsIn(ctx, namespace)).To(HaveLen(1))
	})
})

// freeAddress is one at which nobody listens.
func freeAddress(ctx context.Context) string {
	GinkgoHelper()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(listener.Close()).To(Succeed()) }()
	return listener.Addr().String()
}
