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

package view

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// AlertsAsked says which alerts of an incident are asked for. An alert has to meet all of it.
type AlertsAsked struct {
	query.AlertFilter
	// Title is the whole title, and Technique one of the techniques; empty for any. None, as a technique or as the entity,
	// asks for alerts that have no such thing.
	Title     string
	Technique string
	// Entity is one of the things in the evidence, as EntityKey has it; empty for any.
	Entity string
}

// None stands for alerts that have nothing of a kind.
const None = "-"

// EntityKey names a thing in the evidence.
func EntityKey(kind v1alpha1.EvidenceKind, namespace, name string) string {
	return string(kind) + ":" + namespace + ":" + name
}

// Matches says whether an alert that is looked at now is asked for.
func (a *AlertsAsked) Matches(alert *v1alpha1.Alert, now time.Time) bool {
	return (a.Title == "" || alert.Spec.Name == a.Title) && a.matchesTechnique(alert) && a.matchesEntity(alert) && a.AlertFilter.Matches(alert, now)
}

func (a *AlertsAsked) matchesTechnique(alert *v1alpha1.Alert) bool {
	switch a.Technique {
	case "":
		return true
	case None:
		return len(alert.Spec.Techniques) == 0
	default:
		return slices.Contains(alert.Spec.Techniques, v1alpha1.Technique(a.Technique))
	}
}

func (a *AlertsAsked) matchesEntity(alert *v1alpha1.Alert) bool {
	switch a.Entity {
	case "":
		return true
	case None:
		return len(alert.Spec.Evidence) == 0
	}
	kind, rest, _ := strings.Cut(a.Entity, ":")
	namespace, name, _ := strings.Cut(rest, ":")
	asked := identityOf(&v1alpha1.Evidence{Kind: v1alpha1.EvidenceKind(kind), Namespace: namespace, Name: name})
	return slices.ContainsFunc(alert.Spec.Evidence, func(one v1alpha1.Evidence) bool {
		return one.Kind == asked.kind && identityOf(&one) == asked
	})
}

// AlertRow is an alert in a list of those of an incident.
type AlertRow struct {
	Row
	// Occurrences is how often the detector saw it, 1 or more.
	Occurrences int64 `json:"occurrences"`
	// Held says that it arrived after the resolution, and stays active.
	Held bool `json:"held,omitempty"`
}

// AlertWindow is a page of the alerts that are asked for.
type AlertWindow struct {
	Rows  []AlertRow `json:"rows"`
	Page  int        `json:"page"`
	Pages int        `json:"pages"`
	// Matched is how many are asked for.
	Matched int `json:"matched"`
}

// WindowOf returns a page of the alerts, counted from 1, in an order. A page behind the last one is the last one.
func WindowOf(matched []*v1alpha1.Alert, compare func(a, b *v1alpha1.Alert) int, page, size int, now time.Time) AlertWindow {
	slices.SortFunc(matched, compare)
	window := AlertWindow{Rows: []AlertRow{}, Matched: len(matched), Pages: max(1, (len(matched)+size-1)/size)}
	window.Page = min(page, window.Pages)
	first := (window.Page - 1) * size
	for _, alert := range matched[first:min(first+size, len(matched))] {
		window.Rows = append(window.Rows, AlertRow{Row: RowOf(alert, now), Occurrences: cmp.Or(alert.Spec.Occurrences, 1), Held: IsHeld(alert)})
	}
	return window
}
