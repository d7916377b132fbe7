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
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
	"github.com/incident-operator/incident-operator/internal/decide/naming"
	"github.com/incident-operator/incident-operator/internal/decide/plan"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
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

// Subject is an incident with what its status depends on beside its alerts.
type Subject struct {
	Incident *v1alpha1.Incident
	// Target is the incident that it was merged into; nil where it was not, or where that is gone.
	Target *v1alpha1.Incident
	// Refusal is why the merge that it asks for is refused; nil where it is not.
	Refusal *merge.Refusal
}

// Result is a status with what is worth telling about it.
type Result struct {
	Status v1alpha1.IncidentStatus
	// Pending is the number of linked alerts that have still to follow.
	Pending int
	// Alerts is what the linked alerts have to tell the activity log.
	Alerts activity.Alerts
}

// Compute returns the status of an incident whose linked alerts are given. The incident's present status is taken into
// account where the new one continues it: the time of the resolution, condition times, a retained name.
func Compute(subject Subject, alerts []v1alpha1.Alert, now time.Time, options Options) Result {
	incident := subject.Incident
	observed := *incident
	observed.Status.ResolvedTime = resolvedTime(incident, now)

	t := newTally(plan.Place{Incident: &observed, Target: subject.Target})
	for i := range alerts {
		t.add(&alerts[i])
	}

	status := v1alpha1.IncidentStatus{
		ObservedGeneration: incident.Generation,
		State:              stateOf(incident),
		MergedInto:         incident.Status.MergedInto,
		RedirectedTo:       redirectedTo(subject),
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
	status.Conditions = conditions(subject, t, now)
	return Result{Status: status, Pending: t.pending, Alerts: t.told}
}

func stateOf(incident *v1alpha1.Incident) v1alpha1.IncidentState {
	switch {
	case incident.Status.MergedInto.UID != "":
		return v1alpha1.IncidentRedirected
	case incident.Spec.Resolution.State == v1alpha1.ResolutionResolved:
		return v1alpha1.IncidentResolved
	case incident.Spec.Resolution.State == v1alpha1.ResolutionInProgress:
		return v1alpha1.IncidentInProgress
	default:
		return v1alpha1.IncidentActive
	}
}

// redirectedTo is where to look instead of a merged incident. One that was merged in its turn says where itself.
// What it redirected to stays where the one in between is gone.
func redirectedTo(subject Subject) string {
	status := subject.Incident.Status
	switch {
	case subject.Target == nil && status.MergedInto.UID != "":
		return cmp.Or(status.RedirectedTo, status.MergedInto.Name)
	case subject.Target != nil && subject.Target.Status.RedirectedTo != "":
		return subject.Target.Status.RedirectedTo
	default:
		return status.MergedInto.Name
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

// summary joins texts into one readable string, cut visibly at its bound.
func summary(texts []string) string {
	return naming.Cut(strings.Join(texts, ", "), maxSummaryCharacters)
}

// count is a number as the API has it; more than that fit into no cluster.
func count(n int) *int32 {
	return ptr.To(int32(min(n, math.MaxInt32))) //nolint:gosec // It is bounded right here.
}
