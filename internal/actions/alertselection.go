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
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// AlertSelection says which alerts are asked for. An alert has to meet all of it.
type AlertSelection struct {
	query.AlertFilter
	// Namespace is where to look; empty for everywhere.
	Namespace string
	// Incidents are names of which the alert must belong to one; none means any.
	Incidents []string
	// Unlinked asks for alerts that belong to no incident.
	Unlinked bool
	// Mine adds the user, and the groups that the user is in, to the assignees that are asked for.
	Mine bool
	// Labels and Fields are what the API server is to select besides; nil for everything.
	Labels labels.Selector
	Fields fields.Selector
	// Chunk is how many objects one request asks for; kube.Streamed for none.
	Chunk int64
}

// AlertSelector is a selection that knows what only the cluster knows.
type AlertSelector struct{ selection AlertSelection }

// Ready asks the cluster for what the selection depends on.
func (s AlertSelection) Ready(ctx context.Context, c client.Client) (*AlertSelector, error) {
	if s.Mine {
		me, err := whoIAm(ctx, c)
		if err != nil {
			return nil, err
		}
		s.Assignees = append(slices.Clone(s.Assignees), me...)
	}
	return &AlertSelector{s}, nil
}

// manyIncidents is from how many incidents on all alerts are read at once: the API server looks at all alerts of a
// namespace for each list that it selects by an incident.
const manyIncidents = 4

// EachPage sees pages of which only the alerts are left that are selected, in the order of the API server, incident by
// incident if only some are named.
func (s *AlertSelector) EachPage(ctx context.Context, c client.WithWatch, now time.Time, see func(*v1alpha1.AlertList) error) error {
	switch names := s.selection.Incidents; {
	case s.selection.Unlinked:
		return s.each(ctx, c, now, see, fields.OneTermEqualSelector(kube.IncidentOf, ""))
	case len(names) == 0 || len(names) >= manyIncidents:
		return s.each(ctx, c, now, see, nil)
	default:
		for _, name := range names {
			if err := s.each(ctx, c, now, see, fields.OneTermEqualSelector(kube.IncidentOf, name)); err != nil {
				return err
			}
		}
		return nil
	}
}

func (s *AlertSelector) each(
	ctx context.Context, c client.WithWatch, now time.Time, see func(*v1alpha1.AlertList) error, of fields.Selector,
) error {
	_, err := kube.Each(ctx, c, &v1alpha1.AlertList{}, s.selection.Chunk, func(page *v1alpha1.AlertList) error {
		page.Items = slices.DeleteFunc(page.Items, func(alert v1alpha1.Alert) bool { return !s.Matches(&alert, now) })
		return see(page)
	}, s.listOptions(of)...)
	if err != nil {
		return fmt.Errorf("listing alerts: %w", err)
	}
	return nil
}

func (s *AlertSelector) listOptions(of fields.Selector) []client.ListOption {
	options := []client.ListOption{client.InNamespace(s.selection.Namespace)}
	if byField := allOf(of, s.selection.Selector(), s.selection.Fields); !byField.Empty() {
		options = append(options, client.MatchingFieldsSelector{Selector: byField})
	}
	if s.selection.Labels != nil {
		options = append(options, client.MatchingLabelsSelector{Selector: s.selection.Labels})
	}
	return options
}

// Matches says whether an alert is selected, what the API server selects by labels and fields aside.
func (s *AlertSelector) Matches(alert *v1alpha1.Alert, now time.Time) bool {
	of := alert.Spec.IncidentRef.Name
	switch {
	case s.selection.Unlinked && of != "":
		return false
	case len(s.selection.Incidents) > 0 && !slices.Contains(s.selection.Incidents, of):
		return false
	}
	return s.selection.Matches(alert, now)
}

// All returns the alerts that are selected.
func (s *AlertSelector) All(ctx context.Context, c client.WithWatch, now time.Time) ([]v1alpha1.Alert, error) {
	var all []v1alpha1.Alert
	err := s.EachPage(ctx, c, now, func(page *v1alpha1.AlertList) error {
		all = append(all, page.Items...)
		return nil
	})
	return all, err
}
