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

package controllers

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const metricsNamespace = "incident_operator"

// instruments are the operator's own metrics. Their labels take values from closed sets only, never object names.
type instruments struct {
	incidents *prometheus.GaugeVec
	alerts    *prometheus.GaugeVec
	patches   *prometheus.CounterVec
	latency   prometheus.Histogram
}

func newInstruments() *instruments {
	byState := []string{"severity", "state"}
	return &instruments{
		incidents: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: metricsNamespace, Name: "incidents",
			Help: "Number of incidents by severity (Unknown where none is known) and state.",
		}, byState),
		alerts: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: metricsNamespace, Name: "alerts",
			Help: "Number of alerts by severity (Unknown where none is known) and resolution state.",
		}, byState),
		patches: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: metricsNamespace, Name: "alert_patches_total",
			Help: "Number of patches of alerts by result: ok, conflict, gone or error.",
		}, []string{"result"}),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: metricsNamespace, Name: "propagation_seconds",
			Help:    "Time from the moment a change of an incident was seen to the patch of an alert that follows it, in seconds.",
			Buckets: prometheus.ExponentialBuckets(0.005, 3, 11),
		}),
	}
}

func (i *instruments) register(registry prometheus.Registerer) error {
	var problems []error
	for _, collector := range []prometheus.Collector{i.incidents, i.alerts, i.patches, i.latency} {
		problems = append(problems, registry.Register(collector))
	}
	return errors.Join(problems...)
}

// count keeps the numbers of incidents and alerts up to date from the events of the cache, without ever listing them.
func (i *instruments) count(ctx context.Context, informers cache.Informers) error {
	return errors.Join(
		countKind(ctx, informers, i.incidents, func(incident *v1alpha1.Incident) prometheus.Labels {
			return stateLabels(incident.Status.Severity, string(incident.Status.State))
		}),
		countKind(ctx, informers, i.alerts, func(alert *v1alpha1.Alert) prometheus.Labels {
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

// kind is a pointer to an object of the API.
type kind[T any] interface {
	*T
	client.Object
}

func countKind[T any, K kind[T]](
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

func (i *instruments) patched(err error) {
	result := "error"
	switch {
	case err == nil:
		result = "ok"
	case apierrors.IsConflict(err):
		result = "conflict"
	case apierrors.IsNotFound(err):
		result = "gone"
	}
	i.patches.WithLabelValues(result).Inc()
}

// propagated observes how long an alert took to follow its incident, if that is known.
func (i *instruments) propagated(elapsed time.Duration, known bool) {
	if known {
		i.latency.Observe(elapsed.Seconds())
	}
}
