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
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupVersion is the API group and version of every kind in this package.
var GroupVersion = schema.GroupVersion{Group: "incidentoperator.dev", Version: "v1alpha1"}

// SchemeGroupVersion is GroupVersion under the name that generated apply configurations use.
var SchemeGroupVersion = GroupVersion

var schemeBuilder = runtime.NewSchemeBuilder(addKnownTypes)

// AddToScheme registers the kinds of this package with a scheme.
var AddToScheme = schemeBuilder.AddToScheme

// Kinds returns the names of the kinds that the operator and its clients work on.
func Kinds() []string {
	return []string{"Incident", "Alert", "Comment", "Activity", "AlertSource", "CorrelationPolicy", "SuppressionRule"}
}

func addKnownTypes(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion,
		&Incident{}, &IncidentList{},
		&Alert{}, &AlertList{},
		&Comment{}, &CommentList{},
		&Activity{}, &ActivityList{},
		&AlertSource{}, &AlertSourceList{},
		&CorrelationPolicy{}, &CorrelationPolicyList{},
		&SuppressionRule{}, &SuppressionRuleList{},
	)
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
}
