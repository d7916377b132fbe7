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

// AlertFormat is how a detector writes its alerts. docs/formats.md says what
// each format reads.
//
// +kubebuilder:validation:Enum=AITADS;Alert;AlertmanagerAPI;AlertmanagerWebhook;Falco;MicrosoftGraph;MicrosoftSentinel;OCSF;Suricata;Trivy;Wazuh
type AlertFormat string

// IdentityField is a field of what a sender sends, such as "namespace" or
// "rule.id", or several of which the first that is not empty counts:
// "k8s.pod.name|hostname".
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=256
type IdentityField string

// AlertDefaults is what alerts get that their sender does not say.
type AlertDefaults struct {
	// tags are set on every alert when it is created, at most 16. Unset means
	// none.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:XValidation:rule="[self.map(t, t.lowerAscii())].all(l, l.all(t, l.indexOf(t) == l.lastIndexOf(t)))",message="tags must differ in more than the case of ASCII letters"
	Tags []Tag `json:"tags,omitempty"`

	// category is the category of alerts whose sender names none, such as
	// Malware. At most 64 characters. Unset means none.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self.matches('^([A-Z][A-Za-z0-9]*)?$')",message="category must be one word in UpperCamelCase, such as InitialAccess"
	Category string `json:"category,omitempty"`

	// service is the product that reports, source.service of the alerts, in place
	// of the word that the format has for it. At most 128 characters of letters,
	// digits, spaces and -_.,:/()&+. Unset means the format's own word.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule="self.matches(r'^([\\p{L}\\p{N}]([\\p{L}\\p{N} _.,:/()&+-]*[\\p{L}\\p{N})])?)?$')",message="service must begin and end with a letter or digit and hold letters, digits, spaces and -_.,:/()&+"
	Service string `json:"service,omitempty"`
}

// AlertRate bounds how many alerts are taken.
type AlertRate struct {
	// perSecond is how many alerts one replica of the receiver takes per second
	// over time, 1 to 10,000.
	// +required
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=10000
	PerSecond int32 `json:"perSecond,omitempty"`

	// burst is how many it takes at once after a pause, 1 to 100,000. Unset means
	// ten times perSecond.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100000
	Burst int32 `json:"burst,omitempty"`
}

// AlertSourceSpec says how what one sender posts becomes alerts. People write
// it, or Git.
type AlertSourceSpec struct {
	// format is how the sender writes its alerts: AITADS, Alert, AlertmanagerAPI,
	// AlertmanagerWebhook, Falco, MicrosoftGraph, MicrosoftSentinel, OCSF,
	// Suricata, Trivy or Wazuh. CloudEvents around any of them are unwrapped.
	// +required
	Format AlertFormat `json:"format,omitempty"`

	// identityLabels are the labels or fields by which two events are the same
	// alert, at most 16. An event in which all of them are empty is refused. To
	// change them makes new alerts of whatever is sent from then on. Unset means
	// the format's own choice, which docs/formats.md gives.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	IdentityLabels []IdentityField `json:"identityLabels,omitempty"`

	// severityMap says what the sender's words for a severity mean, where that is
	// not what the format says: {"sev1": "Critical"}. Words are compared without
	// regard to case. At most 64 words of 1 to 64 characters. Unset means the
	// format's own table.
	// +optional
	// +kubebuilder:validation:MaxProperties=64
	// +kubebuilder:validation:XValidation:rule="self.all(k, size(k) >= 1 && size(k) <= 64)",message="severityMap must have words of 1 to 64 characters"
	SeverityMap map[string]Severity `json:"severityMap,omitempty"`

	// defaults are what alerts get that their sender does not say. Unset means
	// nothing.
	// +optional
	Defaults AlertDefaults `json:"defaults,omitzero"`

	// drop is a CEL expression over alert, the Alert as it would be created, such
	// as alert.spec.severity == "Informational": where it is true, the event is
	// not stored, but counted in status.dropped. Where it fails, the alert is
	// stored. At most 4,096 characters. Unset drops nothing.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=4096
	Drop string `json:"drop,omitempty"`

	// expireAfter is how long after it was last sent an alert counts as over: 1m
	// to 8760h. To extend it costs a write whenever less than half of it is left.
	// Unset means that what is sent to the API of Alertmanager ends two hours
	// after its sender fell silent, or later if the sender says so, and that
	// nothing else ends by itself.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Format=duration
	// +kubebuilder:validation:XValidation:rule="duration(self) >= duration('1m') && duration(self) <= duration('8760h')",message="expireAfter must be 1m to 8760h"
	ExpireAfter metav1.Duration `json:"expireAfter,omitzero"`

	// rateLimit bounds how many alerts are taken. What is sent beyond it is
	// answered with 503 and Retry-After, so that the sender keeps it. Unset means
	// no bound but that of the receiver as a whole.
	// +optional
	RateLimit AlertRate `json:"rateLimit,omitzero"`

	// suspend answers whatever is sent with 503 and Retry-After, so that senders
	// keep it. Unset means false.
	// +optional
	Suspend bool `json:"suspend,omitempty"`
}

