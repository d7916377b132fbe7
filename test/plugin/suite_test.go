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
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sync/errgroup"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/test/cluster"
)

const (
	alice = "alice@example.com"
	bob   = "bob@example.com"

	active   = v1alpha1.ResolutionActive
	resolved = v1alpha1.ResolutionResolved
)

var (
	local    *cluster.Cluster
	operator *cluster.Operator
	admin    client.Client
)

func TestPlugin(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Plugin")
}

var _ = BeforeSuite(func(ctx context.Context) {
	local = cluster.Start(ctx, "plugin")
	admin = local.Admin
	local.Install(ctx)
	operator = local.NewOperator(ctx)
	operator.Start()
})

// commandsAtOnce is how many commands run side by side: part of their time they wait for the operator.
const commandsAtOnce = 6

// sideBySide does something for each number below n, some at the same time. It fails as each of them would.
func sideBySide(n, atOnce int, do func(i int)) {
	GinkgoHelper()
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i := range n {
		group.Go(func() error {
			defer GinkgoRecover()
			do(i)
			return nil
		})
	}
	Expect(group.Wait()).To(Succeed())
}

func init() {
	SetDefaultEventuallyTimeout(cluster.Patience)
	SetDefaultEventuallyPollingInterval(100 * time.Millisecond)
}
