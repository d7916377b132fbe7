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

package admission

import (
	"encoding/json"
	"fmt"

	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/authentication/user"
)

// attributesOf is a request as the API server shows it to its own policies.
func attributesOf(request *admissionv1.AdmissionRequest) (admission.Attributes, error) {
	object, err := objectIn(request.Object.Raw)
	if err != nil {
		return nil, fmt.Errorf("reading the object: %w", err)
	}
	old, err := objectIn(request.OldObject.Raw)
	if err != nil {
		return nil, fmt.Errorf("reading the old object: %w", err)
	}
	options, err := optionsOf(request)
	if err != nil {
		return nil, fmt.Errorf("reading the options: %w", err)
	}
	return admission.NewAttributesRecord(
		object, old, schema.GroupVersionKind(request.Kind), request.Namespace, request.Name,
		schema.GroupVersionResource(request.Resource), request.SubResource, admission.Operation(request.Operation),
		options, request.DryRun != nil && *request.DryRun, userOf(request.UserInfo),
	), nil
}

// objectIn reads an object; nil if there is none.
func objectIn(raw []byte) (runtime.Object, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(raw); err != nil {
		return nil, err
	}
	return object, nil
}

// optionsOf reads the options of the operations that have an object; nil for the others, and if there are none.
func optionsOf(request *admissionv1.AdmissionRequest) (runtime.Object, error) {
	if len(request.Options.Raw) == 0 {
		return nil, nil
	}
	var options runtime.Object
	switch request.Operation {
	case admissionv1.Create:
		options = &metav1.CreateOptions{}
	case admissionv1.Update:
		options = &metav1.UpdateOptions{}
	default:
		return nil, nil
	}
	return options, json.Unmarshal(request.Options.Raw, options)
}

func userOf(info authenticationv1.UserInfo) user.Info {
	extra := make(map[string][]string, len(info.Extra))
	for key, values := range info.Extra {
		extra[key] = values
	}
	return &user.DefaultInfo{Name: info.Username, UID: info.UID, Groups: info.Groups, Extra: extra}
}
