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
	"container/heap"
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
	compare, err := compareBy(key, now)
	if err == nil {
		slices.SortFunc(incidents, compare)
	}
	return err
}

// First puts the first of the incidents in front, in the order of SortPointers, and leaves open in which order the others
// follow: a page of a long list needs no more.
func First(incidents []*v1alpha1.Incident, number int, key string, now time.Time) error {
	compare, err := compareBy(key, now)
	if err != nil {
		return err
	}
	if number >= len(incidents)/2 {
		slices.SortFunc(incidents, compare)
		return nil
	}
	// In front is a heap of the first ones so far, of which the last is on top.
	front := &heapOf{incidents[:number], compare}
	heap.Init(front)
	for i := number; number > 0 && i < len(incidents); i++ {
		if compare(incidents[i], incidents[0]) < 0 {
			incidents[i], incidents[0] = incidents[0], incidents[i]
			heap.Fix(front, 0)
		}
	}
	slices.SortFunc(incidents[:number], compare)
	return nil
}

// heapOf has on top what compares as the last.
type heapOf struct {
	incidents []*v1alpha1.Incident
	compare   func(a, b *v1alpha1.Incident) int
}

func (h *heapOf) Len() int           { return len(h.incidents) }
func (h *heapOf) Less(i, j int) bool { return h.compare(h.incidents[i], h.incidents[j]) > 0 }
func (h *heapOf) Swap(i, j int)      { h.incidents[i], h.incidents[j] = h.incidents[j], h.incidents[i] }

// Push and Pop are parts of heap.Interface: the heap neither grows nor shrinks.
func (h *heapOf) Push(any) {}
func (h *heapOf) Pop() any { return nil }

// compareBy returns the order of a key. The error says which keys there are.
func compareBy(key string, now time.Time) (func(a, b *v1alpha1.Incident) int, error) {
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
		return nil, fmt.Errorf("sort key must be one of %s, is %q", strings.Join(Keys, ", "), key)
	}
	return func(a, b *v1alpha1.Incident) int {
		if order := compare(a, b); order != 0 {
			return order
		}
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	}, nil
}

func total(incident *v1alpha1.Incident) int32 {
	if incident.Status.Alerts.Total == nil {
		return 0
	}
	return *incident.Status.Alerts.Total
}
