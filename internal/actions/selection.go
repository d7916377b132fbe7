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
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/selection"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// Selection says which incidents are asked for. An incident has to meet all of it.
type Selection struct {
	query.Filter
	// Namespace is where to look; empty for everywhere.
	Namespace string
	// Mine adds the user, and the groups that the user is in, to the assignees that are asked for.
	Mine bool
	// Labels and Fields are what the API server is to select besides; nil for everything.
	Labels labels.Selector
	Fields fields.Selector
	// Entities are names of which one must be in the evidence of an alert.
	Entities []string
	// Chunk is how many objects one request asks for; kube.Streamed for none.
	Chunk int64
}

// Selector is a selection that knows what only the cluster knows. It selects the same until it is made anew.
type Selector struct {
	selection Selection
	// question is what is asked of the incidents, and found of those of which an alert or a comment has the text that is
	// searched for.
	question, found *query.Question
	*Elsewhere
}

// Elsewhere is what alerts and comments say to a selection. It is not changed any more.
type Elsewhere struct {
	// involved are the incidents that the entities select, by namespace and name; nil where no entity is asked for.
	involved map[string]bool
	// mentioned are the incidents of which an alert or a comment has the text that is searched for.
	mentioned map[string]bool
}

// LooksElsewhere says whether alerts and comments have to be read: all of the namespace.
func (s Selection) LooksElsewhere() bool { return len(s.Entities) > 0 || s.Search != "" }

