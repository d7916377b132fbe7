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

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// LogState is how far the operator and the logs are with the incidents of a namespace.
type LogState struct {
	// Incidents is how many there are.
	Incidents int
	// Unseen are those that changed since the operator looked at them.
	Unseen []string
	// NotWritten are those whose log cannot be written.
	NotWritten []string
	// Latest is the one that people or machines wrote last, empty if there is none. Told is the generation that its log has
	// come to, of Generation.
	Latest           string
	Told, Generation int64
}

// UpToDate says whether nothing is missing.
func (s LogState) UpToDate() bool {
	return len(s.Unseen) == 0 && len(s.NotWritten) == 0 && s.Told >= s.Generation
}

// LookAtLogs compares the incidents of a namespace with what the operator has seen, and the one that was written last with
// its log.
func LookAtLogs(ctx context.Context, c client.WithWatch, namespace string) (LogState, error) {
	state, latest, written := LogState{}, (*v1alpha1.Incident)(nil), time.Time{}
	_, err := kube.Each(ctx, c, &v1alpha1.IncidentList{}, kube.Streamed, func(page *v1alpha1.IncidentList) error {
		for i := range page.Items {
			incident := &page.Items[i]
			state.add(incident)
			if when := lastWrite(incident); latest == nil || when.After(written) {
				latest, written = incident.DeepCopy(), when
			}
		}
		return nil
	}, client.InNamespace(namespace))
	if err != nil {
		return state, fmt.Errorf("listing incidents: %w", err)
	}
	if latest == nil {
		return state, nil
	}
	state.Latest, state.Generation = latest.Name, latest.Generation
	state.Told, err = told(ctx, c, latest)
	return state, err
}

func (s *LogState) add(incident *v1alpha1.Incident) {
	s.Incidents++
	if incident.Status.ObservedGeneration < incident.Generation {
		s.Unseen = append(s.Unseen, incident.Name)
	}
	if meta.IsStatusConditionFalse(incident.Status.Conditions, v1alpha1.ConditionLogged) {
		s.NotWritten = append(s.NotWritten, incident.Name)
	}
}

func lastWrite(incident *v1alpha1.Incident) time.Time {
	when := incident.CreationTimestamp.Time
	for _, entry := range incident.ManagedFields {
		if entry.Time != nil && entry.Time.After(when) {
			when = entry.Time.Time
		}
	}
	return when
}

// told is the generation of an incident to which its log has come; 0 for an empty log. The status may be behind the log.
func told(ctx context.Context, c client.Reader, incident *v1alpha1.Incident) (int64, error) {
	log := v1alpha1.ActivityIncident{Name: incident.Name, UID: string(incident.UID)}
	generation := int64(0)
	for sequence := max(1, incident.Status.Activity.Entries); ; sequence++ {
		entry := &v1alpha1.Activity{}
		err := c.Get(ctx, client.ObjectKey{Namespace: incident.Namespace, Name: activity.Name(log, sequence)}, entry)
		if apierrors.IsNotFound(err) {
			return generation, nil
		}
		if err != nil {
			return 0, fmt.Errorf("reading the activity log of %s: %w", incident.Name, err)
		}
		generation = ptr.Deref(entry.Spec.After.Generation, 0)
	}
}
