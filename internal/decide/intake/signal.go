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
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	// minLifetime is how long an alert lives at least after its sender fell silent, where the sender says that it ends by
	// itself. Prometheus repeats what it sends every minute: an expiry that is extended when half of it is gone then costs
	// one write in 60 repeats.
	minLifetime = 2 * time.Hour
	// maxLifetime bounds what a sender may ask for.
	maxLifetime = 365 * 24 * time.Hour
	// maxEvidence bounds what later events add to an alert; its own detector may have given more at first.
	maxEvidence = 64
)

// Signal is what a sender says of one alert, in one event or in several of one delivery.
type Signal struct {
	// Spec is the alert as it would be created. Resolution is set only if a rule closes the alert from the start.
	Spec v1alpha1.AlertSpec
	// Count is how many events it stands for, 1 or more.
	Count int64
	// Resolved tells that the detector takes the alert for over, Ended since when; zero means unknown.
	Resolved bool
	Ended    time.Time
	// Expires is when the alert counts as over unless it is sent again, zero for never: see Expiry.
	Expires time.Time
	// Lasting tells that the sender itself says until when it will last, and so that it goes on as long as it is sent.
	Lasting bool
}

// Expiry is when an alert that was received at a time ends by itself: after the duration if that is set, else when its
// sender lets it end, but no sooner than minLifetime. Zero means never.
func Expiry(received, senderEnds time.Time, after time.Duration) time.Time {
	switch {
	case after > 0:
		return received.Add(after)
	case senderEnds.IsZero():
		return time.Time{}
	}
	lifetime := min(max(senderEnds.Sub(received), minLifetime), maxLifetime)
	return received.Add(lifetime)
}

// Merge is what two signals of one alert say together, the earlier first. Where one says that the alert is over and the
// other that it goes on, it is over if both speak of the same beginning; else an identity was chosen that takes several
// things for one, and one of them goes on.
func Merge(earlier, later Signal) Signal {
	merged := earlier
	merged.Count += later.Count
	merged.Resolved = earlier.Resolved && later.Resolved ||
		earlier.Resolved != later.Resolved && sameTime(earlier.Spec.FirstActivityTime, later.Spec.FirstActivityTime)
	merged.Ended = latest(earlier.Ended, later.Ended)
	merged.Expires = latest(earlier.Expires, later.Expires)
	merged.Lasting = earlier.Lasting || later.Lasting
	absorb(&merged.Spec, &later.Spec)
	return merged
}

// absorb adds to an alert what another word about it says beyond it.
func absorb(spec, later *v1alpha1.AlertSpec) {
	if before, after := activity(spec), activity(later); after.After(before) {
		spec.LastActivityTime = &metav1.Time{Time: after}
	}
	if first := later.FirstActivityTime; !first.IsZero() && (spec.FirstActivityTime.IsZero() || first.Time.Before(spec.FirstActivityTime.Time)) {
		spec.FirstActivityTime = first
	}
	if later.Severity.Rank() > spec.Severity.Rank() {
		spec.Severity = later.Severity
	}
	spec.Occurrences = max(spec.Occurrences, later.Occurrences)
	spec.Evidence = union(spec.Evidence, later.Evidence)
}

// union is the evidence of both, each thing once.
func union(known, more []v1alpha1.Evidence) []v1alpha1.Evidence {
	joined := known
	for _, evidence := range more {
		if len(joined) >= maxEvidence {
			break
		}
		if !slices.Contains(joined, evidence) {
			joined = append(slices.Clip(joined), evidence)
		}
	}
	return joined
}

// activity is when the activity behind an alert was last seen, in whole seconds as the API keeps them. Zero means that
// nobody says.
func activity(spec *v1alpha1.AlertSpec) time.Time {
	return latest(seconds(spec.FirstActivityTime), seconds(spec.LastActivityTime))
}

func seconds(t *metav1.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.Truncate(time.Second).UTC()
}

func sameTime(a, b *metav1.Time) bool { return seconds(a).Equal(seconds(b)) }

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
