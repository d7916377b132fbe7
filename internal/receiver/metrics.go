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

package receiver

import (
	"errors"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/incident-operator/incident-operator/internal/decide/intake"
	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/delivery"
	"github.com/incident-operator/incident-operator/internal/kube/alertstore"
)

// Instruments measure the receiver. All labels are of closed sets.
type Instruments struct {
	posts    *prometheus.CounterVec
	seconds  prometheus.Histogram
	alerts   *prometheus.CounterVec
	refusals *prometheus.CounterVec
	notes    *prometheus.CounterVec
}

// NewInstruments returns instruments that are registered, with gauges of the room that is taken and of what waits.
func NewInstruments(room *Room, touches *alertstore.Touches, registry prometheus.Registerer) (*Instruments, error) {
	const namespace, subsystem = "incident_operator", "receiver"
	i := &Instruments{
		posts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "posts_total",
			Help: "Number of posts by the code of the answer: 200 all stored, 207 some refused for good, 503 to be sent again.",
		}, []string{"code"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "post_seconds",
			Help:    "Time from the header of a post to its answer, in seconds.",
			Buckets: prometheus.ExponentialBuckets(0.002, 2.5, 10),
		}),
		alerts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "alerts_total",
			Help: "Number of alerts that were posted and taken, by what they meant: Unchanged, Create, Update, Resolve, Reactivate, CreateNext or Dropped. Undecided are also those for which spec.drop failed.",
		}, []string{"result"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "refusals_total",
			Help: "Number of alerts that can never be stored, by reason.",
		}, []string{"reason"}),
		notes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: subsystem, Name: "notes_total",
			Help: "Number of values that are not in alerts as the detector wrote them, by kind, such as UnknownSeverity.",
		}, []string{"kind"}),
	}
	taken := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: namespace, Subsystem: subsystem, Name: "room_taken_bytes",
		Help: "Size of the bodies that are being worked on, in bytes.",
	}, room.Taken)
	waiting := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: namespace, Subsystem: subsystem, Name: "alerts_waiting",
		Help: "Number of alerts of which something new waits to be written.",
	}, func() float64 { return float64(touches.Len()) })
	return i, errors.Join(registry.Register(i.posts), registry.Register(i.seconds), registry.Register(i.alerts),
		registry.Register(i.refusals), registry.Register(i.notes), registry.Register(taken), registry.Register(waiting))
}

func (i *Instruments) answered(code int, took time.Duration) {
	i.posts.WithLabelValues(strconv.Itoa(code)).Inc()
	i.seconds.Observe(took.Seconds())
}

func (i *Instruments) read(d delivery.Delivery) {
	i.alerts.WithLabelValues("Undecided").Add(float64(d.Undecided))
	for kind, count := range d.Notes {
		i.notes.WithLabelValues(string(kind)).Add(float64(count))
	}
}

func (i *Instruments) stored(action intake.Action, items int) {
	i.alerts.WithLabelValues(string(action)).Add(float64(items))
}

func (i *Instruments) dropped(items int) {
	i.alerts.WithLabelValues("Dropped").Add(float64(items))
}

// refused counts all that was refused: what the format refuses, and the rest, which the API server does.
func (i *Instruments) refused(byFormat []detect.Refusal, all int) {
	for _, refusal := range byFormat {
		i.refusals.WithLabelValues(string(refusal.Reason)).Add(float64(refusal.Count))
		all -= refusal.Count
	}
	if all > 0 {
		i.refusals.WithLabelValues(reasonInvalid).Add(float64(all))
	}
}
