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

// CorrelationMatch says how much of groupBy two alerts have to share.
//
// +kubebuilder:validation:Enum=Any;All
type CorrelationMatch string

// The values of match.
const (
	// MatchAny ties alerts that share a value of one entry of groupBy.
	MatchAny CorrelationMatch = "Any"
	// MatchAll ties alerts that share a value of every entry of groupBy.
	MatchAll CorrelationMatch = "All"
)

// AutoResolve says whether an incident is resolved without a person.
//
// +kubebuilder:validation:Enum=Never;WhenAllAlertsResolve
type AutoResolve string

// The values of autoResolve.
const (
	// AutoResolveNever leaves the resolution to people.
	AutoResolveNever AutoResolve = "Never"
	// AutoResolveWhenAllAlertsResolve resolves an incident once none of its alerts is active.
	AutoResolveWhenAllAlertsResolve AutoResolve = "WhenAllAlertsResolve"
)

// CorrelationField is a field of alerts that they can be grouped by.
//
// +kubebuilder:validation:Enum=Name;Category;Severity;Service;Detector;Technique;SubTechnique
type CorrelationField string

// The fields of alerts that they can be grouped by.
const (
	// FieldName is spec.name, the detector's title.
	FieldName CorrelationField = "Name"
	// FieldCategory is spec.category.
	FieldCategory CorrelationField = "Category"
	// FieldSeverity is spec.severity.
	FieldSeverity CorrelationField = "Severity"
	// FieldService is spec.source.service.
	FieldService CorrelationField = "Service"
	// FieldDetector is spec.source.detector.
	FieldDetector CorrelationField = "Detector"
	// FieldTechnique is each of spec.techniques.
	FieldTechnique CorrelationField = "Technique"
	// FieldSubTechnique is each of spec.techniques that is a sub-technique, such as T1552.004.
	FieldSubTechnique CorrelationField = "SubTechnique"
)

// CorrelationKey is something that alerts can share: one of evidence, field
// and label.
//
// +kubebuilder:validation:XValidation:rule="(has(self.evidence) ? 1 : 0) + (has(self.field) ? 1 : 0) + (has(self.label) ? 1 : 0) == 1",message="an entry of groupBy must have exactly one of evidence, field and label"
type CorrelationKey struct {
	// evidence are kinds of evidence: alerts share it if both name the same thing
	// of one of these kinds. Letter case does not count. 1 to 18 kinds. Unset
	// means that the entry is about a field or a label.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=18
	Evidence []EvidenceKind `json:"evidence,omitempty"`

	// field is a field of alerts: Name, Category, Severity, Service, Detector,
	// Technique (each of spec.techniques) or SubTechnique (each that is a
	// sub-technique, such as T1552.004). Unset means that the entry is about
	// evidence or a label.
	// +optional
	Field CorrelationField `json:"field,omitempty"`

	// label is the key of a label of alerts. 1 to 317 characters. Unset means that
	// the entry is about evidence or a field.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=317
	// +kubebuilder:validation:XValidation:rule="!format.qualifiedName().validate(self).hasValue()",message="label must be the key of a label, such as team or example.com/team"
	Label string `json:"label,omitempty"`

	// windowSeconds is how far apart two activities that share it may be, in
	// seconds: 1 to 2592000 (30 days). Unset means windowSeconds of the policy.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=2592000
	WindowSeconds int32 `json:"windowSeconds,omitempty"`

	// commonAbove is how many different endpoints a value may be seen with before
	// it is all too common and ties nothing any more: 1 to 1024. If an alert names
	// no endpoint, its users count in their place, and if it names no user either,
	// its other evidence. What was not seen for twice the window is forgotten.
	// Unset means 64 for evidence and 256 for a field or a label.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1024
	CommonAbove int32 `json:"commonAbove,omitempty"`
}

