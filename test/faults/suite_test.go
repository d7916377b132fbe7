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

package faults

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
	local             *cluster.Cluster
	admin, alice, bob client.Client
	between           *proxy
	operator          *process
)

func TestFaults(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Faults")
}

var _ = BeforeSuite(func(ctx context.Context) {
	local = cluster.Start(ctx, "faults")
	local.Install(ctx)
	admin, alice, bob = local.Admin, local.ClientOf("alice"), local.ClientOf("bob")
	between = startProxy(local.ConfigOf("operator"))
	DeferCleanup(between.stop)
	operator = startOperator(ctx, between)
	DeferCleanup(operator.stop)
})

func init() {
	SetDefaultEventuallyTimeout(cluster.Patience)
	SetDefaultEventuallyPollingInterval(50 * time.Millisecond)
}
