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

package actions

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/rand"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// lengthOfRequest makes it unlikely that two bulks of one namespace have one name.
const lengthOfRequest = 8

// NewRequest returns a name for a bulk of changes, by which all of them can be found and undone.
func NewRequest() string { return rand.String(lengthOfRequest) }

// markRequest has an incident say which bulk changes it, and the generation that the change brings about: so it is known
// whether that is still its last change. The patch must be on condition of the version that was read.
func markRequest(before, after *v1alpha1.Incident, request string) {
	generation := before.Generation
	if !equality.Semantic.DeepEqual(before.Spec, after.Spec) {
		generation++
	}
	if after.Annotations == nil {
		after.Annotations = map[string]string{}
	}
	after.Annotations[v1alpha1.RequestAnnotation] = request + "@" + strconv.FormatInt(generation, 10)
}

// requestOf is the bulk that last changed an incident, and the generation which that brought about.
func requestOf(incident *v1alpha1.Incident) (request string, generation int64) {
	request, number, _ := strings.Cut(incident.Annotations[v1alpha1.RequestAnnotation], "@")
	generation, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return "", 0
	}
	return request, generation
}

// UndoRequest returns what reverts the changes of a bulk, one an incident, in a namespace or, if that is empty, in all.
func UndoRequest(ctx context.Context, c client.WithWatch, namespace, request string) ([]*Undo, error) {
	var all []*Undo
	err := kube.EachPage(ctx, c, &v1alpha1.IncidentList{}, kube.DefaultChunk, func(page *v1alpha1.IncidentList) error {
		for i := range page.Items {
			if named, generation := requestOf(&page.Items[i]); named == request && generation > 0 {
				all = append(all, &Undo{Client: c, Incident: client.ObjectKeyFromObject(&page.Items[i]), Generation: generation})
			}
		}
		return nil
	}, client.InNamespace(namespace))
	if err != nil {
		return nil, fmt.Errorf("listing incidents: %w", err)
	}
	return all, nil
}
