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

// IncidentReference names the incident that an alert belongs to.
type IncidentReference struct {
	// name is the metadata.name of an Incident in the same namespace, 1 to 253
	// characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="!format.dns1123Subdomain().validate(self).hasValue()",message="name must be the name of an Incident: lower-case letters, digits, '-' and '.', with a letter or digit at both ends"
	Name string `json:"name,omitempty"`
}

// AlertOrigin says which product reported an alert, and by which of its
// sensors.
type AlertOrigin struct {
	// service is the product that reported the alert, such as "Falco" or
	// "Microsoft Defender for Endpoint". At most 128 characters of text like that
	// of the alert's name. Written by the detector. Unset means unknown.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^(?:(?:\x{1F3F4}(?:[\x{E0030}-\x{E0039}\x{E0061}-\x{E007A}]{3,6}\x{E007F})?|[^\p{Z}\x{1F3F4}\x{00AD}\x{034F}\x{17B4}\x{17B5}\x{180B}-\x{180D}\x{180F}\x{200C}\x{200D}\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}\p{Cc}\x{2028}-\x{202E}\x{061C}\x{200E}\x{200F}\x{2060}-\x{206F}\x{FFF0}-\x{FFFB}\x{1BCA0}-\x{1BCA3}\x{1D173}-\x{1D17A}\x{E0000}-\x{E00FF}\x{E01F0}-\x{E0FFF}\x{115F}\x{1160}\x{180E}\x{200B}\x{2060}\x{2800}\x{3164}\x{FEFF}\x{FFA0}\x{1D159}])(?:\p{Zs}*(?:\x{1F3F4}(?:[\x{E0030}-\x{E0039}\x{E0061}-\x{E007A}]{3,6}\x{E007F})?|[^\p{Z}\x{1F3F4}\p{Cc}\x{2028}-\x{202E}\x{061C}\x{200E}\x{200F}\x{2060}-\x{206F}\x{FFF0}-\x{FFFB}\x{1BCA0}-\x{1BCA3}\x{1D173}-\x{1D17A}\x{E0000}-\x{E00FF}\x{E01F0}-\x{E0FFF}\x{115F}\x{1160}\x{180E}\x{200B}\x{2060}\x{2800}\x{3164}\x{FEFF}\x{FFA0}\x{1D159}]))*)?$')`,message="service must be text without white space at its ends, and without control characters, line breaks, bidirectional marks and invisible characters"
	Service string `json:"service,omitempty"`

	// detector is the sensor or rule set inside the product, such as "syscall". At
	// most 128 characters of text like that of the alert's name. Written by the
	// detector. Unset means unknown.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^(?:(?:\x{1F3F4}(?:[\x{E0030}-\x{E0039}\x{E0061}-\x{E007A}]{3,6}\x{E007F})?|[^\p{Z}\x{1F3F4}\x{00AD}\x{034F}\x{17B4}\x{17B5}\x{180B}-\x{180D}\x{180F}\x{200C}\x{200D}\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}\p{Cc}\x{2028}-\x{202E}\x{061C}\x{200E}\x{200F}\x{2060}-\x{206F}\x{FFF0}-\x{FFFB}\x{1BCA0}-\x{1BCA3}\x{1D173}-\x{1D17A}\x{E0000}-\x{E00FF}\x{E01F0}-\x{E0FFF}\x{115F}\x{1160}\x{180E}\x{200B}\x{2060}\x{2800}\x{3164}\x{FEFF}\x{FFA0}\x{1D159}])(?:\p{Zs}*(?:\x{1F3F4}(?:[\x{E0030}-\x{E0039}\x{E0061}-\x{E007A}]{3,6}\x{E007F})?|[^\p{Z}\x{1F3F4}\p{Cc}\x{2028}-\x{202E}\x{061C}\x{200E}\x{200F}\x{2060}-\x{206F}\x{FFF0}-\x{FFFB}\x{1BCA0}-\x{1BCA3}\x{1D173}-\x{1D17A}\x{E0000}-\x{E00FF}\x{E01F0}-\x{E0FFF}\x{115F}\x{1160}\x{180E}\x{200B}\x{2060}\x{2800}\x{3164}\x{FEFF}\x{FFA0}\x{1D159}]))*)?$')`,message="detector must be text without white space at its ends, and without control characters, line breaks, bidirectional marks and invisible characters"
	Detector string `json:"detector,omitempty"`
}

