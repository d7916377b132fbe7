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
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// IncidentState is the word to show for an incident.
//
// +kubebuilder:validation:Enum=Active;InProgress;Resolved;Redirected
type IncidentState string

// The states of an incident: those of its resolution, and Redirected once it was merged into another.
const (
	IncidentActive     IncidentState = "Active"
	IncidentInProgress IncidentState = "InProgress"
	IncidentResolved   IncidentState = "Resolved"
	IncidentRedirected IncidentState = "Redirected"
)

// IncidentStates returns the states of an incident, in the order in which it passes through them.
func IncidentStates() []IncidentState {
	return []IncidentState{IncidentActive, IncidentInProgress, IncidentResolved, IncidentRedirected}
}

// NameSource says where the name of an incident comes from.
//
// +kubebuilder:validation:Enum=User;Automatic;Kept;Retained
type NameSource string

// The sources of an incident's name.
const (
	// NameSourceUser is a name that a person gave in spec.name.
	NameSourceUser NameSource = "User"
	// NameSourceAutomatic is a name computed from the linked alerts.
	NameSourceAutomatic NameSource = "Automatic"
	// NameSourceKept is the last automatic name of an incident that all its alerts have left.
	NameSourceKept NameSource = "Kept"
	// NameSourceRetained is the name of an incident that is older than automatic naming.
	NameSourceRetained NameSource = "Retained"
)

// MergeTarget names the incident that takes over another's alerts.
type MergeTarget struct {
	// name is the metadata.name of another Incident in the same namespace, 1 to
	// 253 characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="!format.dns1123Subdomain().validate(self).hasValue()",message="name must be the name of an Incident: lower-case letters, digits, '-' and '.', with a letter or digit at both ends"
	Name string `json:"name,omitempty"`
}

// MergedInto is the incident that took over the alerts of a merged one.
type MergedInto struct {
	// name is the metadata.name of the other incident, 1 to 253 characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`

	// uid tells it from another incident of the same name. 1 to 128 characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	UID string `json:"uid,omitempty"`
}

// IncidentSpec is what people decide about an incident. The operator never
// writes it.
type IncidentSpec struct {
	// name is the title that people gave the incident. At most 256 characters of
	// text in any script, without white space at its ends, and without control
	// characters, line breaks, bidirectional marks and invisible characters.
	// Written by people. Empty or unset means that the operator names the incident
	// from its alerts, in status.name; that automatic name follows the alerts as
	// they come and go, and is also kept in status.automaticName beside a name
	// given here.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^(?:(?:\x{1F3F4}(?:[\x{E0030}-\x{E0039}\x{E0061}-\x{E007A}]{3,6}\x{E007F})?|[^\p{Z}\x{1F3F4}\x{00AD}\x{034F}\x{17B4}\x{17B5}\x{180B}-\x{180D}\x{180F}\x{200C}\x{200D}\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}\p{Cc}\x{2028}-\x{202E}\x{061C}\x{200E}\x{200F}\x{2060}-\x{206F}\x{FFF0}-\x{FFFB}\x{1BCA0}-\x{1BCA3}\x{1D173}-\x{1D17A}\x{E0000}-\x{E00FF}\x{E01F0}-\x{E0FFF}\x{115F}\x{1160}\x{180E}\x{200B}\x{2060}\x{2800}\x{3164}\x{FEFF}\x{FFA0}\x{1D159}])(?:\p{Zs}*(?:\x{1F3F4}(?:[\x{E0030}-\x{E0039}\x{E0061}-\x{E007A}]{3,6}\x{E007F})?|[^\p{Z}\x{1F3F4}\p{Cc}\x{2028}-\x{202E}\x{061C}\x{200E}\x{200F}\x{2060}-\x{206F}\x{FFF0}-\x{FFFB}\x{1BCA0}-\x{1BCA3}\x{1D173}-\x{1D17A}\x{E0000}-\x{E00FF}\x{E01F0}-\x{E0FFF}\x{115F}\x{1160}\x{180E}\x{200B}\x{2060}\x{2800}\x{3164}\x{FEFF}\x{FFA0}\x{1D159}]))*)?$')`,message="name must be text without white space at its ends, and without control characters, line breaks, bidirectional marks and invisible characters"
	Name string `json:"name,omitempty"`

	Triage `json:",inline"`

	// severity pins the severity of the incident: Informational, Low, Medium, High
	// or Critical. Written by people. Unset means the highest severity among the
	// linked alerts, which is also kept in status.computedSeverity beside a
	// severity given here.
	// +optional
	Severity Severity `json:"severity,omitempty"`

	// description is free text about the incident. At most 5,000 characters,
	// without control characters other than line feed and tab. Written by people.
	// Unset means none.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=5000
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[^\x00-\x08\x0B-\x1F\x7F-\x9F]*$')`,message="description must not contain control characters other than line feed and tab"
	Description string `json:"description,omitempty"`

	// mergeInto asks for all alerts of this incident to move to another one. The
	// condition Merged says how that stands. Once the merge is accepted, mergeInto
	// cannot be changed any more.
	// Written by people. Unset means no merge.
	// +optional
	MergeInto MergeTarget `json:"mergeInto,omitzero"`
}

