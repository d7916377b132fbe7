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
	"cmp"
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/preview"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// CreateIncident returns the task that creates an incident.
func CreateIncident(c client.WithWatch, incident *v1alpha1.Incident) Task {
	return &incidentCreation{c, incident}
}

type incidentCreation struct {
	client   client.WithWatch
	incident *v1alpha1.Incident
}

// Preview implements Task.
func (t *incidentCreation) Preview(context.Context) (Preview, error) {
	return Preview{Fields: Differences(&v1alpha1.Incident{}, t.incident)}, nil
}

// Do implements Task.
func (t *incidentCreation) Do(ctx context.Context, dryRun bool) (Result, error) {
	return create(ctx, t.client, t.incident, dryRun)
}

// Wait implements Task.
func (t *incidentCreation) Wait(ctx context.Context, tell Progress) error {
	return waitForAlerts(ctx, t.client, t.incident, tell)
}

func create(ctx context.Context, c client.Writer, object client.Object, dryRun bool) (Result, error) {
	if err := checkObject(object); err != nil {
		return Result{}, err
	}
	_, options := kube.DryRun(dryRun)
	if err := c.Create(ctx, object, options...); err != nil {
		return Result{}, err
	}
	return Result{Ending: Changed, Done: "created"}, nil
}

// CreateAlert returns the task that creates an alert. The incident that it belongs to must exist: an alert may wait for its
// incident, but one that is made by hand would wait for a slip of the pen.
func CreateAlert(ctx context.Context, c client.WithWatch, alert *v1alpha1.Alert) (Task, error) {
	t := &alertCreation{client: c, alert: alert}
	if name := alert.Spec.IncidentRef.Name; name != "" {
		t.incident = &v1alpha1.Incident{}
		if err := c.Get(ctx, client.ObjectKey{Namespace: alert.Namespace, Name: name}, t.incident); err != nil {
			return nil, err
		}
	}
	var err error
	t.into, err = mergedInto(ctx, c, t.incident)
	return t, err
}

type alertCreation struct {
	client client.WithWatch
	alert  *v1alpha1.Alert
	// incident is that of the alert, and into the one that it was merged into; nil for none.
	incident, into *v1alpha1.Incident
}

// Preview implements Task.
func (t *alertCreation) Preview(context.Context) (Preview, error) {
	now := time.Now()
	arriving := t.alert.DeepCopy()
	// By its time an incident that is resolved tells that the alert is new.
	arriving.CreationTimestamp, arriving.Spec.IncidentRef.Name = metav1.NewTime(now), ""
	return Preview{Alerts: preview.Move(t.incident, t.into, []v1alpha1.Alert{*arriving}, now)}, nil
}

// Do implements Task.
func (t *alertCreation) Do(ctx context.Context, dryRun bool) (Result, error) {
	return create(ctx, t.client, t.alert, dryRun)
}

// Wait implements Task: until the alert has what its incident gives it.
func (t *alertCreation) Wait(ctx context.Context, _ Progress) error {
	incident := cmp.Or(t.into, t.incident)
	if incident == nil {
		return nil
	}
	return kube.WatchUntil(ctx, t.client, t.alert, &v1alpha1.AlertList{}, func(seen *v1alpha1.Alert) (bool, error) {
		return inherits(seen, incident), nil
	})
}
