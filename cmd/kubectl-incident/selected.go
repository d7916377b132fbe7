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

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/selection"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// involving returns the incidents that have one of the entities in the evidence of an alert, nil where none is asked for.
func (f *filterFlags) involving(ctx context.Context, c client.Client, namespace string) (map[string]bool, error) {
	if len(f.entities) == 0 {
		return nil, nil
	}
	if f.allNamespaces {
		namespace = ""
	}
	involved := map[string]bool{}
	err := eachPage(ctx, c, &v1alpha1.AlertList{}, f.chunk, func(page *v1alpha1.AlertList) error {
		for i := range page.Items {
			if alert := &page.Items[i]; query.Involves(alert, f.entities) {
				involved[alert.Namespace+"/"+alert.Spec.IncidentRef.Name] = true
			}
		}
		return nil
	}, client.InNamespace(namespace))
	if err != nil {
		return nil, fmt.Errorf("listing alerts: %w", err)
	}
	return involved, nil
}

// stillSelected says whether an incident is still meant that was read anew.
type stillSelected func(*v1alpha1.Incident) (bool, error)

// selected returns the incidents that were named, or else those that the filter selects. An incident that was named is
// meant whatever it is like, so the function is nil for those.
func (f *filterFlags) selected(
	ctx context.Context, c client.Client, namespace string, names []string, now time.Time,
) ([]v1alpha1.Incident, stillSelected, error) {
	if err := f.checkSelection(names); err != nil {
		return nil, nil, err
	}
	var incidents []v1alpha1.Incident
	for _, name := range names {
		incident := v1alpha1.Incident{}
		if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, &incident); err != nil {
			return nil, nil, err
		}
		incidents = append(incidents, incident)
	}
	if len(names) > 0 {
		return incidents, nil, nil
	}
	err := f.each(ctx, c, namespace, now, func(incident *v1alpha1.Incident) error {
		incidents = append(incidents, *incident)
		return nil
	})
	return incidents, func(incident *v1alpha1.Incident) (bool, error) { return f.stillSelects(incident, now) }, err
}

func (f *filterFlags) checkSelection(names []string) error {
	if len(names) > 0 && f.given() {
		return errors.New("name incidents or select them by flags, not both")
	}
	if err := f.validateFilters(); err != nil {
		return err
	}
	if len(names) == 0 && !f.selects() {
		return errors.New("name at least one incident, or select some by flags such as --tag")
	}
	return nil
}

// matches leaves --selector and --field-selector to the API server.
func (f *filterFlags) matches(incident *v1alpha1.Incident, now time.Time) bool {
	return f.Matches(incident, now) && (f.involved == nil || f.involved[keyOf(incident)])
}

// stillSelects also evaluates what the API server evaluates in a list: an incident that is read by its name did not pass there.
func (f *filterFlags) stillSelects(incident *v1alpha1.Incident, now time.Time) (bool, error) {
	byLabel, err := labels.Parse(f.labels)
	if err != nil {
		return false, fmt.Errorf("--selector: %w", err)
	}
	byField, err := fields.ParseSelector(f.fields)
	if err != nil {
		return false, fmt.Errorf("--field-selector: %w", err)
	}
	fieldsMatch, err := matchesFields(incident, byField)
	return fieldsMatch && byLabel.Matches(labels.Set(incident.Labels)) && f.matches(incident, now), err
}

// matchesFields takes a field that is not there as empty, as the API server does.
func matchesFields(incident *v1alpha1.Incident, selector fields.Selector) (bool, error) {
	if selector.Empty() {
		return true, nil
	}
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(incident)
	if err != nil {
		return false, fmt.Errorf("reading the fields of the incident: %w", err)
	}
	for _, requirement := range selector.Requirements() {
		text := ""
		if value, found, err := unstructured.NestedFieldNoCopy(content, strings.Split(requirement.Field, ".")...); err == nil && found {
			text = fmt.Sprint(value)
		}
		if (text == requirement.Value) != (requirement.Operator != selection.NotEquals) {
			return false, nil
		}
	}
	return true, nil
}
