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

package rollup

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/inherit"
	"github.com/incident-operator/incident-operator/internal/naming"
	"github.com/incident-operator/incident-operator/internal/tags"
)

// The bounds of the lists and strings in an incident's status, as the API has them.
const (
	maxTags              = 256
	maxSources           = 32
	maxCategories        = 32
	maxSummaryCharacters = 256
)

// Options are the settings that a status depends on.
type Options struct {
	// AutomaticNamesSince is when automatic naming was switched on: older incidents keep the name they had. Zero means
	// that every incident is named.
	AutomaticNamesSince time.Time
}

// Result is a status with what is worth telling about it.
type Result struct {
	Status v1alpha1.IncidentStatus
	// Pending is the number of linked alerts that are still to be changed.
	Pending int
}

// Compute returns the status of an incident whose linked alerts are given. The incident's present status is taken into
// account where the new one continues it: the time of the resolution, condition times, a retained name.
func Compute(incident *v1alpha1.Incident, alerts []v1alpha1.Alert, now time.Time, options Options) Result {
	observed := *incident
	observed.Status.ResolvedTime = resolvedTime(incident, now)
	source, _ := inherit.FromIncident(&observed)

	t := newTally(source)
	for i := range alerts {
		t.add(&alerts[i])
	}

	status := v1alpha1.IncidentStatus{
		ObservedGeneration: incident.Generation,
		State:              stateOf(incident),
		ResolvedTime:       observed.Status.ResolvedTime,
		Activity:           incident.Status.Activity,
		AutomaticName:      automaticName(t),
		ComputedSeverity:   t.severity,
		Severity:           t.severity,
		Alerts:             alertCounts(t),
		Endpoints:          count(t.endpoints.Len()),
		Users:              count(t.users.Len()),
	}
	if incident.Spec.Severity != "" {
		status.Severity = incident.Spec.Severity
	}
	if t.total > 0 {
		status.FirstActivityTime = ptr.To(metav1.NewTime(t.first))
		status.LastActivityTime = ptr.To(metav1.NewTime(t.last))
	}
	status.Name, status.NameSource = nameOf(incident, status.AutomaticName, options)
	setTags(&status, incident)
	setSources(&status, t)
	setCategories(&status, t)
	status.Conditions = conditions(incident, t, now)
	return Result{Status: status, Pending: t.pending}
}

func stateOf(incident *v1alpha1.Incident) v1alpha1.IncidentState {
	switch incident.Spec.Resolution.State {
	case v1alpha1.ResolutionResolved:
		return v1alpha1.IncidentResolved
	case v1alpha1.ResolutionInProgress:
		return v1alpha1.IncidentInProgress
	default:
		return v1alpha1.IncidentActive
	}
}

func automaticName(t *tally) string {
	return naming.Automatic(naming.Facts{
		Alerts:     t.total,
		Title:      t.commonTitle(),
		Categories: t.categories.UnsortedList(),
		Endpoints:  t.endpoints.Len(),
		Users:      t.users.Len(),
		Sources:    t.sources.Len(),
	})
}

// nameOf picks the name to show. A name that a person gave and took away again is not one that an old incident had.
func nameOf(incident *v1alpha1.Incident, automatic string, options Options) (string, v1alpha1.NameSource) {
	switch {
	case incident.Spec.Name != "":
		return incident.Spec.Name, v1alpha1.NameSourceUser
	case !incident.CreationTimestamp.Time.Before(options.AutomaticNamesSince):
		return automatic, v1alpha1.NameSourceAutomatic
	case incident.Status.Name != "" && incident.Status.NameSource != v1alpha1.NameSourceUser:
		return incident.Status.Name, v1alpha1.NameSourceRetained
	default:
		return incident.Name, v1alpha1.NameSourceRetained
	}
}

func alertCounts(t *tally) v1alpha1.AlertCounts {
	open := t.total - t.resolved
	return v1alpha1.AlertCounts{
		Total:    count(t.total),
		Active:   count(open),
		Resolved: count(t.resolved),
		Summary:  fmt.Sprintf("%d/%d", open, t.total),
	}
}

func setTags(status *v1alpha1.IncidentStatus, incident *v1alpha1.Incident) {
	all := tags.List(incident.Spec.Tags, incident.Labels, tags.Ours(incident.ManagedFields))
	texts := make([]string, 0, len(all))
	for _, tag := range all {
		texts = append(texts, tag.Tag)
	}
	status.Tags = all[:min(len(all), maxTags)]
	status.TagCount = *count(len(all))
	status.TagSummary = summary(texts)
}

func setSources(status *v1alpha1.IncidentStatus, t *tally) {
	all := sets.List(t.sources)
	status.Sources = all[:min(len(all), maxSources)]
	status.SourceCount = *count(len(all))
	status.SourceSummary = summary(all)
}

func setCategories(status *v1alpha1.IncidentStatus, t *tally) {
	all := naming.SortCategories(t.categories.UnsortedList())
	status.Categories = all[:min(len(all), maxCategories)]
	status.CategoryCount = *count(len(all))
}

func conditions(incident *v1alpha1.Incident, t *tally, now time.Time) []metav1.Condition {
	next := slices.Clone(incident.Status.Conditions)
	set := func(condition metav1.Condition) {
		condition.ObservedGeneration = incident.Generation
		condition.LastTransitionTime = metav1.NewTime(now)
		meta.SetStatusCondition(&next, condition)
	}
	set(propagated(t))
	if t.source.Source.ResolvedTime.IsZero() {
		meta.RemoveStatusCondition(&next, v1alpha1.ConditionResolutionHeld)
	} else {
		set(resolutionHeld(t))
	}
	return next
}

func propagated(t *tally) metav1.Condition {
	if t.pending > 0 {
		return metav1.Condition{
			Type: v1alpha1.ConditionPropagated, Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonPropagating,
			Message: fmt.Sprintf("%d of %d linked alerts are still to be changed", t.pending, t.total),
		}
	}
	return metav1.Condition{
		Type: v1alpha1.ConditionPropagated, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonPropagated,
		Message: "every linked alert carries what the incident gives it",
	}
}

func resolutionHeld(t *tally) metav1.Condition {
	if t.held > 0 {
		return metav1.Condition{
			Type: v1alpha1.ConditionResolutionHeld, Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonNewAlerts,
			Message: fmt.Sprintf("alerts that arrived after the resolution and are still active: %d; look at them, then resolve them or re-open the incident", t.held),
		}
	}
	return metav1.Condition{
		Type: v1alpha1.ConditionResolutionHeld, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonNoNewAlerts,
		Message: "no active alert arrived after the resolution",
	}
}

// summary joins texts into one readable string, cut visibly at its bound.
func summary(texts []string) string {
	return naming.Cut(strings.Join(texts, ", "), maxSummaryCharacters)
}

// count is a number as the API has it; more than that fit into no cluster.
func count(n int) *int32 {
	return ptr.To(int32(min(n, math.MaxInt32))) //nolint:gosec // It is bounded right here.
}