// IncidentTemplate is what a policy writes into the incidents that it begins.
type IncidentTemplate struct {
	// tags are the tags of the incident, as in an Incident. At most 64. Unset
	// means none.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:XValidation:rule="[self.map(t, t.lowerAscii())].all(l, l.all(t, l.indexOf(t) == l.lastIndexOf(t)))",message="tags must differ in more than the case of ASCII letters"
	Tags []Tag `json:"tags,omitempty"`

	// assignee is who works on it, as in an Incident. At most 256 characters.
	// Unset means unassigned.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^(?:(?:\x{1F3F4}(?:[\x{E0030}-\x{E0039}\x{E0061}-\x{E007A}]{3,6}\x{E007F})?|[^\p{Z}\x{1F3F4}\x{00AD}\x{034F}\x{17B4}\x{17B5}\x{180B}-\x{180D}\x{180F}\x{200C}\x{200D}\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}\p{Cc}\x{2028}-\x{202E}\x{061C}\x{200E}\x{200F}\x{2060}-\x{206F}\x{FFF0}-\x{FFFB}\x{1BCA0}-\x{1BCA3}\x{1D173}-\x{1D17A}\x{E0000}-\x{E00FF}\x{E01F0}-\x{E0FFF}\x{115F}\x{1160}\x{180E}\x{200B}\x{2060}\x{2800}\x{3164}\x{FEFF}\x{FFA0}\x{1D159}])(?:\p{Zs}*(?:\x{1F3F4}(?:[\x{E0030}-\x{E0039}\x{E0061}-\x{E007A}]{3,6}\x{E007F})?|[^\p{Z}\x{1F3F4}\p{Cc}\x{2028}-\x{202E}\x{061C}\x{200E}\x{200F}\x{2060}-\x{206F}\x{FFF0}-\x{FFFB}\x{1BCA0}-\x{1BCA3}\x{1D173}-\x{1D17A}\x{E0000}-\x{E00FF}\x{E01F0}-\x{E0FFF}\x{115F}\x{1160}\x{180E}\x{200B}\x{2060}\x{2800}\x{3164}\x{FEFF}\x{FFA0}\x{1D159}]))*)?$')`,message="assignee must be text without white space at its ends, and without control characters, line breaks, bidirectional marks and invisible characters"
	Assignee string `json:"assignee,omitempty"`

	// severity pins the severity of the incident: Informational, Low, Medium, High
	// or Critical. Unset means the highest among its alerts.
	// +optional
	Severity Severity `json:"severity,omitempty"`

	// description is free text about the incident, at most 4,000 characters; why
	// the incident was begun is added to it. Unset means that alone.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=4000
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[^\x00-\x08\x0B-\x1F\x7F-\x9F]*$')`,message="description must not contain control characters other than line feed and tab"
	Description string `json:"description,omitempty"`
}

// CorrelationPolicySpec says which alerts belong together. Written by people.
type CorrelationPolicySpec struct {
	// priority decides which policy an alert follows if several select it: the one
	// of the highest priority and, of equal ones, the one whose name comes first
	// in the alphabet. -1000 to 1000. Unset means 0.
	// +optional
	// +kubebuilder:validation:Minimum=-1000
	// +kubebuilder:validation:Maximum=1000
	Priority int32 `json:"priority,omitempty"`

	// suspend stops the policy: it selects no alerts and resolves no incidents.
	// Unset means false.
	// +optional
	Suspend bool `json:"suspend,omitempty"`

	// alertSelector selects alerts by their labels. Unset or empty selects all.
	// +optional
	AlertSelector metav1.LabelSelector `json:"alertSelector,omitzero"`

	// when is a condition on alerts in CEL, such as
	// alert.spec.severity in ["High", "Critical"]: only alerts that meet it are
	// selected. At most 4,096 characters. Unset means all.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=4096
	When string `json:"when,omitempty"`

	// groupBy lists what alerts of one incident share, 1 to 16 entries.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	GroupBy []CorrelationKey `json:"groupBy,omitempty"`

	// match is Any if one entry of groupBy has to be shared, or All if each has to
	// be. Unset means Any.
	// +optional
	// +kubebuilder:default=Any
	Match CorrelationMatch `json:"match,omitempty"`

	// windowSeconds is how far apart two activities may be to belong together, in
	// seconds: 1 to 2592000 (30 days). Unset means 86400 (a day).
	// +optional
	// +kubebuilder:default=86400
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=2592000
	WindowSeconds int32 `json:"windowSeconds,omitempty"`

	// settleSeconds is how long to wait for more alerts before an incident is
	// begun, in seconds from the creation of the first: 0 to 3600. An alert that
	// belongs to an incident that there is never waits. Unset means 0.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=3600
	SettleSeconds int32 `json:"settleSeconds,omitempty"`

	// maxAlertsPerIncident is how many alerts an incident may have for more to be
	// linked to it; those beyond begin another, which says so. 1 to 50000. Unset
	// means 10000.
	// +optional
	// +kubebuilder:default=10000
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=50000
	MaxAlertsPerIncident int32 `json:"maxAlertsPerIncident,omitempty"`

	// incident is what the policy writes into the incidents that it begins. Unset
	// means nothing but why it began them.
	// +optional
	Incident IncidentTemplate `json:"incident,omitzero"`

	// autoResolve is Never, or WhenAllAlertsResolve to resolve an incident once
	// none of its alerts is active. Only incidents that the policy began and whose
	// resolution no person has touched are ever resolved. Unset means Never.
	// +optional
	// +kubebuilder:default=Never
	AutoResolve AutoResolve `json:"autoResolve,omitempty"`

	// mergeRelated merges two incidents that an alert ties together, if the
	// younger was begun by a policy and a person could merge them too. Unset means
	// false: both say that they are related.
	// +optional
	MergeRelated bool `json:"mergeRelated,omitempty"`
}

