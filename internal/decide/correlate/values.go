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

package correlate

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	// kindMark stands between what a value is of and the value itself, partMark between the parts of one that has several.
	// Neither stands in what people read.
	kindMark = "\x00"
	partMark = "\x01"
	// maxCombinations bounds the values of an alert under a policy that matches all: more would be work without a bound.
	maxCombinations = 1024
)

// use is a value that an alert has and its policy groups by.
type use struct {
	value string
	// entry is the number of the entry of groupBy.
	entry       int
	window      time.Duration
	commonAbove int
}

// readable is a value for people, such as "Device vm-17 and User bob".
func readable(value string) string {
	return strings.ReplaceAll(strings.ReplaceAll(value, kindMark, " "), partMark, " and ")
}

// uses are the values by which a policy groups an alert, each once, and whether there are too many to be told.
func (p *Policy) uses(alert *v1alpha1.Alert) (found []use, tooMany bool) {
	if p.all {
		return p.combinations(alert)
	}
	known := map[string]bool{}
	for i, e := range p.entries {
		for _, value := range e.values(alert) {
			if !known[value] {
				known[value] = true
				found = append(found, use{value: value, entry: i, window: e.window, commonAbove: e.commonAbove})
			}
		}
	}
	return found, false
}

// combinations are one value of each entry together, in every way; none if an entry has none. The narrowest window and the
// lowest limit of the entries count.
func (p *Policy) combinations(alert *v1alpha1.Alert) (found []use, tooMany bool) {
	combined := []string{""}
	window, limit := p.entries[0].window, p.entries[0].commonAbove
	for i, e := range p.entries {
		values := e.values(alert)
		if len(values)*len(combined) > maxCombinations {
			return nil, true
		}
		var next []string
		for _, head := range combined {
			for _, value := range values {
				if i > 0 {
					value = head + partMark + value
				}
				next = append(next, value)
			}
		}
		combined = next
		window, limit = min(window, e.window), min(limit, e.commonAbove)
	}
	for _, value := range combined {
		found = append(found, use{value: value, window: window, commonAbove: limit})
	}
	return found, false
}

// values are what an alert has of one entry, sorted, without what says nothing.
func (e entry) values(alert *v1alpha1.Alert) []string {
	var found []string
	add := func(what, name string) {
		if saysNothing(name) {
			return
		}
		name = strings.ToLower(strings.TrimSpace(name))
		if e.field == v1alpha1.FieldTechnique || e.field == v1alpha1.FieldSubTechnique {
			name = strings.ToUpper(name) // As everybody writes them.
		}
		found = append(found, what+kindMark+name)
	}
	switch {
	case e.label != "":
		add("label "+e.label, alert.Labels[e.label])
	case e.field != "":
		for _, text := range fieldOf(alert, e.field) {
			add(string(e.field), text)
		}
	default:
		for _, evidence := range alert.Spec.Evidence {
			if slices.Contains(e.kinds, evidence.Kind) && !saysNothing(evidence.Name) {
				add(string(evidence.Kind), placed(evidence))
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// placed is the name of a piece of evidence with its Kubernetes namespace, in which alone a name of such a thing is one.
func placed(evidence v1alpha1.Evidence) string {
	if evidence.Namespace == "" {
		return evidence.Name
	}
	return evidence.Namespace + "/" + evidence.Name
}

func fieldOf(alert *v1alpha1.Alert, field v1alpha1.CorrelationField) []string {
	spec := &alert.Spec
	switch field {
	case v1alpha1.FieldName:
		return []string{spec.Name}
	case v1alpha1.FieldCategory:
		return []string{spec.Category}
	case v1alpha1.FieldSeverity:
		return []string{string(spec.Severity)}
	case v1alpha1.FieldService:
		return []string{spec.Source.Service}
	case v1alpha1.FieldDetector:
		return []string{spec.Source.Detector}
	default:
		var techniques []string
		for _, technique := range spec.Techniques {
			if field == v1alpha1.FieldTechnique || strings.Contains(string(technique), ".") {
				techniques = append(techniques, string(technique))
			}
		}
		return techniques
	}
}

// nobody are names that many things bear which have nothing to do with each other: accounts that every machine has,
// addresses that every machine has, and what senders write where they know nothing. In lower case.
var nobody = map[string]bool{
	"": true, "-": true, "n/a": true, "na": true, "<na>": true, "none": true, "null": true, "nil": true, "unknown": true, "undefined": true,
	"root": true, "administrator": true, "system": true, "local system": true, "localsystem": true, `nt authority\system`: true,
	`nt authority\local service`: true, `nt authority\network service`: true, "local service": true, "network service": true,
	"s-1-5-18": true, "s-1-5-19": true, "s-1-5-20": true, "nobody": true, "anonymous": true, `nt authority\anonymous logon`: true,
	"localhost": true, "127.0.0.1": true, "::1": true, "0.0.0.0": true, "::": true, "255.255.255.255": true,
}

func saysNothing(name string) bool { return nobody[strings.ToLower(strings.TrimSpace(name))] }

// around are the things that an alert names, by which it is learned how common its other values are: its endpoints, else its
// users, else everything. They are kept as hashes: only how many there are matters.
func around(alert *v1alpha1.Alert) []uint64 {
	var endpoints, users, rest []uint64
	for _, evidence := range alert.Spec.Evidence {
		h := hash(string(evidence.Kind) + kindMark + strings.ToLower(strings.TrimSpace(placed(evidence))))
		switch {
		case evidence.Kind.IsEndpoint():
			endpoints = append(endpoints, h)
		case evidence.Kind.IsUser():
			users = append(users, h)
		default:
			rest = append(rest, h)
		}
	}
	for _, found := range [][]uint64{endpoints, users, rest} {
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

func hash(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // It never fails.
	return h.Sum64()
}

// gap is how far two stretches of time are apart; 0 if they overlap.
func gap(aFirst, aLast, bFirst, bLast time.Time) time.Duration {
	return cmp.Or(max(0, aFirst.Sub(bLast), bFirst.Sub(aLast)), 0)
}
