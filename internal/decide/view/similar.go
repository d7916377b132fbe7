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

package view

import (
	"cmp"
	"maps"
	"slices"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Similar is another incident that has something in common with the one that is looked at.
type Similar struct {
	// Incident is its metadata.name; empty for the alerts that belong to no incident.
	Incident string `json:"incident,omitempty"`
	// Alerts is how many of its alerts have something in common with it.
	Alerts int `json:"alerts"`
	// Evidence are the things that both have, spelled as in the incident that is looked at, and how many of the other's
	// alerts have them.
	Evidence []Group `json:"evidence,omitempty"`
	// Techniques are those that both have.
	Techniques []Counted `json:"techniques,omitempty"`

	// telling is how many of the things are hosts, users, addresses or names: those that point to one attack. A program
	// that every host runs tells less.
	telling, things int
}

// Likeness finds what has something in common with an incident: first its own alerts are taken, then those of all others.
type Likeness struct {
	things     map[identity]*v1alpha1.Evidence
	techniques map[v1alpha1.Technique]bool
	others     map[string]*common
}

// common adds up what another incident shares.
type common struct {
	alerts     int
	evidence   evidence
	techniques counts
}

// LikenessOf begins with the alerts of the incident that is looked at.
func LikenessOf(own []v1alpha1.Alert) *Likeness {
	l := &Likeness{things: map[identity]*v1alpha1.Evidence{}, techniques: map[v1alpha1.Technique]bool{}, others: map[string]*common{}}
	for i := range own {
		for j := range own[i].Spec.Evidence {
			if id := identityOf(&own[i].Spec.Evidence[j]); l.things[id] == nil {
				l.things[id] = &own[i].Spec.Evidence[j]
			}
		}
		for _, technique := range own[i].Spec.Techniques {
			l.techniques[technique] = true
		}
	}
	return l
}

// Add takes one alert of another incident, or of none.
func (l *Likeness) Add(alert *v1alpha1.Alert) {
	shared := v1alpha1.Alert{}
	for i := range alert.Spec.Evidence {
		if own := l.things[identityOf(&alert.Spec.Evidence[i])]; own != nil {
			one := alert.Spec.Evidence[i]
			one.Name, one.Namespace = own.Name, own.Namespace
			shared.Spec.Evidence = append(shared.Spec.Evidence, one)
		}
	}
	var techniques []v1alpha1.Technique
	for _, technique := range alert.Spec.Techniques {
		if l.techniques[technique] {
			techniques = append(techniques, technique)
		}
	}
	if len(shared.Spec.Evidence)+len(techniques) == 0 {
		return
	}
	other := l.others[alert.Spec.IncidentRef.Name]
	if other == nil {
		other = &common{evidence: evidence{}, techniques: counts{}}
		l.others[alert.Spec.IncidentRef.Name] = other
	}
	other.alerts++
	first, last := alert.EffectiveActivity(alert.CreationTimestamp.Time)
	other.evidence.add(&shared, first, last)
	for _, technique := range techniques {
		other.techniques[string(technique)]++
	}
}

// Found are the incidents that share most first: hosts, users, addresses and names count before files, processes and the
// like, these before techniques.
func (l *Likeness) Found() []Similar {
	var found []Similar
	for _, name := range slices.Sorted(maps.Keys(l.others)) {
		other := l.others[name]
		similar := Similar{
			Incident: name, Alerts: other.alerts, Evidence: other.evidence.groups(), Techniques: other.techniques.most(),
		}
		for _, group := range similar.Evidence {
			similar.things += len(group.Things)
			if tells(group.Kind) {
				similar.telling += len(group.Things)
			}
		}
		found = append(found, similar)
	}
	slices.SortStableFunc(found, func(a, b Similar) int {
		return cmp.Or(
			cmp.Compare(b.telling, a.telling), cmp.Compare(b.things, a.things),
			cmp.Compare(len(b.Techniques), len(a.Techniques)), cmp.Compare(b.Alerts, a.Alerts),
		)
	})
	return found
}

func tells(kind v1alpha1.EvidenceKind) bool {
	return kind.IsEndpoint() || kind.IsUser() ||
		kind == v1alpha1.EvidenceIP || kind == v1alpha1.EvidenceDNS || kind == v1alpha1.EvidenceURL
}