// IncidentTag is a tag of an incident and the label that mirrors it.
type IncidentTag struct {
	// tag is the text of the tag: as written in spec.tags or, for a label that a
	// person set, the label's name behind the prefix. 1 to 128 characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	Tag string `json:"tag,omitempty"`

	// label is the key of the label, such as tag.incidentoperator.dev/ransomware:
	// what a label selector takes. 1 to 317 characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=317
	Label string `json:"label,omitempty"`
}

// AlertCounts counts the alerts that are linked to an incident.
type AlertCounts struct {
	// total is the number of linked alerts.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Total *int32 `json:"total,omitempty"`

	// active is the number of linked alerts that are not resolved.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Active *int32 `json:"active,omitempty"`

	// resolved is the number of linked alerts that are resolved.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Resolved *int32 `json:"resolved,omitempty"`

	// summary is active and total in one word, such as "3/12".
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	Summary string `json:"summary,omitempty"`
}

// ActivityHead says how far the activity log of an incident has come.
type ActivityHead struct {
	// entries is the number of entries in the log.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Entries int64 `json:"entries,omitempty"`

	// head is the hash of the last entry, 64 hexadecimal digits.
	// +optional
	// +kubebuilder:validation:MinLength=64
	// +kubebuilder:validation:MaxLength=64
	Head string `json:"head,omitempty"`
}

// IncidentStatus is what the operator observed. Only the operator writes it;
// every field is derived from the incident's spec and from the alerts that are
// linked to it.
type IncidentStatus struct {
	// observedGeneration is the metadata.generation that this status was computed
	// from.
	// +optional
	// +kubebuilder:validation:Minimum=0
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions say in a standard form how the incident stands: Propagated,
	// ResolutionHeld while it is resolved, and Merged if mergeInto is set. Ready
	// sums them up for tools, with Reconciling while the operator is at work, or
	// Stalled if somebody has to do something first.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// state is the word to show: Active, InProgress, Resolved, or Redirected once
	// the incident was merged into another.
	// +optional
	State IncidentState `json:"state,omitempty"`

	// name is the title to show, at most 512 characters: spec.name if set, else
	// the automatic name or, for an incident that is older than automatic naming,
	// the name it had. nameSource tells which.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	Name string `json:"name,omitempty"`

	// automaticName is the name computed from the linked alerts, at most 512
	// characters, also while another one is shown. An incident that all its alerts
	// have left keeps the last one.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	AutomaticName string `json:"automaticName,omitempty"`

	// nameSource says where name comes from: User, Automatic, Kept for the last
	// automatic name of an incident that all its alerts have left, or Retained for
	// one that is older than automatic naming.
	// +optional
	NameSource NameSource `json:"nameSource,omitempty"`

	// severity is the severity to show: spec.severity if set, else
	// computedSeverity. Unset where neither is known.
	// +optional
	Severity Severity `json:"severity,omitempty"`

	// computedSeverity is the highest severity among the linked alerts. Unset
	// where no linked alert has one. An incident that all its alerts have left
	// keeps the last one.
	// +optional
	ComputedSeverity Severity `json:"computedSeverity,omitempty"`

	// tags lists every tag with the label that mirrors it, sorted by label: those
	// of spec.tags and those that people set as labels. At most 256; tagCount
	// tells how many there are.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=256
	Tags []IncidentTag `json:"tags,omitempty"`

	// tagCount is the number of tags, also of those that tags has no room for.
	// +optional
	// +kubebuilder:validation:Minimum=0
	TagCount int32 `json:"tagCount,omitempty"`

	// tagSummary is the tags as one readable string of at most 256 characters, cut
	// with "…".
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	TagSummary string `json:"tagSummary,omitempty"`

	// alerts counts the linked alerts.
	// +optional
	Alerts AlertCounts `json:"alerts,omitzero"`

	// endpoints is the number of distinct devices, nodes and pods in the evidence
	// of the linked alerts.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Endpoints *int32 `json:"endpoints,omitempty"`

	// users is the number of distinct users, service accounts and mailboxes in the
	// evidence of the linked alerts.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Users *int32 `json:"users,omitempty"`

	// sources are the products that reported the linked alerts (their
	// source.service), sorted. At most 32; sourceCount tells how many there are.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=128
	Sources []string `json:"sources,omitempty"`

	// sourceCount is the number of sources, also of those that sources has no room
	// for.
	// +optional
	// +kubebuilder:validation:Minimum=0
	SourceCount int32 `json:"sourceCount,omitempty"`

	// sourceSummary is the sources as one readable string of at most 256
	// characters, cut with "…".
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	SourceSummary string `json:"sourceSummary,omitempty"`

	// categories are the categories of the linked alerts: ATT&CK tactics in
	// kill-chain order, then the others, sorted. At most 32; categoryCount tells
	// how many there are.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=64
	Categories []string `json:"categories,omitempty"`

	// categoryCount is the number of categories, also of those that categories has
	// no room for.
	// +optional
	// +kubebuilder:validation:Minimum=0
	CategoryCount int32 `json:"categoryCount,omitempty"`

	// firstActivityTime is when the activity behind the incident began: the
	// earliest firstActivityTime of the linked alerts, or creation time where an
	// alert has none. Unset without alerts.
	// +optional
	FirstActivityTime *metav1.Time `json:"firstActivityTime,omitempty"`

	// lastActivityTime is when activity was last seen: the latest lastActivityTime
	// of the linked alerts, or their firstActivityTime or creation time where they
	// have none. Unset without alerts.
	// +optional
	LastActivityTime *metav1.Time `json:"lastActivityTime,omitempty"`

	// resolvedTime is the API server's time of the write that resolved the
	// incident. Alerts created then or later stay active. Set before any alert
	// inherits the resolution, and unset again when the incident is re-opened.
	// +optional
	ResolvedTime *metav1.Time `json:"resolvedTime,omitempty"`

	// mergedInto is the incident that this one was merged into. Set before the
	// first alert moves, and never changed again.
	// +optional
	MergedInto MergedInto `json:"mergedInto,omitzero"`

	// redirectedTo is the metadata.name of the incident to look at instead of a
	// merged one: the one that it was merged into or, where that was merged too,
	// the last of the chain. At most 253 characters.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	RedirectedTo string `json:"redirectedTo,omitempty"`

	// activity says how far the activity log has come: the Activity objects of
	// this incident are the log itself.
	// +optional
	Activity ActivityHead `json:"activity,omitzero"`
}