// AlertRefusal is what was refused last.
type AlertRefusal struct {
	// time is when it was refused.
	// +optional
	Time metav1.Time `json:"time,omitzero"`

	// reason is the class of the refusal, such as Malformed, NoIdentity, TooLarge,
	// NotAnAlert or Invalid. At most 64 characters.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`

	// message says what was wrong, in at most 1,024 characters.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=1024
	Message string `json:"message,omitempty"`
}

// AlertSourceStatus is what came in. The role ingest writes it, at most once a
// minute and replica, and not at all while nothing comes. What a replica counted
// in its last minute is lost when it ends; alerts are not.
type AlertSourceStatus struct {
	// lastReceivedTime is when something was last posted by who may. Unset means
	// never.
	// +optional
	LastReceivedTime *metav1.Time `json:"lastReceivedTime,omitempty"`

	// received is how many alerts were posted: those stored, dropped and refused.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Received *int64 `json:"received,omitempty"`

	// stored is how many of them are in the cluster, repeats of what is there
	// already included.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Stored *int64 `json:"stored,omitempty"`

	// dropped is how many of them spec.drop kept out.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Dropped *int64 `json:"dropped,omitempty"`

	// refused is how many of them can never be stored.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Refused *int64 `json:"refused,omitempty"`

	// unknownSeverities is how many of them bore a severity that neither the
	// format nor severityMap knows. They are stored without one.
	// +optional
	// +kubebuilder:validation:Minimum=0
	UnknownSeverities *int64 `json:"unknownSeverities,omitempty"`

	// lastRefusal is what was refused last, and why. Unset means nothing yet.
	// +optional
	LastRefusal *AlertRefusal `json:"lastRefusal,omitempty"`

	// conditions hold Accepted, whether the spec can be followed, and Ready,
	// whether what is posted is taken. Stalled is there, and True, only while the
	// spec cannot be followed.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// AlertSource takes the alerts of one sender. Whoever may create
// alertsources/alerts of its name may post to
// /v1/namespaces/<namespace>/alertsources/<name> of the receiver.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=asrc,categories=incidentoperator
// +kubebuilder:printcolumn:name="Format",type=string,JSONPath=`.spec.format`,description="How the sender writes its alerts"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Whether what is posted is taken"
// +kubebuilder:printcolumn:name="Last Received",type=date,JSONPath=`.status.lastReceivedTime`,description="Time since something was last posted"
// +kubebuilder:printcolumn:name="Stored",type=integer,JSONPath=`.status.stored`,description="How many alerts were taken, repeats included"
// +kubebuilder:printcolumn:name="Refused",type=integer,JSONPath=`.status.refused`,description="How many can never be taken"
// +kubebuilder:printcolumn:name="Dropped",type=integer,priority=1,JSONPath=`.status.dropped`,description="How many spec.drop kept out"
// +kubebuilder:printcolumn:name="Reason",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,description="Why it is ready or not"
// +kubebuilder:printcolumn:name="Last Refusal",type=string,priority=1,JSONPath=`.status.lastRefusal.message`,description="What was wrong with what was refused last"
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 63",message="metadata.name must be at most 63 characters: it becomes the label incidentoperator.dev/source of the alerts"
type AlertSource struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec says how what is posted becomes alerts.
	// +required
	Spec AlertSourceSpec `json:"spec,omitzero"`

	// status is what came in. Nobody but the role ingest writes it.
	// +optional
	Status AlertSourceStatus `json:"status,omitzero"`
}

// AlertSourceList is a list of alert sources.
//
// +kubebuilder:object:root=true
type AlertSourceList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []AlertSource `json:"items"`
}
