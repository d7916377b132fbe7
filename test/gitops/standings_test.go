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

package gitops

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/facts"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
	"github.com/incident-operator/incident-operator/internal/decide/ready"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// standing is one object as the operator leaves it, and what tools must say of it.
type standing struct {
	object  runtime.Object
	kstatus string
	argo    string
}

// standings are the cases that both engines have to tell apart.
func standings() map[string]standing {
	refusal := &merge.Refusal{Reason: v1alpha1.ReasonTargetResolved, Message: "re-open it first"}
	return map[string]standing{
		"an incident that all follow":         {incident(rollup.Subject{}, rollup.Carrying), "Current", "Healthy"},
		"an incident that alerts follow":      {incident(rollup.Subject{}, rollup.Pending), "InProgress", "Progressing"},
		"an incident with held alerts":        {incident(rollup.Subject{}, rollup.Held), "Current", "Healthy"},
		"an incident whose merge is refused":  {incident(rollup.Subject{Refusal: refusal}, 0), "Failed", "Degraded"},
		"an incident whose log stands still":  {incident(rollup.Subject{LogProblem: "quota exceeded"}, 0), "Failed", "Degraded"},
		"an incident that was edited":         {edited(incident(rollup.Subject{}, 0)), "InProgress", "Progressing"},
		"an alert that is well":               {alert(nil), "Current", "Healthy"},
		"an alert whose incident is missing":  {alert(stuck()), "Failed", "Degraded"},
		"a comment that is not recorded yet":  {comment(nil), "Current", "Healthy"},
		"a comment that stands in the log":    {comment(done()), "Current", "Healthy"},
		"a comment on an incident of nowhere": {comment(stuck()), "Failed", "Degraded"},
	}
}

// incident returns one whose status was computed from one alert that stands so.
func incident(subject rollup.Subject, alerts rollup.Standing) *v1alpha1.Incident {
	i := &v1alpha1.Incident{}
	i.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("Incident"))
	i.Namespace, i.Name, i.UID, i.Generation = "default", "inc-1", "uid-1", 2
	if subject.Refusal != nil {
		i.Spec.MergeInto.Name = "inc-2"
	}
	subject.Incident = i
	tally := rollup.NewTally()
	tally.Add(facts.Read(alert(nil), noon), alerts)
	i.Status = rollup.Compute(subject, tally, noon, rollup.Options{})
	return i
}

func edited(i *v1alpha1.Incident) *v1alpha1.Incident {
	i.Generation++
	return i
}

func alert(conditions []metav1.Condition) *v1alpha1.Alert {
	a := &v1alpha1.Alert{}
	a.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("Alert"))
	a.Namespace, a.Name, a.Generation = "default", "a", 1
	a.Status.Conditions = conditions
	return a
}

func comment(conditions []metav1.Condition) *v1alpha1.Comment {
	c := &v1alpha1.Comment{}
	c.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("Comment"))
	c.Namespace, c.Name, c.Generation = "default", "c", 1
	c.Status.Conditions = conditions
	return c
}

func stuck() (conditions []metav1.Condition) {
	ready.Set(&conditions, ready.Stuck(v1alpha1.ReasonIncidentNotFound, "there is none"), 1, noon)
	return conditions
}

func done() (conditions []metav1.Condition) {
	ready.Set(&conditions, ready.Done("it stands in the log"), 1, noon)
	return conditions
}

func toUnstructured(t *testing.T, object runtime.Object) *unstructured.Unstructured {
	t.Helper()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		t.Fatal(err)
	}
	return &unstructured.Unstructured{Object: content}
}
