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

package main

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect/falco"
)

// falcoEvent is what tells one recorded event from another.
type falcoEvent struct {
	Rule, Source, Hostname, Time, Output string
}

func falcoManifests(data fs.FS, notes *remarks) ([]manifest, error) {
	events, err := fs.ReadFile(data, "falco/events.jsonl")
	if err != nil {
		return nil, fmt.Errorf("reading recorded data: %w", err)
	}
	alerts, err := falcoAlerts(events, notes)
	if err != nil {
		return nil, err
	}
	return []manifest{{
		file:    "falco.yaml",
		source:  "falcosecurity/falcosidekick, README and tests",
		license: "Apache-2.0",
		alerts:  alerts,
	}}, nil
}

// falcoAlerts counts events that tell the same at the same moment as one alert.
func falcoAlerts(events []byte, notes *remarks) ([]v1alpha1.Alert, error) {
	batch, err := decode(falco.Format, events, notes)
	if err != nil {
		return nil, err
	}
	rows, err := readRows[falcoEvent](events)
	if err != nil {
		return nil, err
	}
	var alerts []v1alpha1.Alert
	known := map[falcoEvent]int{}
	for _, event := range batch.Events {
		e := rows[event.Index]
		if i, ok := known[e]; ok {
			alerts[i].Spec.Occurrences = max(alerts[i].Spec.Occurrences, 1) + 1
			continue
		}
		known[e] = len(alerts)
		name := objectName(e.Rule, strings.Join([]string{e.Rule, e.Source, e.Hostname, e.Time, e.Output}, "\n"))
		notes.event("falco: alert "+name, event)
		alerts = append(alerts, newAlert(name, event.Spec))
	}
	return alerts, nil
}