// EvidenceKind says what sort of thing a piece of evidence is.
//
// +kubebuilder:validation:Enum=Device;Node;Pod;Container;ContainerImage;Namespace;User;ServiceAccount;Mailbox;IP;URL;DNS;File;Process;RegistryKey;CloudResource;Secret;Other
type EvidenceKind string

// The kinds of evidence. Device, Node and Pod are endpoints; User, ServiceAccount and Mailbox are users.
const (
	EvidenceDevice         EvidenceKind = "Device"
	EvidenceNode           EvidenceKind = "Node"
	EvidencePod            EvidenceKind = "Pod"
	EvidenceContainer      EvidenceKind = "Container"
	EvidenceContainerImage EvidenceKind = "ContainerImage"
	EvidenceNamespace      EvidenceKind = "Namespace"
	EvidenceUser           EvidenceKind = "User"
	EvidenceServiceAccount EvidenceKind = "ServiceAccount"
	EvidenceMailbox        EvidenceKind = "Mailbox"
	EvidenceIP             EvidenceKind = "IP"
	EvidenceURL            EvidenceKind = "URL"
	EvidenceDNS            EvidenceKind = "DNS"
	EvidenceFile           EvidenceKind = "File"
	EvidenceProcess        EvidenceKind = "Process"
	EvidenceRegistryKey    EvidenceKind = "RegistryKey"
	EvidenceCloudResource  EvidenceKind = "CloudResource"
	EvidenceSecret         EvidenceKind = "Secret"
	EvidenceOther          EvidenceKind = "Other"
)

// EvidenceRole says what part a piece of evidence had in what was seen.
//
// +kubebuilder:validation:Enum=Affected;Attacker;Source;Destination;Contextual
type EvidenceRole string

// The roles of evidence.
const (
	EvidenceAffected    EvidenceRole = "Affected"
	EvidenceAttacker    EvidenceRole = "Attacker"
	EvidenceSource      EvidenceRole = "Source"
	EvidenceDestination EvidenceRole = "Destination"
	EvidenceContextual  EvidenceRole = "Contextual"
)

// Evidence is one thing that an alert is about.
type Evidence struct {
	// kind says what sort of thing it is: Device, Node or Pod (the endpoints of an
	// incident), User, ServiceAccount or Mailbox (its users), Container,
	// ContainerImage, Namespace, IP, URL, DNS, File, Process, RegistryKey,
	// CloudResource, Secret or Other.
	// +required
	Kind EvidenceKind `json:"kind,omitempty"`

	// name identifies the thing among its kind, such as a host name, an address or
	// a path. 1 to 512 characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	Name string `json:"name,omitempty"`

	// role says what part it had: Affected, Attacker, Source, Destination or
	// Contextual. Unset means unknown.
	// +optional
	Role EvidenceRole `json:"role,omitempty"`

	// namespace is the Kubernetes namespace of the thing, at most 63 characters.
	// Unset where it has none.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=63
	Namespace string `json:"namespace,omitempty"`
}

