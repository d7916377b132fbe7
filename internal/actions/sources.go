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

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// SourceState is how a source of alerts stands.
type SourceState struct {
	Name string
	// Ready says that it takes alerts; Why not, in the words of its condition.
	Ready bool
	Why   string
	// Received is when it last received something; zero for never.
	Received time.Time
}

// LookAtSources reads the sources of alerts of a namespace.
func LookAtSources(ctx context.Context, c client.Reader, namespace string) ([]SourceState, error) {
	list := &v1alpha1.AlertSourceList{}
	if err := c.List(ctx, list, client.InNamespace(namespace)); err != nil {
		return nil, fmt.Errorf("listing the sources of alerts: %w", err)
	}
	var all []SourceState
	for i := range list.Items {
		source := &list.Items[i]
		state := SourceState{Name: source.Name, Why: "nothing looked at it yet"}
		if ready := meta.FindStatusCondition(source.Status.Conditions, v1alpha1.ConditionReady); ready != nil && ready.ObservedGeneration >= source.Generation {
			state.Ready, state.Why = ready.Status == metav1.ConditionTrue, ready.Message
		}
		if last := source.Status.LastReceivedTime; last != nil {
			state.Received = last.Time
		}
		all = append(all, state)
	}
	return all, nil
}
