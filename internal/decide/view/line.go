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

package view

import (
	"cmp"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/naming"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// Line is an incident in a queue.
type Line struct {
	Namespace      string                  `json:"namespace"`
	Name           string                  `json:"name"`
	UID            string                  `json:"uid"`
	Title          string                  `json:"title"`
	State          v1alpha1.IncidentState  `json:"state"`
	Severity       v1alpha1.Severity       `json:"severity,omitempty"`
	Assignee       string                  `json:"assignee,omitempty"`
	Classification v1alpha1.Classification `json:"classification"`
	Tags           []string                `json:"tags,omitempty"`
	Sources        []string                `json:"sources,omitempty"`
	// Categories are in words, in the order of the kill chain.
	Categories []string `json:"categories,omitempty"`
	// Active and Total count the linked alerts, as the operator saw them last.
	Active int32 `json:"active"`
	Total  int32 `json:"total"`
	// LastActivity is the time by which a queue is sorted.
	LastActivity time.Time `json:"lastActivity"`
	Created      time.Time `json:"created"`
	// Following is the message about alerts that have still to follow, and Held that about alerts that stay active in a
	// resolved incident; empty if there are none.
	Following string `json:"following,omitempty"`
	Held      string `json:"held,omitempty"`
}

// LineOf reads an incident that is looked at now.
func LineOf(incident *v1alpha1.Incident, now time.Time) Line {
	status := &incident.Status
	line := Line{
		Namespace: incident.Namespace, Name: incident.Name, UID: string(incident.UID),
		Title: query.TitleOf(incident), State: query.StateOf(incident), Severity: severityOf(incident),
		Assignee: incident.Spec.Assignee, Classification: incident.Spec.Classification,
		Tags: query.TagsOf(incident), Sources: status.Sources,
		Active: ptr.Deref(status.Alerts.Active, 0), Total: ptr.Deref(status.Alerts.Total, 0),
		LastActivity: incident.EffectiveLastActivity(now), Created: incident.CreationTimestamp.Time,
		Following: messageIfFalse(status.Conditions, v1alpha1.ConditionPropagated),
		Held:      messageIfFalse(status.Conditions, v1alpha1.ConditionResolutionHeld),
	}
	for _, category := range status.Categories {
		line.Categories = append(line.Categories, naming.Sentence(category))
	}
	return line
}

func messageIfFalse(conditions []metav1.Condition, kind string) string {
	condition := meta.FindStatusCondition(conditions, kind)
	if condition == nil || condition.Status != metav1.ConditionFalse {
		return ""
	}
	return cmp.Or(condition.Message, condition.Reason)
}
