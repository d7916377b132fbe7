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

package intake

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/facts"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
)

// Action is what a signal means for an alert.
type Action string

// The actions.
const (
	// Unchanged is for a signal that says nothing new.
	Unchanged Action = "Unchanged"
	// Create is for an alert that is not there.
	Create Action = "Create"
	// Update is for news of an alert that goes on. It may wait and be written together with later ones.
	Update Action = "Update"
	// Resolve ends an alert, Reactivate begins it anew.
	Resolve    Action = "Resolve"
	Reactivate Action = "Reactivate"
	// CreateNext is for news of an alert that a person or an incident closed: it becomes an alert of its own.
	CreateNext Action = "CreateNext"
)

// Decide says what a signal means for the latest alert of its identity, which is nil if there is none, and how that alert
// is to be afterwards; for Create and CreateNext that is the new alert, which has no name yet. ingest is the user who
// writes for detectors, by whose stamp it knows its own writes; empty for a person, who resolves in his own name.
func Decide(known *v1alpha1.Alert, signal Signal, ingest string, now time.Time) (Action, *v1alpha1.Alert) {
	switch {
	case known == nil:
		return Create, created(signal, ingest, now)
	case known.Spec.Resolution.State != v1alpha1.ResolutionResolved && signal.Resolved:
		return end(known, signal, ingest, now)
	case known.Spec.Resolution.State != v1alpha1.ResolutionResolved:
		return touch(known, signal, ingest, now)
	case signal.Resolved:
		return endInherited(known, signal, ingest, now)
	case signal.Spec.Resolution.State == v1alpha1.ResolutionResolved:
		// The rule that closes it closed the alert that is there, or would have.
		return touch(known, signal, ingest, now)
	default:
		return fireAgain(known, signal, ingest, now)
	}
}

func created(signal Signal, ingest string, now time.Time) *v1alpha1.Alert {
	alert := &v1alpha1.Alert{Spec: *signal.Spec.DeepCopy()}
	if signal.Count > 1 && alert.Spec.Occurrences == 0 {
		alert.Spec.Occurrences = signal.Count
	}
	switch {
	case signal.Resolved:
		finish(alert, signal.Ended, ingest, now)
	case ingest != "" && !signal.Expires.IsZero():
		alert.Spec.ExpiresTime = &metav1.Time{Time: signal.Expires}
	}
	return alert
}

// touch adds what is new to an alert that goes on.
func touch(known *v1alpha1.Alert, signal Signal, ingest string, now time.Time) (Action, *v1alpha1.Alert) {
	after := known.DeepCopy()
	news := isNews(known, signal)
	absorb(&after.Spec, &signal.Spec)
	// What was first is settled once it is stored.
	after.Spec.FirstActivityTime = known.Spec.FirstActivityTime
	after.Spec.Occurrences = known.Spec.Occurrences
	switch {
	case news && signal.Spec.Occurrences > 0:
		after.Spec.Occurrences = max(known.Spec.Occurrences, signal.Spec.Occurrences)
	case news:
		after.Spec.Occurrences = max(known.Spec.Occurrences, 1) + signal.Count
	}
	if severityIsAPersons(known, ingest) {
		after.Spec.Severity = known.Spec.Severity
	}
	if known.Spec.Resolution.State != v1alpha1.ResolutionResolved && (news || signal.Lasting) {
		after.Spec.EndedTime = nil
	}
	if ingest != "" && isExtensionDue(known.Spec.ExpiresTime, signal.Expires, now) {
		after.Spec.ExpiresTime = &metav1.Time{Time: signal.Expires}
	}
	if !differs(known, after) {
		return Unchanged, known
	}
	return Update, after
}

// end resolves an alert, unless it was seen again after that end, or a person re-opened it since.
func end(known *v1alpha1.Alert, signal Signal, ingest string, now time.Time) (Action, *v1alpha1.Alert) {
	ended := latest(signal.Ended, activity(&signal.Spec))
	stale := !ended.IsZero() && ended.Before(activity(&known.Spec))
	told := known.Spec.EndedTime != nil && (signal.Ended.IsZero() || !signal.Ended.After(known.Spec.EndedTime.Time))
	if stale || told {
		return Unchanged, known
	}
	after := known.DeepCopy()
	absorb(&after.Spec, &signal.Spec)
	after.Spec.FirstActivityTime, after.Spec.Severity = known.Spec.FirstActivityTime, known.Spec.Severity
	finish(after, signal.Ended, ingest, now)
	return Resolve, after
}

