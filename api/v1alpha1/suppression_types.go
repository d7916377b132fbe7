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

// SuppressionAction says what becomes of an alert that a rule takes.
//
// +kubebuilder:validation:Enum=Drop;Resolve;Tag
type SuppressionAction string

// The actions of a rule.
const (
	// SuppressionDrop keeps the alert from being stored.
	SuppressionDrop SuppressionAction = "Drop"
	// SuppressionResolve stores the alert as resolved, with a classification.
	SuppressionResolve SuppressionAction = "Resolve"
	// SuppressionTag stores the alert with tags.
	SuppressionTag SuppressionAction = "Tag"
)

// SuppressionRuleSpec says which alerts are taken, and what becomes of them.
// Written by people.
//
// +kubebuilder:validation:XValidation:rule="has(self.expireTime) != (has(self.forever) && self.forever)",message="a rule must have either expireTime or forever: true"
// +kubebuilder:validation:XValidation:rule="(self.action == 'Resolve') == has(self.classification)",message="classification must be set if action is Resolve, and only then"
// +kubebuilder:validation:XValidation:rule="(self.action == 'Tag') == has(self.tags)",message="tags must be set if action is Tag, and only then"
type SuppressionRuleSpec struct {
	// when is a condition on alerts in CEL, such as
	// alert.spec.name == "Terminal shell in container": the rule takes the alerts
	// that meet it, as they come in. 1 to 4,096 characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	When string `json:"when,omitempty"`

	// reason says why these alerts may be taken. 1 to 1,024 characters of text.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[^\x00-\x08\x0B-\x1F\x7F-\x9F]*$')`,message="reason must not contain control characters other than line feed and tab"
	Reason string `json:"reason,omitempty"`

	// expireTime is when the rule ends. Unset only with forever: true.
	// +optional
	ExpireTime *metav1.Time `json:"expireTime,omitempty"`

	// forever is true for a rule that does not end. Unset means false.
	// +optional
	Forever bool `json:"forever,omitempty"`

	// action is Drop (the alert is not stored), Resolve (it is stored as resolved,
	// with classification) or Tag (it is stored with tags). Of several rules that
	// take one alert, a Drop wins over a Resolve, and tags of all are added.
	// +required
	Action SuppressionAction `json:"action,omitempty"`

	// classification is that of the alerts that the rule resolves. Set if action
	// is Resolve, and only then; the verdict must not be NotSet.
	// +optional
	// +kubebuilder:validation:XValidation:rule="has(self.verdict) && self.verdict != 'NotSet'",fieldPath=".verdict",message="verdict must be TruePositive, InformationalExpectedActivity or FalsePositive"
	Classification *Classification `json:"classification,omitempty"`

	// tags are those that the rule gives the alerts. 1 to 16 tags, as in an Alert.
	// Set if action is Tag, and only then.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Tags []Tag `json:"tags,omitempty"`
}

// SuppressionRuleStatus is what a rule has taken. The receivers write it, at
// most once in ten seconds each; conditions at once.
type SuppressionRuleStatus struct {
	// observedGeneration is the generation of the spec that the conditions are
	// about.
	// +optional
	// +kubebuilder:validation:Minimum=1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions hold Ready: True if the rule is in force, False with the reason
	// if it cannot be or has expired.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// matched counts the alerts that it has taken as they came in, repeats
	// included.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Matched int64 `json:"matched,omitempty"`

	// lastMatchedTime is when it last took one. Unset means never.
	// +optional
	LastMatchedTime *metav1.Time `json:"lastMatchedTime,omitempty"`

	// lastMatched is the title of the alert that it last took, at most 256
	// characters. Unset means none.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=256
	LastMatched string `json:"lastMatched,omitempty"`
}

// SuppressionRule says which alerts of its namespace nobody needs to see.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=supp,categories=incidentoperator
// +kubebuilder:printcolumn:name="Action",type=string,JSONPath=`.spec.action`,description="What becomes of the alerts that it takes"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Whether it is in force"
// +kubebuilder:printcolumn:name="Matched",type=integer,JSONPath=`.status.matched`,description="How many alerts it has taken, repeats included"
// +kubebuilder:printcolumn:name="Last",type=date,JSONPath=`.status.lastMatchedTime`,description="Time since it last took one"
// +kubebuilder:printcolumn:name="Expires",type=string,JSONPath=`.spec.expireTime`,description="When it ends"
// +kubebuilder:printcolumn:name="Reason",type=string,priority=1,JSONPath=`.spec.reason`,description="Why these alerts may be taken"
type SuppressionRule struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec says which alerts are taken, and what becomes of them.
	// +required
	Spec SuppressionRuleSpec `json:"spec,omitzero"`

	// status is what it has taken. Nobody but the receivers writes it.
	// +optional
	Status SuppressionRuleStatus `json:"status,omitzero"`
}

// SuppressionRuleList is a list of rules.
//
// +kubebuilder:object:root=true
type SuppressionRuleList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []SuppressionRule `json:"items"`
}
