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

package alert

import (
	"errors"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
)

// Instruments measure the propagation to alerts. Their labels take values from closed sets only, never object names.
type Instruments struct {
	clock   clock.PassiveClock
	patches *prometheus.CounterVec
	latency prometheus.Histogram

	// changed is when each incident last changed what it gives.
	mutex   sync.Mutex
	changed map[types.UID]time.Time
}

// NewInstruments returns instruments that are registered.
func NewInstruments(c clock.PassiveClock, registry prometheus.Registerer) (*Instruments, error) {
	i := &Instruments{
		clock: c, changed: map[types.UID]time.Time{},
		patches: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "incident_operator", Name: "alert_patches_total",
			Help: "Number of patches of alerts by result: ok, conflict, gone or error.",
		}, []string{"result"}),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: "incident_operator", Name: "propagation_seconds",
			Help:    "Time from the moment a change of an incident was seen to the patch of an alert that follows it, in seconds.",
			Buckets: prometheus.ExponentialBuckets(0.005, 3, 11),
		}),
	}
	return i, errors.Join(registry.Register(i.patches), registry.Register(i.latency))
}

func (i *Instruments) patched(err error) {
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

// mark remembers that an incident changed what it gives just now.
func (i *Instruments) mark(incident types.UID) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.changed[incident] = i.clock.Now()
}

func (i *Instruments) forget(incident types.UID) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	delete(i.changed, incident)
}

// propagated observes how long an alert took to follow its incident, if it is known when that changed.
func (i *Instruments) propagated(incident types.UID) {
	i.mutex.Lock()
	changed, known := i.changed[incident]
	i.mutex.Unlock()
	if known {
		i.latency.Observe(i.clock.Since(changed).Seconds())
	}
}
