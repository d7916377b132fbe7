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

// Package delivery reads what came by an AlertSource: which alerts it speaks of, and what it says of each.
package delivery

import (
	"fmt"
	"slices"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/expression"
	"github.com/incident-operator/incident-operator/internal/decide/intake"
	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/formats"
)

// Source is an AlertSource made ready to read with.
type Source struct {
	namespace, name string

	spec    *v1alpha1.AlertSourceSpec
	format  detect.Format
	drop    *expression.Condition // nil keeps nothing out
	reading detect.Reading
}

// NewSource makes an AlertSource ready. The error says which field cannot be followed.
func NewSource(source *v1alpha1.AlertSource) (*Source, error) {
	format, err := formats.Find(string(source.Spec.Format))
	if err != nil {
		return nil, fmt.Errorf("spec.format: %w", err)
	}
	s := &Source{name: source.Name, namespace: source.Namespace, spec: &source.Spec, format: format}
	if source.Spec.Drop != "" {
		if s.drop, err = expression.Compile(source.Spec.Drop); err != nil {
			return nil, fmt.Errorf("spec.drop: %w", err)
		}
	}
	s.reading.Severities = source.Spec.SeverityMap
	for _, field := range source.Spec.IdentityLabels {
		s.reading.Identity = append(s.reading.Identity, string(field))
	}
	return s, nil
}

// Alert is what a delivery says of one alert.
type Alert struct {
	// Name is the name of the object of its first generation.
	Name   string
	Signal intake.Signal
	// Items are the indexes of the items of the delivery that speak of it.
	Items []int
}

// Delivery is what was posted at once.
type Delivery struct {
	// Alerts are those that are to be stored, in the order of their first items.
	Alerts []Alert
	// Refusals are the items that can never be stored.
	Refusals []detect.Refusal
	// Items is how many there were, Dropped how many of them were kept out.
	Items, Dropped int
	// Undecided is how many are stored because the expression that might keep them out failed for them.
	Undecided int
	// Notes counts by kind what of the items is not in alerts as the detector wrote it.
	Notes map[detect.NoteKind]int
}

// Read reads one delivery. Names in header may be of any case.
func (s *Source) Read(header map[string][]string, body []byte, received time.Time) Delivery {
	reading := s.reading
	reading.Received = received
	batch := formats.Decode(s.format, header, body, reading)
	d := Delivery{Items: batch.Items(), Refusals: batch.Refusals, Notes: map[detect.NoteKind]int{}}
	d.note(batch.Notes)
	known := map[string]int{}
	for i := range batch.Events {
		event := &batch.Events[i]
		d.note(event.Notes)
		s.complete(&event.Spec)
		name := event.ObjectName(s.name)
		dropped, err := s.drops(name, &event.Spec)
		if err != nil {
			d.Undecided++
		}
		if dropped {
			d.Dropped++
			continue
		}
		d.add(known, name, event.Index, s.signal(event, received))
	}
	return d
}

func (d *Delivery) note(notes []detect.Note) {
	for _, note := range notes {
		d.Notes[note.Kind] += note.Count
	}
}

// add joins what is said of the same alert.
func (d *Delivery) add(known map[string]int, name string, item int, signal intake.Signal) {
	i, ok := known[name]
	if !ok {
		known[name] = len(d.Alerts)
		d.Alerts = append(d.Alerts, Alert{Name: name, Signal: signal, Items: []int{item}})
		return
	}
	alert := &d.Alerts[i]
	alert.Signal, alert.Items = intake.Merge(alert.Signal, signal), append(alert.Items, item)
}

// complete adds what the sender does not say.
func (s *Source) complete(spec *v1alpha1.AlertSpec) {
	defaults := &s.spec.Defaults
	spec.Tags = slices.Clone(defaults.Tags)
	if spec.Category == "" {
		spec.Category = defaults.Category
	}
	if defaults.Service != "" {
		spec.Source.Service = defaults.Service
	}
}

// drops asks the expression about the alert as it would be created.
func (s *Source) drops(name string, spec *v1alpha1.AlertSpec) (bool, error) {
	if s.drop == nil {
		return false, nil
	}
	alert := &v1alpha1.Alert{Spec: *spec}
	alert.Namespace, alert.Name = s.namespace, name
	alert.Labels = map[string]string{v1alpha1.SourceLabel: s.name}
	return s.drop.Holds(alert)
}

func (s *Source) signal(event *detect.Event, received time.Time) intake.Signal {
	return intake.Signal{
		Spec: event.Spec, Count: 1, Resolved: event.Resolved, Ended: event.ResolvedTime,
		Expires: intake.Expiry(received, event.ExpiresTime, s.spec.ExpireAfter.Duration),
		Lasting: !event.ExpiresTime.IsZero(),
	}
}
