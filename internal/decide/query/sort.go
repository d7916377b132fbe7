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

package query

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// The keys to sort by.
const (
	ByActivity = "activity"
	ByName     = "name"
	BySeverity = "severity"
	ByAge      = "age"
	ByAlerts   = "alerts"
	ByAssignee = "assignee"
	ByTitle    = "title"
	// ByUrgency puts the most severe first, among these those that wait longest: what is to be taken next.
	ByUrgency = "urgency"
)

// Keys are the keys that Sort knows.
var Keys = []string{ByActivity, ByName, BySeverity, ByAge, ByAlerts, ByAssignee, ByTitle, ByUrgency}

// Sort sorts incidents by a key: the newest, the most severe and the largest first, text by the alphabet. Equal ones are
// sorted by namespace and name. A last activity after now is not believed. The error says which keys there are.
func Sort(incidents []v1alpha1.Incident, key string, now time.Time) error {
	// An incident is large, so that pointers are sorted, and each incident is moved once.
	sorted := make([]*v1alpha1.Incident, len(incidents))
	for i := range incidents {
		sorted[i] = &incidents[i]
	}
	if err := SortPointers(sorted, key, now); err != nil {
		return err
	}
	moved := make([]v1alpha1.Incident, len(incidents))
	for i, incident := range sorted {
		moved[i] = *incident
	}
	copy(incidents, moved)
	return nil
}

// SortPointers sorts as Sort does, for a list that is sorted again and again.
func SortPointers(incidents []*v1alpha1.Incident, key string, now time.Time) error {
	compare, ok := map[string]func(a, b *v1alpha1.Incident) int{
		ByActivity: func(a, b *v1alpha1.Incident) int {
			return b.EffectiveLastActivity(now).Compare(a.EffectiveLastActivity(now))
		},
		ByName: func(*v1alpha1.Incident, *v1alpha1.Incident) int { return 0 },
		BySeverity: func(a, b *v1alpha1.Incident) int {
			return cmp.Compare(b.Status.Severity.Rank(), a.Status.Severity.Rank())
		},
		ByAge:      func(a, b *v1alpha1.Incident) int { return b.CreationTimestamp.Compare(a.CreationTimestamp.Time) },
		ByAlerts:   func(a, b *v1alpha1.Incident) int { return cmp.Compare(total(b), total(a)) },
		ByAssignee: func(a, b *v1alpha1.Incident) int { return cmp.Compare(a.Spec.Assignee, b.Spec.Assignee) },
		ByTitle:    func(a, b *v1alpha1.Incident) int { return cmp.Compare(TitleOf(a), TitleOf(b)) },
		ByUrgency: func(a, b *v1alpha1.Incident) int {
			return cmp.Or(cmp.Compare(b.Status.Severity.Rank(), a.Status.Severity.Rank()), a.CreationTimestamp.Compare(b.CreationTimestamp.Time))
		},
	}[key]
	if !ok {
		return fmt.Errorf("sort key must be one of %s, is %q", strings.Join(Keys, ", "), key)
	}
	slices.SortFunc(incidents, func(a, b *v1alpha1.Incident) int {
		return cmp.Or(compare(a, b), cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return nil
}

func total(incident *v1alpha1.Incident) int32 {
	if incident.Status.Alerts.Total == nil {
		return 0
	}
	return *incident.Status.Alerts.Total
}