// Incident is the work that one or more alerts cause: who does it, how far it
// has come and what it turned out to be. Alerts say in their
// spec.incidentRef.name which incident they belong to.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=inc,categories=incidentoperator
// +kubebuilder:selectablefield:JSONPath=`.spec.assignee`
// +kubebuilder:selectablefield:JSONPath=`.spec.resolution.state`
// +kubebuilder:selectablefield:JSONPath=`.spec.classification.verdict`
// +kubebuilder:selectablefield:JSONPath=`.spec.classification.determination`
// +kubebuilder:selectablefield:JSONPath=`.status.severity`
// +kubebuilder:selectablefield:JSONPath=`.status.state`
// +kubebuilder:printcolumn:name="Severity",type=string,JSONPath=`.status.severity`,description="The severity to show"
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.state`,description="How far the work has come"
// +kubebuilder:printcolumn:name="Assignee",type=string,JSONPath=`.spec.assignee`,description="Who works on it"
// +kubebuilder:printcolumn:name="Alerts",type=string,JSONPath=`.status.alerts.summary`,description="Active alerts of all linked alerts"
// +kubebuilder:printcolumn:name="Last Activity",type=date,JSONPath=`.status.lastActivityTime`,description="Time since activity was last seen"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`,description="Time since the incident was created"
// +kubebuilder:printcolumn:name="Verdict",type=string,priority=1,JSONPath=`.spec.classification.verdict`,description="What it turned out to be"
// +kubebuilder:printcolumn:name="Determination",type=string,priority=1,JSONPath=`.spec.classification.determination`,description="What kind of it"
// +kubebuilder:printcolumn:name="Tags",type=string,priority=1,JSONPath=`.status.tagSummary`,description="The tags, from spec and from labels"
// +kubebuilder:printcolumn:name="Sources",type=string,priority=1,JSONPath=`.status.sourceSummary`,description="The products that reported its alerts"
// +kubebuilder:printcolumn:name="Title",type=string,JSONPath=`.status.name`,description="The name that a person gave, or the automatic one"
// +kubebuilder:validation:XValidation:rule="!has(self.spec) || !has(self.spec.mergeInto) || self.spec.mergeInto.name != self.metadata.name",fieldPath=".spec.mergeInto.name",reason=FieldValueInvalid,message="mergeInto.name must name another incident than itself"
// +kubebuilder:validation:XValidation:rule="!has(oldSelf.status) || !has(oldSelf.status.mergedInto) || (has(self.spec) && has(oldSelf.spec) && has(self.spec.mergeInto) == has(oldSelf.spec.mergeInto) && (!has(self.spec.mergeInto) || self.spec.mergeInto.name == oldSelf.spec.mergeInto.name))",fieldPath=".spec.mergeInto",reason=FieldValueForbidden,message="mergeInto must stay as it is: the merge was accepted, and alerts have moved or are about to"
type Incident struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is what people decide about the incident. Unset means an active,
	// unassigned incident with an automatic name.
	// +optional
	// +kubebuilder:default={}
	Spec IncidentSpec `json:"spec,omitzero"`

	// status is what the operator observed. Nobody else writes it.
	// +optional
	Status IncidentStatus `json:"status,omitzero"`
}

// IncidentList is a list of incidents.
//
// +kubebuilder:object:root=true
type IncidentList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Incident `json:"items"`
}
