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

package v1alpha1

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// EffectiveActivity is when the activity behind an alert began and when it was last seen, as far as the detector can be
// believed at the moment seen: when whoever asks looks at the alert.
//
// Each of the two is what the detector says, in whole seconds. Where it says only the one, that counts for both, except
// that an alert does not begin after its creation; where it says nothing, the time of creation counts. So it does in
// place of a time after seen, which cannot be true of what is there already. Were it believed, an alert of the year 9999
// would be the first of every queue for ever. Once its moment has come, it is a time like any other: a detector whose
// clock is three hours fast is believed three hours later.
func (a *Alert) EffectiveActivity(seen time.Time) (first, last time.Time) {
	created := a.CreationTimestamp.Time
	first, hasFirst := believed(a.Spec.FirstActivityTime, created, seen)
	last, hasLast := believed(a.Spec.LastActivityTime, created, seen)
	if !hasLast {
		last = first
	}
	if !hasFirst && last.Before(created) {
		first = last
	}
	if last.Before(first) {
		last = first
	}
	return first, last
}

// EffectiveLastActivity is the time by which an incident is sorted and filtered: when the activity behind it was last
// seen or, where it has no alerts, when it was created. The time of creation also counts in place of a time after seen,
// the moment at which the incident is looked at, as EffectiveActivity of an alert explains.
func (i *Incident) EffectiveLastActivity(seen time.Time) time.Time {
	last, _ := believed(i.Status.LastActivityTime, i.CreationTimestamp.Time, seen)
	return last
}

// believed is a time in whole seconds, or the time of creation in place of one that is unset or after seen. It also says
// whether the time was set.
func believed(given *metav1.Time, created, seen time.Time) (time.Time, bool) {
	switch {
	case given.IsZero():
		return created, false
	case given.After(seen):
		return created, true
	default:
		return given.Truncate(time.Second), true
	}
}
