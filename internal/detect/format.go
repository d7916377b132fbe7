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

package detect

import (
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Format is one way in which detectors write alerts.
type Format struct {
	// Name is the format's name in an AlertSource, such as "Falco".
	Name string
	// Identity are the fields by which two events are the same alert unless the reader chooses others; see
	// Reading.Identity for how they are written. A format whose senders differ may decide otherwise for some; its package
	// says so.
	Identity []string
	// Decode reads one delivery. It never panics and never loses an item: Batch.Items counts what there was.
	Decode func(body []byte, reading Reading) Batch
}

// Reading is how a delivery is to be read.
type Reading struct {
	// Received is when the delivery came in. Times later than this, by more than Skew, are kept out of alerts.
	Received time.Time
	// Identity are the fields whose values tell one alert from another, in place of the format's own choice. A field is a
	// label of the sender or the path of a value, such as "rule.id". An entry may give several, as in
	// "k8s.pod.name|hostname": the first that is not empty counts. An event in which all are empty is refused.
	Identity []string
	// Severities overrides what a detector's word for a severity means; words are compared without regard to case.
	Severities map[string]v1alpha1.Severity
}

// Batch is what one delivery held.
type Batch struct {
	Events   []Event
	Refusals []Refusal
	// Notes are about the delivery as a whole.
	Notes []Note
}

// Items is how many items the delivery held: every one is an event or refused.
func (b Batch) Items() int {
	items := len(b.Events)
	for _, refusal := range b.Refusals {
		items += refusal.Count
	}
	return items
}

// Event is one alert as a delivery tells it.
type Event struct {
	// Index is where the event stands among the items of its delivery, from 0.
	Index int
	// Spec is what the API takes. What people decide (Triage, incidentRef) is never set.
	Spec v1alpha1.AlertSpec
	// Identity is the same for two events that are the same alert of one source. It is never empty and has at most
	// MaxIdentity bytes.
	Identity string
	// Resolved tells that the detector takes the alert for over.
	Resolved bool
	// ResolvedTime is when it ended. Zero means unknown.
	ResolvedTime time.Time
	// ExpiresTime is when the sender lets the alert end unless it says otherwise before. Zero means never.
	ExpiresTime time.Time
	// Notes say what of the event is not in Spec as the detector wrote it.
	Notes []Note
	// stem is a readable beginning for the object's name that every event of this identity shares, or empty.
	stem string
}

// Refusal is why an item did not become an event.
type Refusal struct {
	// Index is where the item stands in its delivery, from 0.
	Index int
	// Count is how many items were refused for this, at least 1.
	Count  int
	Reason Reason
	// Message says in words what was wrong, and bears no hostile characters.
	Message string
}

// Reason is a class of refusals, fit for a metric's label. All are final: the same bytes are refused again.
type Reason string

// The reasons of refusals.
const (
	// ReasonMalformed is for what cannot be read, or lacks what makes an alert of its format.
	ReasonMalformed Reason = "Malformed"
	// ReasonTooLarge is for a delivery or an item that exceeds a bound of size, depth or number.
	ReasonTooLarge Reason = "TooLarge"
	// ReasonNoIdentity is for an event whose identity would be built from nothing and so merge unrelated things.
	ReasonNoIdentity Reason = "NoIdentity"
	// ReasonNotAnAlert is for a record of another kind, such as a flow among Suricata's events.
	ReasonNotAnAlert Reason = "NotAnAlert"
)

// Error is a refusal that a format asks for.
type Error struct {
	Reason  Reason
	Message string
}

func (e *Error) Error() string { return e.Message }
