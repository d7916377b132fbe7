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

package activity

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Fields is what the log would record of an incident's fields now, without those that are unset.
func Fields(incident *v1alpha1.Incident) map[string]string { return seen(incident).fields }

// IsWhole says whether a recorded value is the value itself, and not its hash.
func IsWhole(recorded string) bool { return !strings.HasPrefix(recorded, hashPrefix) }

// IsStampedAtCreation says whether a group of fields of an object is as its creator set it, as admission stamped it.
func IsStampedAtCreation(bearer metav1.Object, group string) bool {
	return strings.HasSuffix(bearer.GetAnnotations()[v1alpha1.EditorAnnotationPrefix+group], "@1")
}
