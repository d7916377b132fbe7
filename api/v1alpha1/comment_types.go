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

// CommentSpec is what a person said about an incident.
//
// +kubebuilder:validation:XValidation:rule="has(self.author) && size(self.author) > 0",fieldPath=".author",reason=FieldValueRequired,message="author must be the user who creates the Comment: the admission policies of Incident Operator set it and do not act yet, so try again"
type CommentSpec struct {
	// incidentRef names the incident that the comment is about.
	// +required
	IncidentRef IncidentReference `json:"incidentRef,omitzero"`

	// text is the comment: 1 to 30,000 characters, without control characters
	// other than line feed and tab. It is data: what shows it in a terminal or a
	// browser must escape it, since it may hold bidirectional marks, U+2028 and
	// U+2029.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=30000
	// +kubebuilder:validation:XValidation:rule=`self.matches(r'^[^\x00-\x08\x0B-\x1F\x7F-\x9F]*$')`,message="text must not contain control characters other than line feed and tab"
	Text string `json:"text,omitempty"`

	// author is the user who created the comment, by the name that the cluster's
	// authentication gives it. At most 1,024 characters. Written by admission,
	// whatever the client sent; leave it out. While the admission policies do not
	// act, a comment without author is refused.
	// +optional
	// +kubebuilder:validation:MinLength=0
	// +kubebuilder:validation:MaxLength=1024
	Author string `json:"author,omitempty"`

	// replaces names an earlier comment of the same author on the same incident
	// that this one is to be shown instead of. Both stay in the log. Unset means
	// that the comment stands for itself.
	// +optional
	Replaces CommentReference `json:"replaces,omitzero"`
}

// CommentReference names a comment.
type CommentReference struct {
	// name is the metadata.name of another Comment in the same namespace, 1 to 253
	// characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="!format.dns1123Subdomain().validate(self).hasValue()",message="name must be the name of a Comment: lower-case letters, digits, '-' and '.', with a letter or digit at both ends"
	Name string `json:"name,omitempty"`
}

// CommentStatus says where a comment stands in the activity log of its
// incident. Only the operator writes it.
type CommentStatus struct {
	// conditions hold Recorded: True once the comment stands in the log, False
	// with the reason where it never will. Ready says the same to tools, with
	// Stalled if it never will.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// sequence is the number of the log's entry that records the comment, from 1.
	// Unset while the comment is not recorded.
	// +optional
	// +kubebuilder:validation:Minimum=1
	Sequence int64 `json:"sequence,omitempty"`
}

// Comment is what a person said about an incident. It is created and never
// changed; creationTimestamp is when it was said.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=inccom,categories=incidentoperator
// +kubebuilder:selectablefield:JSONPath=`.spec.incidentRef.name`
// +kubebuilder:selectablefield:JSONPath=`.spec.author`
// +kubebuilder:printcolumn:name="Incident",type=string,JSONPath=`.spec.incidentRef.name`,description="The incident that the comment is about"
// +kubebuilder:printcolumn:name="Author",type=string,JSONPath=`.spec.author`,description="Who said it"
// +kubebuilder:printcolumn:name="Entry",type=integer,JSONPath=`.status.sequence`,description="The entry of the activity log that records it"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`,description="Time since it was said"
// +kubebuilder:printcolumn:name="Text",type=string,JSONPath=`.spec.text`,description="What was said"
// +kubebuilder:validation:XValidation:rule="!has(self.spec.replaces) || self.spec.replaces.name != self.metadata.name",fieldPath=".spec.replaces.name",reason=FieldValueInvalid,message="replaces.name must name another comment than itself"
// +kubebuilder:validation:XValidation:rule="self.spec == oldSelf.spec",fieldPath=".spec",reason=FieldValueForbidden,message="spec of a Comment must stay as it was created: say more in another Comment"
type Comment struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is what was said, about which incident, and by whom. It never changes.
	// +required
	Spec CommentSpec `json:"spec,omitzero"`

	// status is where the comment stands in the activity log. Only the operator
	// writes it.
	// +optional
	Status CommentStatus `json:"status,omitzero"`
}

// CommentList is a list of comments.
//
// +kubebuilder:object:root=true
type CommentList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Comment `json:"items"`
}
