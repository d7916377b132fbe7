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

package actions

import (
	"context"
	"fmt"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/internal/kube"
)

// OperatorState is what the lease of the operator tells of it.
type OperatorState struct {
	// Version of the operator that holds the lease, or held it last; empty if it does not say.
	Version string
	// Renewed is when it last said that it is alive; zero if it gave the lease back.
	Renewed time.Time
	// Alive says that the lease is held, and not older than it may be.
	Alive bool
}

// LookAtOperator reads the lease of the operator in its namespace.
func LookAtOperator(ctx context.Context, c client.Reader, namespace string, now time.Time) (OperatorState, error) {
	lease := &coordinationv1.Lease{}
	if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: kube.LeaseName}, lease); err != nil {
		return OperatorState{}, fmt.Errorf("reading the lease of the operator: %w", err)
	}
	state := OperatorState{Version: lease.Labels[kube.VersionLabel]}
	if ptr.Deref(lease.Spec.HolderIdentity, "") == "" || lease.Spec.RenewTime == nil {
		return state, nil
	}
	state.Renewed = lease.Spec.RenewTime.Time
	lasts := time.Duration(ptr.Deref(lease.Spec.LeaseDurationSeconds, 0)) * time.Second
	state.Alive = now.Before(state.Renewed.Add(lasts))
	return state, nil
}
