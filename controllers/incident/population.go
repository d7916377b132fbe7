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

package incident

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Population counts incidents and alerts for the metrics, from the events of the cache and without ever listing them.
type Population struct {
	incidents, alerts *prometheus.GaugeVec
}

// NewPopulation returns a population whose metrics are registered.
func NewPopulation(registry prometheus.Registerer) (*Population, error) {
	byState := []string{"severity", "state"}
	p := &Population{
		incidents: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: "incident_operator", Name: "incidents",
			Help: "Number of incidents by severity (Unknown if none is known) and state.",
		}, byState),
		alerts: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: "incident_operator", Name: "alerts",
			Help: "Number of alerts by severity (Unknown if none is known) and resolution state.",
		}, byState),
	}
	return p, errors.Join(registry.Register(p.incidents), registry.Register(p.alerts))
}

// Count begins to count.
func (p *Population) Count(ctx context.Context, informers cache.Informers) error {
	return errors.Join(
		countKind(ctx, informers, p.incidents, func(incident *v1alpha1.Incident) prometheus.Labels {
			return stateLabels(incident.Status.Severity, string(incident.Status.State))
		}),
		countKind(ctx, informers, p.alerts, func(alert *v1alpha1.Alert) prometheus.Labels {
			return stateLabels(alert.Spec.Severity, string(alert.Spec.Resolution.State))
		}),
	)
}

func stateLabels(severity v1alpha1.Severity, state string) prometheus.Labels {
	if severity == "" {
		severity = "Unknown"
	}
	if state == "" {
		state = string(v1alpha1.ResolutionActive)
	}
	return prometheus.Labels{"severity": string(severity), "state": state}
}

// pointer is a pointer to an object of the API.
type pointer[T any] interface {
	*T
	client.Object
}

func countKind[T any, K pointer[T]](
	ctx context.Context, informers cache.Informers, gauge *prometheus.GaugeVec, labelsOf func(K) prometheus.Labels,
) error {
	informer, err := informers.GetInformer(ctx, K(new(T)))
	if err != nil {
		return err
	}
	add := func(object any, n float64) {
		if gone, ok := object.(toolscache.DeletedFinalStateUnknown); ok {
			object = gone.Obj
		}
		if typed, ok := object.(K); ok {
			gauge.With(labelsOf(typed)).Add(n)
		}
	}
	_, err = informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { add(object, 1) },
		UpdateFunc: func(before, after any) { add(before, -1); add(after, 1) },
		DeleteFunc: func(object any) { add(object, -1) },
	})
	return err
}
