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
	"strings"
	"unicode/utf8"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
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

// securityAlert is what is used of a row of the Sentinel table SecurityAlert. ExtendedProperties.IncidentId gives
// Microsoft's grouping away and is never read.
type securityAlert struct {
	SystemAlertID, VendorOriginalID string
	DisplayName, Description        string
	AlertSeverity, Tactics          string
	Techniques, SubTechniques       []string
	ProviderName, ProductName       string
	AlertLink                       string
	StartTime, EndTime              string
	ExtendedProperties              entity
	Entities                        []entity
}

func microsoftManifests(data fs.FS, notes *remarks) ([]manifest, error) {
	incidents, err := readLines[securityIncident](data, "microsoft-incidents/incidents.jsonl")
	if err != nil {
		return nil, err
	}
	rows, err := readLines[securityAlert](data, "microsoft-incidents/alerts.jsonl")
	if err != nil {
		return nil, err
	}
	alerts := map[string]securityAlert{}
	for _, row := range rows {
		alerts[row.SystemAlertID] = row
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
func microsoftManifest(row securityIncident, alerts map[string]securityAlert, notes *remarks) manifest {
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

// microsoftIncident leaves out name and severity, which the operator computes, and Microsoft's owner and status: a
// sample starts unassigned and active. Its description keeps Microsoft's title, to compare the computed name with.
func microsoftIncident(name string, row securityIncident, notes *remarks) *v1alpha1.Incident {
	incident := &v1alpha1.Incident{
		TypeMeta:   metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion.String(), Kind: "Incident"},
		ObjectMeta: metav1.ObjectMeta{Name: name},
	}
	incident.Spec.Description = fmt.Sprintf("Microsoft Defender XDR named this incident %q.", row.Title)
	for _, label := range row.Labels {
		if tag, ok := newTag(label.LabelName, incident.Spec.Tags); ok {
			incident.Spec.Tags = append(incident.Spec.Tags, tag)
		} else {
			notes.add("%s: left out: label %q", name, label.LabelName)
		}
	}
	return incident
}

// newTag takes a label as the API takes tags: of 1 to 128 characters, and other than those there are in more than case.
func newTag(label string, tags []v1alpha1.Tag) (v1alpha1.Tag, bool) {
	known := slices.ContainsFunc(tags, func(t v1alpha1.Tag) bool { return strings.EqualFold(string(t), label) })
	fits := strings.TrimSpace(label) != "" && cut(escape(label, ""), maxTag) == label
	return v1alpha1.Tag(label), fits && !known && len(tags) < maxTags
}

// microsoftAlert maps one row. The service is ProductName, the product; ProviderName is Microsoft's short name of the
// sensor family behind it ("MDATP") and becomes the detector. Microsoft counts products itself: an incident lists them
// as alertProductNames, one for incident 38 and several for 55, and only the latter is "reported by multiple sources".
func microsoftAlert(incident string, row securityAlert, notes *remarks) v1alpha1.Alert {
	identity := row.SystemAlertID
	if identity == "" {
		identity = row.VendorOriginalID
	}
	title, description := titleAndDescription(row.DisplayName, row.Description)
	spec := v1alpha1.AlertSpec{
		Name:              title,
		Description:       description,
		IncidentRef:       v1alpha1.IncidentReference{Name: incident},
		Severity:          severity(row.AlertSeverity),
		Category:          microsoftCategory(row),
		Source:            v1alpha1.AlertSource{Service: cut(escape(row.ProductName, ""), maxSource), Detector: cut(escape(row.ProviderName, ""), maxSource)},
		Fingerprint:       identity,
		URL:               link(row.AlertLink),
		FirstActivityTime: moment(row.StartTime),
		LastActivityTime:  moment(row.EndTime),
	}
	var leftOut, refused []string
	spec.Evidence, leftOut = microsoftEvidence(row.Entities)
	spec.Techniques, refused = techniques(slices.Concat(row.Techniques, row.SubTechniques))
	name := objectName(title, identity)
	for _, what := range slices.Concat(leftOut, refused, unset(row, spec)) {
		notes.add("%s: alert %s: left out: %s", incident, name, what)
	}
	return newAlert(name, spec)
}

// microsoftCategory is the sensor's own category, else the first tactic it names.
func microsoftCategory(row securityAlert) string {
	words := append([]string{sensorCategory(row)}, strings.Split(row.Tactics, ",")...)
	for _, word := range words {
		if category := upperCamel(word); category != "Unknown" && categoryForm.MatchString(category) {
			return category
		}
	}
	return ""
}

func sensorCategory(row securityAlert) string {
	return firstOf(row.ExtendedProperties, "MicrosoftDefenderAtp.Category", "Category")
}

// techniques keeps what has the form of a technique, each once.
func techniques(words []string) (kept []v1alpha1.Technique, refused []string) {
	for _, word := range words {
		technique := v1alpha1.Technique(word)
		switch {
		case slices.Contains(kept, technique):
		case len(kept) == maxTechniques || !techniqueForm.MatchString(word):
			refused = append(refused, fmt.Sprintf("technique %q", word))
		default:
			kept = append(kept, technique)
		}
	}
	return kept, refused
}

// unset names the fields that the row holds something for and the alert nothing.
func unset(row securityAlert, spec v1alpha1.AlertSpec) []string {
	var fields []string
	for _, f := range []struct {
		name, from string
		missing    bool
	}{
		{"severity", row.AlertSeverity, spec.Severity == ""},
		{"category", sensorCategory(row), spec.Category == ""},
		{"url", row.AlertLink, spec.URL == ""},
		{"firstActivityTime", row.StartTime, spec.FirstActivityTime == nil},
		{"lastActivityTime", row.EndTime, spec.LastActivityTime == nil},
		{"the end of the description", row.Description, utf8.RuneCountInString(spec.Description) == maxDescription},
	} {
		if f.missing && f.from != "" {
			fields = append(fields, fmt.Sprintf("%s %q", f.name, cut(f.from, 80)))
		}
	}
	return fields
}
