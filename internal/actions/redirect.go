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

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// RedirectedError says that an incident was merged into another, where work on it reaches its alerts.
type RedirectedError struct {
	// Into is the incident that it was merged into, directly or through others.
	Into string
}

// Error implements error.
func (e *RedirectedError) Error() string {
	return fmt.Sprintf("it was merged into %s: work on %s", e.Into, e.Into)
}

// RefuseRedirected returns a RedirectedError for an incident that was merged into another. If that one is gone, the alerts
// that did not move in time are still those of the first, which can be worked on.
func RefuseRedirected(ctx context.Context, c client.Reader, incident *v1alpha1.Incident) error {
	into, err := mergedInto(ctx, c, incident)
	if err != nil || into == nil {
		return err
	}
	return &RedirectedError{Into: into.Name}
}

// Follow returns the incident that an incident was merged into, or the incident itself.
func Follow(ctx context.Context, c client.Reader, incident *v1alpha1.Incident) (*v1alpha1.Incident, error) {
	into, err := mergedInto(ctx, c, incident)
	if err != nil || into == nil {
		return incident, err
	}
	return into, nil
}
