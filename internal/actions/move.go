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
	"encoding/json"
	"fmt"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/preview"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// MoveTask moves one alert.
type MoveTask struct {
	Client client.WithWatch
	// Alert is as it was read, and then as the API server has it.
	Alert *v1alpha1.Alert
	// Target is the incident that the alert goes to; nil for none. Destination has checked that it takes alerts.
	Target *v1alpha1.Incident
	// Reason stands in the logs of both incidents.
	Reason string
}

// Destination returns the incident to which alerts are to go. Of one that was merged, alerts would go on by themselves, so
// it is refused with the name of the one they would come to.
func Destination(ctx context.Context, c client.Reader, key client.ObjectKey) (*v1alpha1.Incident, error) {
	incident := &v1alpha1.Incident{}
	if err := c.Get(ctx, key, incident); err != nil {
		return nil, err
	}
	if into := incident.Status.MergedInto.Name; into != "" {
		return nil, refuse(fmt.Sprintf("incident/%s was merged into %s: move alerts there", incident.Name, cmp.Or(incident.Status.RedirectedTo, into)))
	}
	return incident, nil
}

// GeneratedPrefix begins the names that the API server gives to incidents.
const GeneratedPrefix = "inc-"

// NewDestination creates an incident to which alerts are to go, and returns it as the API server has it. Without a name it
// gets a generated one, and without a title it is named from its alerts. With dryRun, the API server only says whether it
// would take it.
func NewDestination(ctx context.Context, c client.Writer, namespace, name, title string, dryRun bool) (*v1alpha1.Incident, error) {
	incident := &v1alpha1.Incident{}
	incident.Namespace, incident.Name, incident.Spec.Name = namespace, name, title
	if name == "" {
		incident.GenerateName = GeneratedPrefix
	}
	if _, err := create(ctx, c, incident, dryRun); err != nil {
		return nil, err
	}
	return incident, nil
}

func (t *MoveTask) targetName() string {
	if t.Target == nil {
		return ""
	}
	return t.Target.Name
}

// Preview implements Task.
func (t *MoveTask) Preview(context.Context) (Preview, error) {
	return Preview{Alerts: preview.Move(t.Target, nil, []v1alpha1.Alert{*t.Alert}, time.Now())}, nil
}

// Do implements Task. It moves the alert only from where the user saw it.
func (t *MoveTask) Do(ctx context.Context, dryRun bool) (Result, error) {
	from := t.Alert.Spec.IncidentRef.Name
	if from == t.targetName() {
		return Result{Ending: Unchanged}, nil
	}
	err := kube.OnConflict(ctx, func() error { return t.refresh(ctx) }, func() error { return t.patch(ctx, dryRun) })
	if err != nil {
		return Result{}, err
	}
	result := Result{Ending: Changed, Done: "unlinked"}
	if t.Target != nil {
		result.Done = "moved to " + t.Target.Name
	}
	if from != "" {
		result.Replaced = []Difference{{Field: fieldIncident, From: from, To: t.targetName()}}
	}
	return result, nil
}

func (t *MoveTask) patch(ctx context.Context, dryRun bool) error {
	after := t.Alert.DeepCopy()
	if err := t.apply(after); err != nil {
		return err
	}
	options, _ := kube.DryRun(dryRun)
	if err := kube.PatchUnchanged(ctx, t.Client, t.Alert, after, options...); err != nil {
		return err
	}
	*t.Alert = *after
	return nil
}

// refresh reads the alert anew, and refuses to move it from where the user did not see it.
func (t *MoveTask) refresh(ctx context.Context) error {
	from, fresh := t.Alert.Spec.IncidentRef.Name, &v1alpha1.Alert{}
	if err := kube.Reread(ctx, t.Client, t.Alert, fresh); err != nil {
		return err
	}
	*t.Alert = *fresh
	return stillIn(fresh, from)
}

func stillIn(alert *v1alpha1.Alert, incident string) error {
	if now := alert.Spec.IncidentRef.Name; now != incident {
		return fmt.Errorf("somebody moved it to %s meanwhile", cmp.Or(now, "none"))
	}
	return nil
}

// apply drops the reason of an earlier move, which would count again.
func (t *MoveTask) apply(alert *v1alpha1.Alert) error {
	alert.Spec.IncidentRef.Name = t.targetName()
	delete(alert.Annotations, v1alpha1.MoveReasonAnnotation)
	if t.Reason == "" {
		return nil
	}
	encoded, err := json.Marshal(map[string]string{"to": t.targetName(), "reason": t.Reason})
	if err != nil {
		return fmt.Errorf("encoding the reason: %w", err)
	}
	if alert.Annotations == nil {
		alert.Annotations = map[string]string{}
	}
	alert.Annotations[v1alpha1.MoveReasonAnnotation] = string(encoded)
	return nil
}

// Wait implements Task: until the alert has what its new incident gives it, and no more what the old one gave it.
func (t *MoveTask) Wait(ctx context.Context, _ Progress) error {
	return kube.WatchUntil(ctx, t.Client, t.Alert, &v1alpha1.AlertList{}, func(alert *v1alpha1.Alert) (bool, error) {
		if err := stillIn(alert, t.targetName()); err != nil {
			return false, err
		}
		return inherits(alert, t.Target), nil
	})
}
