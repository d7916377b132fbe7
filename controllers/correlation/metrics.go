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

package correlation

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// Instruments count what correlation does.
type Instruments struct {
	done     *prometheus.CounterVec
	failures prometheus.Counter
}

// NewInstruments returns instruments that are registered.
func NewInstruments(registry prometheus.Registerer) (*Instruments, error) {
	i := &Instruments{
		done: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "incident_operator", Name: "correlation_total",
			Help: "Number of things that correlation did: alerts linked, incidents begun, related, merged and resolved.",
		}, []string{"what"}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: "incident_operator", Name: "correlation_condition_failures_total",
			Help: "Number of times that the condition of a policy failed for an alert.",
		}),
	}
	return i, errors.Join(registry.Register(i.done), registry.Register(i.failures))
}

func (i *Instruments) linked(n int)     { i.done.WithLabelValues("linked").Add(float64(n)) }
func (i *Instruments) begun()           { i.done.WithLabelValues("begun").Inc() }
func (i *Instruments) resolved()        { i.done.WithLabelValues("resolved").Inc() }
func (i *Instruments) conditionFailed() { i.failures.Inc() }

func (i *Instruments) related(merged bool) {
	what := "related"
	if merged {
		what = "merged"
	}
	i.done.WithLabelValues(what).Inc()
}
