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
	"strings"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/text"
)

// Group is the evidence of one kind.
type Group struct {
	Kind v1alpha1.EvidenceKind `json:"kind"`
	// Things are those of the kind, with most alerts first.
	Things []Thing `json:"things"`
}

// Thing is one thing in the evidence of alerts. Detectors disagree about letter case, so it does not tell things apart.
type Thing struct {
	// Name is spelled as in the first alert that has it.
	Name      string `json:"name"`
	Namespace string `json:"namespace,omitempty"`
	// Alerts is how many alerts have it in their evidence.
	Alerts int `json:"alerts"`
	// Roles count the alerts in which it had a known role.
	Roles []RoleCount `json:"roles,omitempty"`
	// First and Last are when activity of those alerts began and was last seen.
	First time.Time `json:"first,omitzero"`
	Last  time.Time `json:"last,omitzero"`
}

// RoleCount is how many alerts say that a thing had a role.
type RoleCount struct {
	Role   v1alpha1.EvidenceRole `json:"role"`
	Alerts int                   `json:"alerts"`
}

// kinds are in the order in which people ask: where, who, from where, with what.
var kinds = []v1alpha1.EvidenceKind{
	v1alpha1.EvidenceDevice, v1alpha1.EvidenceNode, v1alpha1.EvidencePod, v1alpha1.EvidenceContainer,
	v1alpha1.EvidenceUser, v1alpha1.EvidenceServiceAccount, v1alpha1.EvidenceMailbox,
	v1alpha1.EvidenceIP, v1alpha1.EvidenceDNS, v1alpha1.EvidenceURL,
	v1alpha1.EvidenceFile, v1alpha1.EvidenceProcess, v1alpha1.EvidenceRegistryKey,
	v1alpha1.EvidenceContainerImage, v1alpha1.EvidenceCloudResource, v1alpha1.EvidenceSecret, v1alpha1.EvidenceNamespace,
	v1alpha1.EvidenceOther,
}

// roles are in the order in which they matter.
var roles = []v1alpha1.EvidenceRole{
	v1alpha1.EvidenceAffected, v1alpha1.EvidenceAttacker, v1alpha1.EvidenceSource, v1alpha1.EvidenceDestination, v1alpha1.EvidenceContextual,
}

// identity tells things apart.
type identity struct {
	kind            v1alpha1.EvidenceKind
	namespace, name string
}

func identityOf(evidence *v1alpha1.Evidence) identity {
	return identity{evidence.Kind, strings.ToLower(evidence.Namespace), text.Fold(evidence.Name)}
}

// counting adds up in how many alerts a thing is.
type counting struct {
	thing Thing
	roles map[v1alpha1.EvidenceRole]int
}

// evidence adds up the evidence of alerts.
type evidence map[identity]*counting

// add counts each thing once an alert, and each of its roles once.
func (e evidence) add(alert *v1alpha1.Alert, first, last time.Time) {
	seen := map[identity]map[v1alpha1.EvidenceRole]bool{}
	for i := range alert.Spec.Evidence {
		one := &alert.Spec.Evidence[i]
		id := identityOf(one)
		counted := e[id]
		if counted == nil {
			counted = &counting{
				thing: Thing{Name: one.Name, Namespace: one.Namespace, First: first, Last: last},
				roles: map[v1alpha1.EvidenceRole]int{},
			}
			e[id] = counted
		}
		if seen[id] == nil {
			seen[id] = map[v1alpha1.EvidenceRole]bool{}
			counted.thing.Alerts++
			counted.thing.First, counted.thing.Last = earlier(counted.thing.First, first), later(counted.thing.Last, last)
		}
		if one.Role != "" && !seen[id][one.Role] {
			seen[id][one.Role] = true
			counted.roles[one.Role]++
		}
	}
}

// groups are the things by kind.
func (e evidence) groups() []Group {
	byKind := map[v1alpha1.EvidenceKind][]Thing{}
	for id, counted := range e {
		thing := counted.thing
		for _, role := range roles {
			if number := counted.roles[role]; number > 0 {
				thing.Roles = append(thing.Roles, RoleCount{role, number})
			}
		}
		byKind[id.kind] = append(byKind[id.kind], thing)
	}
	var groups []Group
	for _, kind := range slices.SortedFunc(maps.Keys(byKind), compareKinds) {
		slices.SortFunc(byKind[kind], func(a, b Thing) int {
			return cmp.Or(cmp.Compare(b.Alerts, a.Alerts), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Namespace, b.Namespace))
		})
		groups = append(groups, Group{kind, byKind[kind]})
	}
	return groups
}

// compareKinds puts a kind that is not known here behind all others.
func compareKinds(a, b v1alpha1.EvidenceKind) int {
	place := func(kind v1alpha1.EvidenceKind) int {
		if i := slices.Index(kinds, kind); i >= 0 {
			return i
		}
		return len(kinds)
	}
	return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
}

// distinct counts endpoints and users, each across their kinds: a node that another product calls a device is one machine.
func (e evidence) distinct() (endpoints, users int) {
	ends, people := map[identity]bool{}, map[identity]bool{}
	for id := range e {
		kind := id.kind
		id.kind = ""
		switch {
		case kind.IsEndpoint():
			ends[id] = true
		case kind.IsUser():
			people[id] = true
		}
	}
	return len(ends), len(people)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
