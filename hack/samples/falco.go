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
	"io/fs"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// falcoEvent is what is used of a Falco event.
type falcoEvent struct {
	Rule, Output, Priority, Time string
	Source, Hostname             string
	Tags                         []string
	OutputFields                 entity `json:"output_fields"`
}

func falcoManifests(data fs.FS, notes *remarks) ([]manifest, error) {
	events, err := readLines[falcoEvent](data, "falco/events.jsonl")
	if err != nil {
		return nil, err
	}
	return []manifest{{
		file:    "falco.yaml",
		source:  "falcosecurity/falcosidekick, README and tests",
		license: "Apache-2.0",
		alerts:  falcoAlerts(events, notes),
	}}, nil
}

// falcoAlerts counts events that tell the same at the same moment as one alert.
func falcoAlerts(events []falcoEvent, notes *remarks) []v1alpha1.Alert {
	var alerts []v1alpha1.Alert
	known := map[string]int{}
	for _, e := range events {
		identity := strings.Join([]string{e.Rule, e.Source, e.Hostname, e.Time, e.Output}, "\n")
		if i, ok := known[identity]; ok {
			alerts[i].Spec.Occurrences = max(alerts[i].Spec.Occurrences, 1) + 1
			continue
		}
		known[identity] = len(alerts)
		name := objectName(e.Rule, identity)
		alerts = append(alerts, newAlert(name, falcoSpec(e)))
		if len(e.Tags) > 0 {
			notes.add("falco: alert %s: left out: tags %q", name, e.Tags)
		}
	}
	return alerts
}

// falcoSpec sets no fingerprint: these events name neither a pod nor a container, and a fingerprint made of a rule
// alone would be shared by unrelated events.
func falcoSpec(e falcoEvent) v1alpha1.AlertSpec {
	title, description := titleAndDescription(e.Rule, e.Output)
	var set evidenceSet
	set.add(v1alpha1.Evidence{Kind: v1alpha1.EvidenceNode, Name: strings.ToLower(e.Hostname), Role: v1alpha1.EvidenceAffected})
	set.add(v1alpha1.Evidence{Kind: v1alpha1.EvidenceUser, Name: e.OutputFields.text("user.name")})
	set.add(v1alpha1.Evidence{Kind: v1alpha1.EvidenceProcess, Name: firstOf(e.OutputFields, "proc.cmdline", "proc.name")})
	set.add(v1alpha1.Evidence{Kind: v1alpha1.EvidenceFile, Name: e.OutputFields.text("fd.name")})
	return v1alpha1.AlertSpec{
		Name:              title,
		Description:       description,
		Severity:          severity(e.Priority),
		Source:            v1alpha1.AlertSource{Service: "Falco", Detector: cut(escape(e.Source, ""), maxSource)},
		FirstActivityTime: moment(e.Time),
		LastActivityTime:  moment(e.Time),
		Evidence:          set.items,
	}
}
