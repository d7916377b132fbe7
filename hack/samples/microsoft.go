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
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/sentinel"
)

const (
	microsoftSource  = "microsoft/SecRL (ExCyTIn-Bench), tables SecurityIncident and SecurityAlert, incident "
	microsoftLicense = "MIT, Copyright (c) Microsoft Corporation"
)

// sampleIncidents are the incidents that Microsoft named by their stages; the names of the others end in "(attack
// disruption)" and come from another mechanism.
var sampleIncidents = []string{"38", "39", "55"}

// securityIncident is what is used of a row of the Sentinel table SecurityIncident.
type securityIncident struct {
	IncidentNumber, Title string
	AlertIDs              []string
	Labels                []struct{ LabelName string }
}

func microsoftManifests(data fs.FS, notes *remarks) ([]manifest, error) {
	incidents, err := readLines[securityIncident](data, "microsoft-incidents/incidents.jsonl")
	if err != nil {
		return nil, err
	}
	rows, err := fs.ReadFile(data, "microsoft-incidents/alerts.jsonl")
	if err != nil {
		return nil, fmt.Errorf("reading recorded data: %w", err)
	}
	batch, err := decode(sentinel.Format, rows, notes)
	if err != nil {
		return nil, err
	}
	alerts := map[string]detect.Event{}
	for _, event := range batch.Events {
		alerts[event.Spec.Fingerprint] = event
	}
	var manifests []manifest
	for _, number := range sampleIncidents {
		i := slices.IndexFunc(incidents, func(row securityIncident) bool { return row.IncidentNumber == number })
		if i < 0 {
			return nil, fmt.Errorf("incidents.jsonl holds no incident %s", number)
		}
		manifests = append(manifests, microsoftManifest(incidents[i], alerts, notes))
	}
	return manifests, nil
}

// microsoftManifest holds an incident and those of its alerts that there is a row for.
func microsoftManifest(row securityIncident, alerts map[string]detect.Event, notes *remarks) manifest {
	name := "incident-" + row.IncidentNumber
	m := manifest{
		file:     name + ".yaml",
		source:   microsoftSource + row.IncidentNumber,
		license:  microsoftLicense,
		incident: microsoftIncident(name, row, notes),
	}
	for _, id := range row.AlertIDs {
		alert, ok := alerts[id]
		if !ok {
			notes.add("%s: alert %s is listed but has no row; left out", name, id)
			continue
		}
		m.alerts = append(m.alerts, microsoftAlert(name, alert, notes))
	}
	return m
}

// microsoftIncident leaves out name and severity, which the operator computes, and Microsoft's owner, status and labels: a
// sample starts unassigned and active, and its tags are for people. A manifest that states tags takes theirs away when it is
// applied again. Its description keeps Microsoft's title, to compare the computed name with.
func microsoftIncident(name string, row securityIncident, notes *remarks) *v1alpha1.Incident {
	incident := &v1alpha1.Incident{
		TypeMeta:   metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion.String(), Kind: "Incident"},
		ObjectMeta: metav1.ObjectMeta{Name: name},
	}
	incident.Spec.Description = fmt.Sprintf("Microsoft Defender XDR named this incident %q.", row.Title)
	for _, label := range row.Labels {
		notes.add("%s: left out: label %q", name, label.LabelName)
	}
	return incident
}

// microsoftAlert links an alert to its incident.
func microsoftAlert(incident string, event detect.Event, notes *remarks) v1alpha1.Alert {
	spec := event.Spec
	spec.IncidentRef = v1alpha1.IncidentReference{Name: incident}
	name := objectName(spec.Name, spec.Fingerprint)
	notes.event(incident+": alert "+name, event)
	return newAlert(name, spec)
}
