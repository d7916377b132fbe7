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

// Severity says how bad an alert or an incident is, from Informational to
// Critical.
//
// +kubebuilder:validation:Enum=Informational;Low;Medium;High;Critical
type Severity string

// The severities, from the lowest to the highest.
const (
	SeverityInformational Severity = "Informational"
	SeverityLow           Severity = "Low"
	SeverityMedium        Severity = "Medium"
	SeverityHigh          Severity = "High"
	SeverityCritical      Severity = "Critical"
)

// ResolutionState says how far the work on an alert or an incident has come.
//
// +kubebuilder:validation:Enum=Active;InProgress;Resolved
type ResolutionState string

// The resolution states.
const (
	ResolutionActive     ResolutionState = "Active"
	ResolutionInProgress ResolutionState = "InProgress"
	ResolutionResolved   ResolutionState = "Resolved"
)

// Verdict says what an alert or an incident turned out to be.
//
// +kubebuilder:validation:Enum=NotSet;TruePositive;InformationalExpectedActivity;FalsePositive
type Verdict string

// The verdicts.
const (
	VerdictNotSet                        Verdict = "NotSet"
	VerdictTruePositive                  Verdict = "TruePositive"
	VerdictInformationalExpectedActivity Verdict = "InformationalExpectedActivity"
	VerdictFalsePositive                 Verdict = "FalsePositive"
)

// Determination refines a verdict. Which determinations fit which verdict is
// stated at Classification.
//
// +kubebuilder:validation:Enum=MultiStagedAttack;MaliciousUserActivity;CompromisedAccount;Malware;Phishing;UnwantedSoftware;SecurityTesting;LineOfBusinessApplication;ConfirmedActivity;NotMalicious;NotEnoughDataToValidate;Other
type Determination string

// The determinations.
const (
	DeterminationMultiStagedAttack         Determination = "MultiStagedAttack"
	DeterminationMaliciousUserActivity     Determination = "MaliciousUserActivity"
	DeterminationCompromisedAccount        Determination = "CompromisedAccount"
	DeterminationMalware                   Determination = "Malware"
	DeterminationPhishing                  Determination = "Phishing"
	DeterminationUnwantedSoftware          Determination = "UnwantedSoftware"
	DeterminationSecurityTesting           Determination = "SecurityTesting"
	DeterminationLineOfBusinessApplication Determination = "LineOfBusinessApplication"
	DeterminationConfirmedActivity         Determination = "ConfirmedActivity"
	DeterminationNotMalicious              Determination = "NotMalicious"
	DeterminationNotEnoughDataToValidate   Determination = "NotEnoughDataToValidate"
	DeterminationOther                     Determination = "Other"
)

// MaxAssigneeCharacters is how long the name of an assignee may be.
const MaxAssigneeCharacters = 256

// Tag is free text that people sort their work by. What text is, and why the
// pattern refuses what it does, stands in internal/decide/text.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=128
// +kubebuilder:validation:XValidation:rule=`self.matches(r'^(?:(?:\x{1F3F4}(?:[\x{E0030}-\x{E0039}\x{E0061}-\x{E007A}]{3,6}\x{E007F})?|[^\p{Z}\x{1F3F4}\x{00AD}\x{034F}\x{17B4}\x{17B5}\x{180B}-\x{180D}\x{180F}\x{200C}\x{200D}\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}\p{Cc}\x{2028}-\x{202E}\x{061C}\x{200E}\x{200F}\x{2060}-\x{206F}\x{FFF0}-\x{FFFB}\x{1BCA0}-\x{1BCA3}\x{1D173}-\x{1D17A}\x{E0000}-\x{E00FF}\x{E01F0}-\x{E0FFF}\x{115F}\x{1160}\x{180E}\x{200B}\x{2060}\x{2800}\x{3164}\x{FEFF}\x{FFA0}\x{1D159}])(?:\p{Zs}*(?:\x{1F3F4}(?:[\x{E0030}-\x{E0039}\x{E0061}-\x{E007A}]{3,6}\x{E007F})?|[^\p{Z}\x{1F3F4}\p{Cc}\x{2028}-\x{202E}\x{061C}\x{200E}\x{200F}\x{2060}-\x{206F}\x{FFF0}-\x{FFFB}\x{1BCA0}-\x{1BCA3}\x{1D173}-\x{1D17A}\x{E0000}-\x{E00FF}\x{E01F0}-\x{E0FFF}\x{115F}\x{1160}\x{180E}\x{200B}\x{2060}\x{2800}\x{3164}\x{FEFF}\x{FFA0}\x{1D159}]))*)?$')`,message="a tag must be text without white space at its ends, and without control characters, line breaks, bidirectional marks and invisible characters"
type Tag string

