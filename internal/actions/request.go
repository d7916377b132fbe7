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
	"maps"
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

// markRequest has an incident or an alert say which bulk changes it, if any does, and the generation that the change brings
// about: so it is known whether that is still its last change. The patch must be on condition of the version that was read.
func markRequest(before, after client.Object, request string) {
	if request == "" {
		return
	}
	generation := before.GetGeneration()
	if !equality.Semantic.DeepEqual(specOf(before), specOf(after)) {
		generation++
	}
	annotations := maps.Clone(after.GetAnnotations())
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[v1alpha1.RequestAnnotation] = request + "@" + strconv.FormatInt(generation, 10)
	after.SetAnnotations(annotations)
}

func specOf(object client.Object) any {
	switch object := object.(type) {
	case *v1alpha1.Incident:
		return object.Spec
	case *v1alpha1.Alert:
		return object.Spec
	}
	panic(fmt.Sprintf("a bulk changes incidents and alerts, not %T", object))
}

// requestOf is the bulk that last changed an object, and the generation which that brought about.
func requestOf(object client.Object) (request string, generation int64) {
	request, number, _ := strings.Cut(object.GetAnnotations()[v1alpha1.RequestAnnotation], "@")
	generation, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return "", 0
	}
	return request, generation
}

// UndoRequest returns what reverts the changes of a bulk, one an incident, in a namespace or, if that is empty, in all.
func UndoRequest(ctx context.Context, c client.WithWatch, namespace, request string) ([]*Undo, error) {
	var all []*Undo
	_, err := kube.Each(ctx, c, &v1alpha1.IncidentList{}, kube.Streamed, func(page *v1alpha1.IncidentList) error {
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

// UndoAlertsOfRequest returns what reverts the changes of a bulk of alerts, one an alert, in a namespace or, if that is
// empty, in all.
func UndoAlertsOfRequest(ctx context.Context, c client.WithWatch, namespace, request string) ([]*AlertUndo, error) {
	var all []*AlertUndo
	_, err := kube.Each(ctx, c, &v1alpha1.AlertList{}, kube.Streamed, func(page *v1alpha1.AlertList) error {
		for i := range page.Items {
			if named, generation := requestOf(&page.Items[i]); named == request && generation > 0 {
				all = append(all, &AlertUndo{Client: c, Alert: page.Items[i].DeepCopy(), Generation: generation})
			}
		}
		return nil
	}, client.InNamespace(namespace))
	if err != nil {
		return nil, fmt.Errorf("listing alerts: %w", err)
	}
	return all, nil
}
