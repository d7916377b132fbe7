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

package api_test

import (
	"errors"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// manifest reads an object from YAML, to which it adds what every object needs: apiVersion, kind, namespace, a name, an
// alert's title, and the author of a comment, whom the policies would name.
func manifest(kind, snippet string) *unstructured.Unstructured {
	GinkgoHelper()
	object := &unstructured.Unstructured{}
	// Not Unmarshal: it reads numbers as float64, which cannot hold a large one.
	document, err := yaml.YAMLToJSON([]byte(snippet))
	Expect(err).NotTo(HaveOccurred(), snippet)
	Expect(utiljson.Unmarshal(document, &object.Object)).To(Succeed(), snippet)
	if object.Object == nil {
		object.Object = map[string]any{}
	}
	object.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind))
	object.SetNamespace(namespace)
	if object.GetName() == "" {
		object.SetGenerateName(strings.ToLower(kind) + "-")
	}
	switch kind {
	case alert:
		addMissing(object, "Suspicious sign-in", "spec", "name")
	case comment:
		addMissing(object, "alice@example.com", "spec", "author")
	}
	return object
}

func addMissing(object *unstructured.Unstructured, value string, path ...string) {
	GinkgoHelper()
	if _, found, err := unstructured.NestedFieldNoCopy(object.Object, path...); err == nil && !found {
		Expect(unstructured.SetNestedField(object.Object, value, path...)).To(Succeed())
	}
}

// accepted creates an object and gives back what the API server made of it.
func accepted(ctx SpecContext, kind, snippet string) *unstructured.Unstructured {
	GinkgoHelper()
	object := manifest(kind, snippet)
	Expect(cluster.Create(ctx, object)).To(Succeed())
	return object
}

// merge changes an object by a merge patch, given as YAML, in which null removes a field. The object becomes the result.
func merge(ctx SpecContext, object *unstructured.Unstructured, change string) error {
	GinkgoHelper()
	patch, err := yaml.YAMLToJSON([]byte(change))
	Expect(err).NotTo(HaveOccurred())
	return cluster.Patch(ctx, object, client.RawPatch(types.MergePatchType, patch))
}

// refused expects that an object is not created, because of one field and with what the message says of it.
func refused(ctx SpecContext, kind, snippet, field, message string) {
	GinkgoHelper()
	expectRefusal(cluster.Create(ctx, manifest(kind, snippet)), field, message)
}

// expectRefusal wants the complaint about the field, and none about any other: whoever mends what it names must be done.
func expectRefusal(err error, field, message string) {
	GinkgoHelper()
	Expect(err).To(HaveOccurred(), "this must be refused: %s: %s", field, message)
	var status apierrors.APIStatus
	Expect(errors.As(err, &status)).To(BeTrue(), "%v", err)
	Expect(apierrors.IsInvalid(err)).To(BeTrue(), "%v", err)
	Expect(status.Status().Details).NotTo(BeNil(), "%v", err)

	var complaints []string
	for _, cause := range status.Status().Details.Causes {
		if cause.Field != remark {
			complaints = append(complaints, cause.Field+": "+cause.Message)
		}
	}
	Expect(complaints).To(ContainElement(And(HavePrefix(field+": "), ContainSubstring(message))))
	list, _, _ := strings.Cut(field, "[")
	Expect(complaints).To(HaveEach(HavePrefix(list)))
}

// remark is the field of what the API server says beside its complaints, such as that it stopped at the schema.
const remark = "<nil>"

// texts is a text of so many characters, of three bytes each: bounds count characters.
func texts(characters int) string {
	return strings.Repeat("軟", characters)
}

// items is a YAML list that repeats an item, with its index in place of #.
func items(count int, item string) string {
	list := make([]string, count)
	for i := range list {
		list[i] = strings.ReplaceAll(item, "#", strconv.Itoa(i))
	}
	return "[" + strings.Join(list, ", ") + "]"
}