// endInherited notes that an alert is over while its incident keeps it resolved, so that it does not come back with a
// re-opening. Nothing else needs to be said of an alert that is resolved.
func endInherited(known *v1alpha1.Alert, signal Signal, ingest string, now time.Time) (Action, *v1alpha1.Alert) {
	ended := latest(signal.Ended, activity(&signal.Spec))
	stale := !ended.IsZero() && ended.Before(activity(&known.Spec))
	if stale || ingest == "" || known.Spec.EndedTime != nil || !isInherited(known) {
		return Unchanged, known
	}
	after := known.DeepCopy()
	finish(after, signal.Ended, ingest, now)
	return Resolve, after
}

// fireAgain decides about a resolved alert that is sent as going on.
func fireAgain(known *v1alpha1.Alert, signal Signal, ingest string, now time.Time) (Action, *v1alpha1.Alert) {
	news := isNews(known, signal)
	if !isEndedByIngest(known, ingest) {
		if !news {
			return Unchanged, known
		}
		return CreateNext, created(signal, ingest, now)
	}
	expired := known.Spec.ExpiresTime != nil
	silent := activity(&signal.Spec).IsZero()
	// An expiry was a guess; an end was the detector's word, and only what began after it is news.
	again := signal.Lasting || silent || news && activity(&signal.Spec).After(known.Spec.EndedTime.Time)
	if expired {
		again = again || news || signal.Spec.LastActivityTime.IsZero()
	}
	if !again {
		return Unchanged, known
	}
	after := known.DeepCopy()
	after.Spec.Resolution.State = v1alpha1.ResolutionActive
	after.Spec.EndedTime, after.Spec.ExpiresTime = nil, nil
	_, after = touch(after, signal, ingest, now)
	return Reactivate, after
}

// Expire says what is to be done about an alert whose time has come, and how it is to be afterwards.
func Expire(known *v1alpha1.Alert, now time.Time) (Action, *v1alpha1.Alert) {
	expires := known.Spec.ExpiresTime
	resolved := known.Spec.Resolution.State == v1alpha1.ResolutionResolved
	if expires == nil || expires.After(now) || known.Spec.EndedTime != nil || resolved && !isInherited(known) {
		return Unchanged, known
	}
	after := known.DeepCopy()
	after.Spec.Resolution.State = v1alpha1.ResolutionResolved
	after.Spec.EndedTime = expires.DeepCopy()
	return Resolve, after
}

// finish resolves an alert. Only ingest says since when: for a person the resolution itself says enough.
func finish(alert *v1alpha1.Alert, ended time.Time, ingest string, now time.Time) {
	alert.Spec.Resolution.State = v1alpha1.ResolutionResolved
	if ingest == "" {
		return
	}
	if ended.IsZero() || ended.After(now) {
		ended = now
	}
	alert.Spec.EndedTime, alert.Spec.ExpiresTime = &metav1.Time{Time: ended}, nil
}

// isNews holds if the sender saw something after what the alert has on record.
func isNews(known *v1alpha1.Alert, signal Signal) bool {
	return activity(&signal.Spec).After(activity(&known.Spec))
}

// isExtensionDue holds if less than half of the time is left that the alert would have.
func isExtensionDue(stored *metav1.Time, wanted, now time.Time) bool {
	if wanted.IsZero() {
		return false
	}
	return stored == nil || stored.Sub(now) < wanted.Sub(now)/2
}

// isInherited holds if the alert is resolved because its incident is.
func isInherited(alert *v1alpha1.Alert) bool {
	ours, err := inherit.FromAlert(alert)
	return err == nil && ours.Memory != nil && ours.Memory.Resolution != nil
}

// isEndedByIngest holds if nobody but ingest stands behind the resolution: no person, no incident, no verdict.
func isEndedByIngest(alert *v1alpha1.Alert, ingest string) bool {
	ours, err := inherit.FromAlert(alert)
	verdict := alert.Spec.Classification.Verdict
	return err == nil && alert.Spec.EndedTime != nil && ingest != "" &&
		facts.Editor(alert.Annotations[v1alpha1.EditorAnnotationPrefix+"resolution"]) == ingest &&
		(ours.Memory == nil || ours.Memory.Resolution == nil) &&
		(verdict == "" || verdict == v1alpha1.VerdictNotSet)
}

// severityIsAPersons holds if somebody else than ingest said how bad the alert is.
func severityIsAPersons(alert *v1alpha1.Alert, ingest string) bool {
	editor := facts.Editor(alert.Annotations[v1alpha1.EditorAnnotationPrefix+"severity"])
	return editor != "" && editor != ingest
}

// differs says whether touch changed anything.
func differs(before, after *v1alpha1.Alert) bool {
	b, a := &before.Spec, &after.Spec
	return !sameTime(b.LastActivityTime, a.LastActivityTime) || b.Occurrences != a.Occurrences || b.Severity != a.Severity ||
		len(b.Evidence) != len(a.Evidence) || !sameTime(b.ExpiresTime, a.ExpiresTime) || (b.EndedTime == nil) != (a.EndedTime == nil)
}