// AlertSpec is what a detector saw and what people decide about it. Apart from
// people and detectors only the operator writes it: assignee and
// resolution.state, as the incident gives them and takes them back.
//
// +kubebuilder:validation:XValidation:rule="!has(oldSelf.fingerprint) || size(oldSelf.fingerprint) == 0 || (has(self.fingerprint) && self.fingerprint == oldSelf.fingerprint)",fieldPath=".fingerprint",reason=FieldValueForbidden,message="fingerprint must not change once it is set"
type AlertSpec struct {
	// name is the detector's title of the alert. 1 to 256 characters of text in
	// any script, without white space at its ends, and without control characters,
	// line breaks, bidirectional marks and invisible characters. Written by the
	// detector.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^(?:(?:\x{1F3F4}(?:[\x{E0030}-\x{E0039}\x{E0061}-\x{E007A}]{3,6}\x{E007F})?|[^\p{Z}\x{1F3F4}\x{00AD}\x{034F}\x{17B4}\x{17B5}\x{180B}-\x{180D}\x{180F}\x{200C}\x{200D}\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}\p{Cc}\x{2028}-\x{202E}\x{061C}\x{200E}\x{200F}\x{2060}-\x{206F}\x{FFF0}-\x{FFFB}\x{1BCA0}-\x{1BCA3}\x{1D173}-\x{1D17A}\x{E0000}-\x{E00FF}\x{E01F0}-\x{E0FFF}\x{115F}\x{1160}\x{180E}\x{200B}\x{2060}\x{2800}\x{3164}\x{FEFF}\x{FFA0}\x{1D159}])(?:\p{Zs}*(?:\x{1F3F4}(?:[\x{E0030}-\x{E0039}\x{E0061}-\x{E007A}]{3,6}\x{E007F})?|[^\p{Z}\x{1F3F4}\p{Cc}\x{2028}-\x{202E}\x{061C}\x{200E}\x{200F}\x{2060}-\x{206F}\x{FFF0}-\x{FFFB}\x{1BCA0}-\x{1BCA3}\x{1D173}-\x{1D17A}\x{E0000}-\x{E00FF}\x{E01F0}-\x{E0FFF}\x{115F}\x{1160}\x{180E}\x{200B}\x{2060}\x{2800}\x{3164}\x{FEFF}\x{FFA0}\x{1D159}]))*)?$')`,message="name must be text without white space at its ends, and without control characters, line breaks, bidirectional marks and invisible characters"
	Name string `json:"name,omitempty"`

	Triage `json:",inline"`

	// incidentRef says which incident the alert belongs to; to change it is to
	// move the alert. Written by people and by correlation. Unset means that the
	// alert belongs to no incident.
	// +optional
	IncidentRef IncidentReference `json:"incidentRef,omitzero"`

	// description says in full what was seen. At most 16,384 characters, without
	// control characters other than line feed and tab. Written by the detector.
	// Unset means none.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=16384
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[^\x00-\x08\x0B-\x1F\x7F-\x9F]*$')`,message="description must not contain control characters other than line feed and tab"
	Description string `json:"description,omitempty"`

	// severity is how bad the detector thinks it is: Informational, Low, Medium,
	// High or Critical. Written by the detector. Unset means unknown.
	// +optional
	Severity Severity `json:"severity,omitempty"`

	// category is an ATT&CK tactic in UpperCamelCase, such as InitialAccess, or
	// another class such as Malware, Ransomware or SuspiciousActivity. At most 64
	// characters. Written by the detector. Unset counts as SuspiciousActivity in
	// names.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self.matches('^([A-Z][A-Za-z0-9]*)?$')",message="category must be one word in UpperCamelCase, such as InitialAccess"
	Category string `json:"category,omitempty"`

	// techniques are ATT&CK techniques and sub-techniques, such as T1059 and
	// T1059.001. At most 64. Written by the detector. Unset means unknown.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	Techniques []Technique `json:"techniques,omitempty"`

	// source says which product reported the alert, and by which sensor. Written
	// by the detector. Unset means unknown.
	// +optional
	Source AlertOrigin `json:"source,omitzero"`

	// fingerprint is the detector's own stable identity of what it saw; the same
	// fingerprint is the same alert. At most 512 characters. Written by the
	// detector; it must not change once it is set. Unset means that there is none.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=512
	Fingerprint string `json:"fingerprint,omitempty"`

	// url leads to the alert in the detector's own console: http or https, at most
	// 2,048 characters. Written by the detector. Unset means none.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=2048
	// +kubebuilder:validation:XValidation:rule="self == '' || self.matches('^https?://[^\\\\s\\\\p{Cc}]+$')",message="url must be an http or https URL without white space"
	URL string `json:"url,omitempty"`

	// firstActivityTime is when the activity began. Written by the detector. Unset
	// means unknown; the time of creation then counts.
	// +optional
	// +kubebuilder:validation:XValidation:rule="self >= timestamp('1970-01-01T00:00:00Z')",message="firstActivityTime must be a time of RFC 3339 in 1970 or later"
	FirstActivityTime *metav1.Time `json:"firstActivityTime,omitempty"`

	// lastActivityTime is when the activity was last seen. Written by the
	// detector. Unset means unknown; firstActivityTime then counts. A time in the
	// future is not believed where alerts and incidents are sorted or filtered:
	// the time of creation then counts.
	// +optional
	// +kubebuilder:validation:XValidation:rule="self >= timestamp('1970-01-01T00:00:00Z')",message="lastActivityTime must be a time of RFC 3339 in 1970 or later"
	LastActivityTime *metav1.Time `json:"lastActivityTime,omitempty"`

	// expiresTime is when the alert counts as over unless it is sent again before.
	// Written by the receiver alone. Unset means that it does not end by itself.
	// +optional
	ExpiresTime *metav1.Time `json:"expiresTime,omitempty"`

	// endedTime is when the detector took the alert for over, or when it expired.
	// Written by the receiver alone, which resolves the alert with it; a person
	// may re-open it all the same. Unset means that it goes on, as far as is
	// known.
	// +optional
	EndedTime *metav1.Time `json:"endedTime,omitempty"`

	// occurrences is how often the detector saw the same thing, 1 or more. Written
	// by the detector. Unset means once.
	// +optional
	// +kubebuilder:validation:Minimum=1
	Occurrences int64 `json:"occurrences,omitempty"`

	// evidence lists the things that the alert is about. At most 128. Written by
	// the detector. Unset means none.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=128
	Evidence []Evidence `json:"evidence,omitempty"`
}