// LookElsewhere reads alerts and comments if they have to be read.
func (s Selection) LookElsewhere(ctx context.Context, c client.WithWatch) (*Elsewhere, error) {
	found := &Elsewhere{}
	if s.LooksElsewhere() {
		if err := found.readAlerts(ctx, c, &s); err != nil {
			return nil, err
		}
	}
	if s.Search != "" {
		if err := found.readComments(ctx, c, &s); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Ready asks the cluster for what the selection depends on.
func (s Selection) Ready(ctx context.Context, c client.WithWatch) (*Selector, error) {
	elsewhere, err := s.LookElsewhere(ctx, c)
	if err != nil {
		return nil, err
	}
	return s.ReadyWith(ctx, c, elsewhere)
}

// ReadyWith is Ready for who has looked elsewhere.
func (s Selection) ReadyWith(ctx context.Context, c client.WithWatch, elsewhere *Elsewhere) (*Selector, error) {
	if s.Mine {
		me, err := whoIAm(ctx, c)
		if err != nil {
			return nil, err
		}
		s.Assignees = append(slices.Clone(s.Assignees), me...)
	}
	found := s.Filter
	found.Search = ""
	return &Selector{selection: s, question: s.Question(), found: found.Question(), Elsewhere: elsewhere}, nil
}

// readAlerts finds the incidents that have one of the entities in the evidence of an alert, and those of which an alert has
// the text.
func (e *Elsewhere) readAlerts(ctx context.Context, c client.WithWatch, asked *Selection) error {
	if len(asked.Entities) > 0 {
		e.involved = map[string]bool{}
	}
	e.mentioned = map[string]bool{}
	_, err := kube.Each(ctx, c, &v1alpha1.AlertList{}, asked.Chunk, func(page *v1alpha1.AlertList) error {
		for i := range page.Items {
			alert := &page.Items[i]
			key := alert.Namespace + "/" + alert.Spec.IncidentRef.Name
			if e.involved != nil && query.Involves(alert, asked.Entities) {
				e.involved[key] = true
			}
			if asked.Search != "" && !e.mentioned[key] && query.MentionedIn(alert, asked.Search) {
				e.mentioned[key] = true
			}
		}
		return nil
	}, client.InNamespace(asked.Namespace))
	if err != nil {
		return fmt.Errorf("listing alerts: %w", err)
	}
	return nil
}

// readComments finds the incidents of which a comment has the text.
func (e *Elsewhere) readComments(ctx context.Context, c client.WithWatch, asked *Selection) error {
	_, err := kube.Each(ctx, c, &v1alpha1.CommentList{}, asked.Chunk, func(page *v1alpha1.CommentList) error {
		for i := range page.Items {
			if comment := &page.Items[i]; query.Mentions(comment.Spec.Text, asked.Search) {
				e.mentioned[comment.Namespace+"/"+comment.Spec.IncidentRef.Name] = true
			}
		}
		return nil
	}, client.InNamespace(asked.Namespace))
	if err != nil {
		return fmt.Errorf("listing comments: %w", err)
	}
	return nil
}

// ListOptions are what the API server selects.
func (s *Selector) ListOptions() []client.ListOption {
	byLabel, byField := s.selection.Selectors()
	if s.selection.Labels != nil {
		requirements, _ := s.selection.Labels.Requirements()
		byLabel = byLabel.Add(requirements...)
	}
	return []client.ListOption{
		client.InNamespace(s.selection.Namespace),
		client.MatchingLabelsSelector{Selector: byLabel},
		client.MatchingFieldsSelector{Selector: allOf(byField, s.selection.Fields)},
	}
}

// allOf leaves out selectors that select everything: as text, they are commas too many.
func allOf(selectors ...fields.Selector) fields.Selector {
	return fields.AndSelectors(slices.DeleteFunc(selectors, func(s fields.Selector) bool { return s == nil || s.Empty() })...)
}

// EachPage sees pages of which only the incidents are left that are selected, in the order of the API server.
func (s *Selector) EachPage(ctx context.Context, c client.WithWatch, now time.Time, see func(*v1alpha1.IncidentList) error) error {
	_, err := kube.Each(ctx, c, &v1alpha1.IncidentList{}, s.selection.Chunk, func(page *v1alpha1.IncidentList) error {
		page.Items = slices.DeleteFunc(page.Items, func(incident v1alpha1.Incident) bool {
			return !s.MatchesListed(&incident, now)
		})
		return see(page)
	}, s.ListOptions()...)
	return err
}

// All returns the incidents that are selected.
func (s *Selector) All(ctx context.Context, c client.WithWatch, now time.Time) ([]v1alpha1.Incident, error) {
	var all []v1alpha1.Incident
	err := s.EachPage(ctx, c, now, func(page *v1alpha1.IncidentList) error {
		all = append(all, page.Items...)
		return nil
	})
	return all, err
}

// MatchesListed says whether an incident is selected that passed the list options.
func (s *Selector) MatchesListed(incident *v1alpha1.Incident, now time.Time) bool {
	return s.SelectsListed(query.Prepare(incident), now)
}

// SelectsListed is MatchesListed for who keeps incidents prepared.
func (s *Selector) SelectsListed(incident *query.Prepared, now time.Time) bool {
	question := s.question
	if len(s.mentioned) > 0 && s.mentioned[KeyOf(incident)] {
		question = s.found
	}
	return question.Selects(incident, now) && (s.involved == nil || s.involved[KeyOf(incident)])
}

// Matches also evaluates what the API server evaluates in a list: an incident that is read by its name did not pass there.
func (s *Selector) Matches(incident *v1alpha1.Incident, now time.Time) (bool, error) {
	fieldsMatch, err := matchesFields(incident, s.selection.Fields)
	labelsMatch := s.selection.Labels == nil || s.selection.Labels.Matches(labels.Set(incident.Labels))
	return fieldsMatch && labelsMatch && s.MatchesListed(incident, now), err
}

// matchesFields takes a field that is not there as empty, as the API server does.
func matchesFields(incident *v1alpha1.Incident, selector fields.Selector) (bool, error) {
	if selector == nil || selector.Empty() {
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

// KeyOf tells objects of one kind apart.
func KeyOf(object metav1.Object) string { return object.GetNamespace() + "/" + object.GetName() }
