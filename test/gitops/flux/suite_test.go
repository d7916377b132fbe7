//go:build controllers

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

package flux

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/test/cluster"
)

const alice, bob = "alice@example.com", "bob@example.com"

var (
	local *cluster.Cluster
	admin client.Client
	// own is the Kustomization by which Flux installs the operator.
	own *team
)

func TestFlux(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Flux")
}

var _ = BeforeSuite(func(ctx context.Context) {
	local = cluster.Start(ctx, "flux")
	admin = local.Admin
	serveGit()
	startFlux(ctx)
	own = installOperator(ctx)
	local.Connect(ctx)
	local.NewOperator(ctx).Start()
})

var _ = JustAfterEach(func() {
	if CurrentSpecReport().Failed() {
		AddReportEntry("kustomize-controller", tail(local.Log("kustomize-controller")))
	}
})

func init() {
	SetDefaultEventuallyTimeout(2 * time.Minute)
	EnforceDefaultTimeoutsWhenUsingContexts()
	SetDefaultEventuallyPollingInterval(100 * time.Millisecond)
}