// Technique is an ATT&CK technique or sub-technique.
//
// +kubebuilder:validation:MinLength=5
// +kubebuilder:validation:MaxLength=9
// +kubebuilder:validation:XValidation:rule="self.matches('^T[0-9]{4}([.][0-9]{3})?$')",message="a technique must be an ATT&CK technique such as T1059 or T1059.001"
type Technique string

// AlertStatus is what the operator observed. It stays empty unless something
// is wrong with the alert, so that a change of an incident costs one write per
// alert.
type AlertStatus struct {
	// conditions hold Linked=False, Ready=False and Stalled=True while the
	// incident that incidentRef names does not exist, and nothing otherwise.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// Alert is one thing that a detector saw.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=al,categories=incidentoperator
// +kubebuilder:selectablefield:JSONPath=`.spec.incidentRef.name`
// +kubebuilder:selectablefield:JSONPath=`.spec.assignee`
// +kubebuilder:selectablefield:JSONPath=`.spec.resolution.state`
// +kubebuilder:selectablefield:JSONPath=`.spec.severity`
// +kubebuilder:selectablefield:JSONPath=`.spec.source.service`
// +kubebuilder:selectablefield:JSONPath=`.spec.category`
// +kubebuilder:selectablefield:JSONPath=`.spec.fingerprint`
// +kubebuilder:printcolumn:name="Severity",type=string,JSONPath=`.spec.severity`,description="How bad the detector thinks it is"
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.spec.resolution.state`,description="How far the work has come"
// +kubebuilder:printcolumn:name="Incident",type=string,JSONPath=`.spec.incidentRef.name`,description="The incident that the alert belongs to"
// +kubebuilder:printcolumn:name="Assignee",type=string,JSONPath=`.spec.assignee`,description="Who works on it"
// +kubebuilder:printcolumn:name="Service",type=string,JSONPath=`.spec.source.service`,description="The product that reported it"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`,description="Time since the alert was created"
// +kubebuilder:printcolumn:name="Title",type=string,JSONPath=`.spec.name`,description="The detector's title"
type Alert struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is what a detector saw and what people decide about it.
	// +required
	Spec AlertSpec `json:"spec,omitzero"`

	// status is what the operator observed. Nobody else writes it.
	// +optional
	Status AlertStatus `json:"status,omitzero"`
}

// AlertList is a list of alerts.
//
// +kubebuilder:object:root=true
type AlertList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Alert `json:"items"`
}
