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

package inherit

// Given remembers one field that an incident gave to an alert.
type Given struct {
	// Value is what the incident gave.
	Value string `json:"value"`
	// Over is what the alert said before; it comes back when the incident lets go.
	Over string `json:"over"`
	// Held marks a value that was kept from the alert on purpose: the incident says it, the alert never got it.
	Held bool `json:"held,omitempty"`
	// Ended says that the alert's detector took it for over already when the incident resolved it.
	Ended bool `json:"ended,omitempty"`
}

// unset is what an incident says of a field that it does not give.
const unset = ""

// merge is the table of inheritance for one field: from the base (nil: nothing was inherited), what the incident says
// (theirs, unset for nothing) and what the alert says (ours) to what the alert says next and what to remember. If what the
// alert says is newer than what the incident says, it stands as an override does.
func merge(base *Given, theirs, ours string, newer bool) (string, *Given) {
	if base == nil {
		return first(theirs, ours, newer)
	}
	untouched := ours == base.Value && !base.Held
	switch {
	case theirs == base.Value:
		return ours, base
	case theirs == unset && untouched:
		return base.Over, nil
	case theirs == unset:
		return ours, nil
	case untouched:
		return theirs, &Given{Value: theirs, Over: base.Over}
	case newer && !base.Held:
		return ours, &Given{Value: theirs, Over: base.Over}
	default:
		return theirs, &Given{Value: theirs, Over: ours}
	}
}

// first is the part of the table in which nothing was inherited.
func first(theirs, ours string, newer bool) (string, *Given) {
	switch {
	case theirs == unset:
		return ours, nil
	case newer:
		return ours, &Given{Value: theirs, Over: ours}
	default:
		return theirs, &Given{Value: theirs, Over: ours}
	}
}
