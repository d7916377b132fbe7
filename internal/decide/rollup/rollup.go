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
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
	"github.com/incident-operator/incident-operator/internal/decide/naming"
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
	// Log is how far its activity log has come; LogProblem says why the log cannot go on, empty if it can.
	Log        v1alpha1.ActivityHead
	LogProblem string
}

// Compute returns the status of an incident from the tally of its linked alerts, which must have been told to stand to the
// incident as Observed returns it. The present status is taken into account where the new one continues it: the time of
// the resolution, condition times, a retained name, the name and severity of an incident that was emptied.
func Compute(subject Subject, t *Tally, now time.Time, options Options) v1alpha1.IncidentStatus {
	incident := subject.Incident
	status := v1alpha1.IncidentStatus{
		ObservedGeneration: incident.Generation,
		State:              stateOf(incident),
		MergedInto:         incident.Status.MergedInto,
		RedirectedTo:       redirectedTo(subject),
		ResolvedTime:       incident.Status.ResolvedTime,
		Activity:           subject.Log,
		AutomaticName:      automaticName(t),
		ComputedSeverity:   t.severity(),
		Alerts:             alertCounts(t),
		Endpoints:          count(len(t.endpoints)),
		Users:              count(len(t.users)),
	}
	emptied := keepLast(&status, incident, t)
	status.Severity = cmp.Or(incident.Spec.Severity, status.ComputedSeverity)
	if first, ok := t.first.get(); ok {
		last, _ := t.last.get()
		status.FirstActivityTime = ptr.To(metav1.NewTime(first))
		status.LastActivityTime = ptr.To(metav1.NewTime(last))
	}
	status.Name, status.NameSource = nameOf(incident, status.AutomaticName, options)
	if emptied && status.NameSource == v1alpha1.NameSourceAutomatic {
		status.NameSource = v1alpha1.NameSourceKept
	}
	setTags(&status, incident)
	setSources(&status, t)
	setCategories(&status, t)
	status.Conditions = conditions(subject, t, now)
	return status
}

// Observed returns the incident with the time of its resolution, so that it is settled: see inherit.FromIncident.
func Observed(incident *v1alpha1.Incident, now time.Time) *v1alpha1.Incident {
	if _, settled := inherit.FromIncident(incident); settled {
		return incident
	}
	observed := *incident
	observed.Status.ResolvedTime = resolvedTime(incident, now)
	return &observed
}

// keepLast lets an incident that all its alerts have left keep the automatic name and severity that it had last. It says
// whether there was anything to keep.
func keepLast(status *v1alpha1.IncidentStatus, incident *v1alpha1.Incident, t *Tally) bool {
	last := incident.Status.AutomaticName
	if t.total > 0 || last == "" || last == status.AutomaticName {
		return false
	}
	status.AutomaticName, status.ComputedSeverity = last, incident.Status.ComputedSeverity
	return true
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

func automaticName(t *Tally) string {
	return naming.Automatic(naming.Facts{
		Alerts:     t.total,
		Title:      t.commonTitle(),
		Categories: t.categories.sorted(),
		Endpoints:  len(t.endpoints),
		Users:      len(t.users),
		Sources:    len(t.services),
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

func alertCounts(t *Tally) v1alpha1.AlertCounts {
	open := t.total - t.resolved
	return v1alpha1.AlertCounts{
		Total:    count(t.total),
		Active:   count(open),
		Resolved: count(t.resolved),
		Summary:  fmt.Sprintf("%d/%d", open, t.total),
	}
}

func setTags(status *v1alpha1.IncidentStatus, incident *v1alpha1.Incident) {
	all := tags.Of(incident)
	texts := make([]string, 0, len(all))
	for _, tag := range all {
		texts = append(texts, tag.Tag)
	}
	status.Tags = all[:min(len(all), maxTags)]
	status.TagCount = *count(len(all))
	status.TagSummary = summary(texts)
}

func setSources(status *v1alpha1.IncidentStatus, t *Tally) {
	all := t.services.sorted()
	status.Sources = all[:min(len(all), maxSources)]
	status.SourceCount = *count(len(all))
	status.SourceSummary = summary(all)
}

func setCategories(status *v1alpha1.IncidentStatus, t *Tally) {
	all := naming.SortCategories(t.categories.sorted())
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
