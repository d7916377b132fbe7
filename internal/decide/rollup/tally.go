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
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/sets"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/naming"
	"github.com/incident-operator/incident-operator/internal/decide/plan"
)

// severities orders the severities; an unknown one ranks below all.
var severities = map[v1alpha1.Severity]int{
	v1alpha1.SeverityInformational: 1,
	v1alpha1.SeverityLow:           2,
	v1alpha1.SeverityMedium:        3,
	v1alpha1.SeverityHigh:          4,
	v1alpha1.SeverityCritical:      5,
}

// tally adds up the alerts of one incident. Its memory grows with what is distinct among them, not with their number.
type tally struct {
	place plan.Place
	told  activity.Alerts

	total, resolved, pending, held, leaving, putBack int

	title        string
	severalNames bool
	severity     v1alpha1.Severity
	categories   sets.Set[string]
	sources      sets.Set[string]
	endpoints    sets.Set[string]
	users        sets.Set[string]
	first, last  time.Time
}

func newTally(place plan.Place) *tally {
	return &tally{
		place:      place,
		told:       activity.Alerts{Incident: v1alpha1.ActivityIncident{Name: place.Incident.Name, UID: string(place.Incident.UID)}},
		categories: sets.New[string](),
		sources:    sets.New[string](),
		endpoints:  sets.New[string](),
		users:      sets.New[string](),
	}
}

func (t *tally) add(alert *v1alpha1.Alert) {
	t.addTitle(alert.Spec.Name)
	t.total++
	if alert.Spec.Resolution.State == v1alpha1.ResolutionResolved {
		t.resolved++
	}
	if severities[alert.Spec.Severity] > severities[t.severity] {
		t.severity = alert.Spec.Severity
	}
	t.categories.Insert(cmp.Or(alert.Spec.Category, naming.UnknownCategory))
	if alert.Spec.Source.Service != "" {
		t.sources.Insert(alert.Spec.Source.Service)
	}
	for i := range alert.Spec.Evidence {
		t.addEvidence(&alert.Spec.Evidence[i])
	}
	t.addTimes(alert)
	t.addPlan(alert)
}

func (t *tally) addTitle(title string) {
	if t.total > 0 && t.title != title {
		t.severalNames = true
	}
	t.title = title
}

// commonTitle is the title that all alerts bear, empty where they bear several.
func (t *tally) commonTitle() string {
	if t.severalNames {
		return ""
	}
	return t.title
}

// addEvidence counts things without regard to case, since detectors disagree about it, and endpoints and users each
// across their kinds: a node that another product calls a device is one machine.
func (t *tally) addEvidence(evidence *v1alpha1.Evidence) {
	key := strings.ToLower(evidence.Namespace + "/" + evidence.Name)
	switch evidence.Kind {
	case v1alpha1.EvidenceDevice, v1alpha1.EvidenceNode, v1alpha1.EvidencePod:
		t.endpoints.Insert(key)
	case v1alpha1.EvidenceUser, v1alpha1.EvidenceServiceAccount, v1alpha1.EvidenceMailbox:
		t.users.Insert(key)
	default:
	}
}

// addTimes counts in whole seconds, as the API keeps them, and takes a time that a detector left zero for unknown.
func (t *tally) addTimes(alert *v1alpha1.Alert) {
	first, last := alert.CreationTimestamp.Time, time.Time{}
	if given := alert.Spec.LastActivityTime; !given.IsZero() {
		last = given.Truncate(time.Second)
		first = earlier(first, last)
	}
	if given := alert.Spec.FirstActivityTime; !given.IsZero() {
		first = given.Truncate(time.Second)
	}
	last = later(first, last)
	if t.total == 1 {
		t.first, t.last = first, last
	}
	t.first, t.last = earlier(t.first, first), later(t.last, last)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// addPlan asks the same decision that changes alerts whether this one has still to be changed. One that is being deleted
// is left as it is.
func (t *tally) addPlan(alert *v1alpha1.Alert) {
	p := plan.For(alert, t.place, plan.Circumstances{})
	t.told.Tell(alert.Name, p.TrailBefore)
	if !alert.DeletionTimestamp.IsZero() {
		return
	}
	switch {
	case p.Late:
		t.told.Late++
	case p.Notes:
		t.told.Unnoted++
	}
	if p.Follows() {
		t.pending++
	}
	if p.Moves {
		t.leaving++
	}
	if p.PutBack {
		t.putBack++
	}
	if p.After.Held() {
		t.held++
	}
}
