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

package e2e

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/test/cluster"
)

var (
	local    *cluster.Cluster
	operator *cluster.Operator
	admin    client.Client
	// withoutKinds is what the operator said when it was started before its kinds were installed.
	withoutKinds struct {
		exitCode int
		output   string
	}
	toAlice, toNobody = cluster.AssignTo("alice@example.com"), cluster.AssignTo("")
)

func TestEndToEnd(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "End to end")
}

var _ = BeforeSuite(func(ctx context.Context) {
	local = cluster.Start(ctx, "e2e")
	admin = local.Admin
	operator = local.NewOperator(ctx)
	withoutKinds.exitCode, withoutKinds.output = operator.RunToEnd(ctx, "admin")
	local.Install(ctx)
	operator.Start()
})

var _ = AfterSuite(func() {
	if operator != nil {
		operator.Kill()
		expectGrantsUsed()
	}
})

func init() {
	SetDefaultEventuallyTimeout(cluster.Patience)
	SetDefaultEventuallyPollingInterval(100 * time.Millisecond)
}