// CommonValue is a value that ties nothing, because it is all too common.
type CommonValue struct {
	// value is what it is, such as "IP 10.0.0.1". 1 to 640 characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=640
	Value string `json:"value,omitempty"`

	// seenWith is how many different things it was seen with, at least.
	// +optional
	// +kubebuilder:validation:Minimum=0
	SeenWith int32 `json:"seenWith,omitempty"`
}

// CorrelationPolicyStatus is what came of a policy. Correlation writes it, at
// most once in ten seconds; conditions at once.
type CorrelationPolicyStatus struct {
	// observedGeneration is the generation of the spec that the rest is about.
	// +optional
	// +kubebuilder:validation:Minimum=1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions hold Ready: True if the policy is in force, False with the reason
	// if it cannot be.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// seen counts the alerts that the policy has selected.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Seen int64 `json:"seen,omitempty"`

	// linked counts the alerts that it has linked to incidents.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Linked int64 `json:"linked,omitempty"`

	// incidents counts the incidents that it has begun.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Incidents int64 `json:"incidents,omitempty"`

	// lastLinkedTime is when it last linked an alert. Unset means never.
	// +optional
	LastLinkedTime *metav1.Time `json:"lastLinkedTime,omitempty"`

	// commonValues are the values that tie nothing because they are too common,
	// the commonest first, at most 16.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	CommonValues []CommonValue `json:"commonValues,omitempty"`

	// commonTotal is how many such values there are.
	// +optional
	// +kubebuilder:validation:Minimum=0
	CommonTotal int32 `json:"commonTotal,omitempty"`
}

// CorrelationPolicy says which alerts of its namespace belong together, and so
// become one incident.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=corr,categories=incidentoperator,path=correlationpolicies
// +kubebuilder:printcolumn:name="Priority",type=integer,JSONPath=`.spec.priority`,description="The higher one comes first"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Whether it is in force"
// +kubebuilder:printcolumn:name="Linked",type=integer,JSONPath=`.status.linked`,description="The alerts that it has linked"
// +kubebuilder:printcolumn:name="Incidents",type=integer,JSONPath=`.status.incidents`,description="The incidents that it has begun"
// +kubebuilder:printcolumn:name="Reason",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`,description="Why it is in force or not"
type CorrelationPolicy struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec says which alerts belong together.
	// +required
	Spec CorrelationPolicySpec `json:"spec,omitzero"`

	// status is what came of it. Nobody but correlation writes it.
	// +optional
	Status CorrelationPolicyStatus `json:"status,omitzero"`
}

// CorrelationPolicyList is a list of policies.
//
// +kubebuilder:object:root=true
type CorrelationPolicyList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []CorrelationPolicy `json:"items"`
}