// Triage is what people decide about an alert or an incident. An incident's
// assignee and its resolution reach the alerts that are linked to it; tags and
// classification do not.
type Triage struct {
	// tags are free text to sort and find the object by, such as "Ransomware" or
	// "Crown Jewels: HR 2026". At most 64 tags of 1 to 128 characters: text in any
	// script, without white space at its ends, and without control characters,
	// line breaks, bidirectional marks and invisible characters. Two tags must
	// differ in more than the case of ASCII letters; tags that differ only in how
	// Unicode composes their letters count as one. Each tag is mirrored as a
	// label, such as tag.incidentoperator.dev/ransomware; the status of an
	// Incident lists tags and labels side by side. Written by people. Unset means
	// no tags but those that people set as labels.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:XValidation:rule="[self.map(t, t.lowerAscii())].all(l, l.all(t, l.indexOf(t) == l.lastIndexOf(t)))",message="tags must differ in more than the case of ASCII letters"
	Tags []Tag `json:"tags,omitempty"`

	// assignee is the user or group that works on the object, by the name that the
	// cluster's authentication gives it, such as "alice@example.com". At most 256
	// characters: text like that of a tag. On an Incident it is written by
	// people, and every linked alert gets it. On an Alert it is written by people,
	// and by the operator when the incident's assignee changes. Empty or unset
	// means unassigned.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^(?:(?:\x{1F3F4}(?:[\x{E0030}-\x{E0039}\x{E0061}-\x{E007A}]{3,6}\x{E007F})?|[^\p{Z}\x{1F3F4}\x{00AD}\x{034F}\x{17B4}\x{17B5}\x{180B}-\x{180D}\x{180F}\x{200C}\x{200D}\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}\p{Cc}\x{2028}-\x{202E}\x{061C}\x{200E}\x{200F}\x{2060}-\x{206F}\x{FFF0}-\x{FFFB}\x{1BCA0}-\x{1BCA3}\x{1D173}-\x{1D17A}\x{E0000}-\x{E00FF}\x{E01F0}-\x{E0FFF}\x{115F}\x{1160}\x{180E}\x{200B}\x{2060}\x{2800}\x{3164}\x{FEFF}\x{FFA0}\x{1D159}])(?:\p{Zs}*(?:\x{1F3F4}(?:[\x{E0030}-\x{E0039}\x{E0061}-\x{E007A}]{3,6}\x{E007F})?|[^\p{Z}\x{1F3F4}\p{Cc}\x{2028}-\x{202E}\x{061C}\x{200E}\x{200F}\x{2060}-\x{206F}\x{FFF0}-\x{FFFB}\x{1BCA0}-\x{1BCA3}\x{1D173}-\x{1D17A}\x{E0000}-\x{E00FF}\x{E01F0}-\x{E0FFF}\x{115F}\x{1160}\x{180E}\x{200B}\x{2060}\x{2800}\x{3164}\x{FEFF}\x{FFA0}\x{1D159}]))*)?$')`,message="assignee must be text without white space at its ends, and without control characters, line breaks, bidirectional marks and invisible characters"
	Assignee string `json:"assignee,omitempty"`

	// classification is the verdict on the object. Written by people; never
	// inherited. Unset means NotSet.
	// +optional
	// +kubebuilder:default={verdict: NotSet}
	Classification Classification `json:"classification,omitzero"`

	// resolution says how far the work has come and, in the end, why it was
	// closed. On an Incident it is written by people: Resolved resolves every
	// linked alert that is not resolved yet, and taking it back re-opens exactly
	// those. On an Alert its state is written by people, and by the operator when
	// the incident is resolved or re-opened. Unset means Active.
	// +optional
	// +kubebuilder:default={state: Active}
	Resolution Resolution `json:"resolution,omitzero"`
}

// Classification is a verdict with its determination.
//
// +kubebuilder:validation:XValidation:rule="self.verdict != 'NotSet' || !has(self.determination)",fieldPath=".determination",reason=FieldValueInvalid,message="determination must be unset while verdict is NotSet"
// +kubebuilder:validation:XValidation:rule="self.verdict != 'TruePositive' || !has(self.determination) || self.determination in ['MultiStagedAttack', 'MaliciousUserActivity', 'CompromisedAccount', 'Malware', 'Phishing', 'UnwantedSoftware', 'Other']",fieldPath=".determination",reason=FieldValueInvalid,message="determination of a TruePositive must be MultiStagedAttack, MaliciousUserActivity, CompromisedAccount, Malware, Phishing, UnwantedSoftware or Other"
// +kubebuilder:validation:XValidation:rule="self.verdict != 'InformationalExpectedActivity' || !has(self.determination) || self.determination in ['SecurityTesting', 'LineOfBusinessApplication', 'ConfirmedActivity', 'Other']",fieldPath=".determination",reason=FieldValueInvalid,message="determination of an InformationalExpectedActivity must be SecurityTesting, LineOfBusinessApplication, ConfirmedActivity or Other"
// +kubebuilder:validation:XValidation:rule="self.verdict != 'FalsePositive' || !has(self.determination) || self.determination in ['NotMalicious', 'NotEnoughDataToValidate', 'Other']",fieldPath=".determination",reason=FieldValueInvalid,message="determination of a FalsePositive must be NotMalicious, NotEnoughDataToValidate or Other"
type Classification struct {
	// verdict says what the object turned out to be: NotSet, TruePositive (real
	// and harmful), InformationalExpectedActivity (real and expected) or
	// FalsePositive (not real). Unset means NotSet.
	// +optional
	// +kubebuilder:default=NotSet
	Verdict Verdict `json:"verdict,omitempty"`

	// determination refines the verdict. A TruePositive takes MultiStagedAttack,
	// MaliciousUserActivity, CompromisedAccount, Malware, Phishing,
	// UnwantedSoftware or Other; an InformationalExpectedActivity takes
	// SecurityTesting, LineOfBusinessApplication, ConfirmedActivity or Other; a
	// FalsePositive takes NotMalicious, NotEnoughDataToValidate or Other. Unset
	// means that nobody determined it yet; it must be unset while verdict is
	// NotSet.
	// +optional
	Determination Determination `json:"determination,omitempty"`
}

// Resolution is how far the work on an object has come.
type Resolution struct {
	// state is Active (nobody works on it), InProgress or Resolved. Unset means
	// Active.
	// +optional
	// +kubebuilder:default=Active
	State ResolutionState `json:"state,omitempty"`

	// note says why the object was resolved. At most 4,096 characters, without
	// control characters other than line feed and tab. Written by people; never
	// inherited. Unset means no note.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=4096
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[^\x00-\x08\x0B-\x1F\x7F-\x9F]*$')`,message="note must not contain control characters other than line feed and tab"
	Note string `json:"note,omitempty"`
}
