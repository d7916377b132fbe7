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

package activity

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Trail is what an alert remembers for the activity logs of its incidents: the content of the annotation
// editor.incidentoperator.dev/trail.
type Trail struct {
	// Incident is the incident that the alert is linked to; unset for none.
	Incident v1alpha1.ActivityIncident `json:"incident,omitzero"`
	// Generation is the metadata.generation of the alert that was last noted: stamps of later ones are new.
	Generation int64 `json:"generation,omitempty"`
	// Fields are the recorded values that were last noted, without empty ones.
	Fields map[string]string `json:"fields,omitempty"`
	// Changes are those that a log may still have to take, oldest first.
	Changes []Change `json:"changes,omitempty"`
	// Left are the UIDs of merged incidents that the alert has left: it leaves each only once.
	Left []string `json:"left,omitempty"`
}

// ChangeType says what a change of an alert is.
type ChangeType string

// The types of changes, each named as the type of activity that it becomes.
const (
	Linked     = ChangeType(v1alpha1.ActivityAlertsLinked)
	Unlinked   = ChangeType(v1alpha1.ActivityAlertsUnlinked)
	Edited     = ChangeType(v1alpha1.ActivityAlertsChanged)
	Propagated = ChangeType(v1alpha1.ActivityPropagated)
)

// Change is one change of an alert, for the log of one incident.
type Change struct {
	// Incident is the incident whose log takes it.
	Incident v1alpha1.ActivityIncident `json:"incident"`
	// Ticket orders it: the highest resourceVersion of an alert that the operator had seen when it noted the change.
	Ticket string `json:"ticket"`
	// Type says what it is.
	Type ChangeType `json:"type"`
	// Actor and ActorKind say who did it, as an entry does.
	Actor     string             `json:"actor"`
	ActorKind v1alpha1.ActorKind `json:"actorKind"`
	// Other is the name of the incident that the alert came from or went to; empty for none.
	Other string `json:"other,omitempty"`
	// Reason is the recorded value of why it moved; empty where nobody said it.
	Reason string `json:"reason,omitempty"`
	// Fields are the fields that changed.
	Fields []v1alpha1.ActivityChange `json:"fields,omitempty"`
}

const (
	// patience is how many changes may wait for logs before what people edit waits too: until it is noted it is still to
	// be seen on the alert.
	patience = 12

	maxTrailBytes  = 64 * 1024
	maxLeft        = 64
	maxUIDBytes    = 128
	maxObjectName  = 253
	maxFieldBytes  = 128
	maxActorLength = 1024
)

var ticketForm = regexp.MustCompile(`^[1-9]\d{0,31}$`)

// ParseTrail reads the annotation; a missing one is the trail of an alert that no log knows. It refuses what no entry
// could carry, since such a change would stop the log.
func ParseTrail(annotation string) (Trail, error) {
	var trail Trail
	if annotation == "" {
		return trail, nil
	}
	if len(annotation) > maxTrailBytes {
		return trail, fmt.Errorf("must be at most %d bytes, is %d", maxTrailBytes, len(annotation))
	}
	if err := json.Unmarshal([]byte(annotation), &trail); err != nil {
		return Trail{}, fmt.Errorf("must be a JSON object: %w", err)
	}
	for i := range trail.Changes {
		if err := trail.Changes[i].validate(); err != nil {
			return Trail{}, fmt.Errorf("changes[%d].%w", i, err)
		}
	}
	return trail, nil
}

// String encodes the trail for the annotation; one that says nothing is empty.
func (t Trail) String() string {
	var encoded strings.Builder
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false) // It would make some characters six times as long.
	if err := encoder.Encode(t); err != nil {
		panic(fmt.Sprintf("encoding a struct of strings cannot fail: %v", err))
	}
	if text := strings.TrimSuffix(encoded.String(), "\n"); text != "{}" {
		return text
	}
	return ""
}

// isLarge says whether nothing more can be noted before a log took some.
func (t Trail) isLarge() bool { return len(t.String()) > maxTrailBytes/2 }

// Honest says whether the tickets are such as the operator gives: older than the version of the alert that bears them.
func (t Trail) Honest(resourceVersion string) bool {
	return !slices.ContainsFunc(t.Changes, func(c Change) bool { return !isNewer(resourceVersion, c.Ticket) })
}

func (c Change) validate() error {
	switch c.Type {
	case Linked, Unlinked, Edited, Propagated:
	default:
		return fmt.Errorf("type must be %s, %s, %s or %s", Linked, Unlinked, Edited, Propagated)
	}
	switch c.ActorKind {
	case v1alpha1.ActorUser, v1alpha1.ActorOperator, v1alpha1.ActorUnknown:
	default:
		return fmt.Errorf("actorKind must be %s, %s or %s", v1alpha1.ActorUser, v1alpha1.ActorOperator, v1alpha1.ActorUnknown)
	}
	if !ticketForm.MatchString(c.Ticket) {
		return fmt.Errorf("ticket must be a number of at most 32 digits")
	}
	for _, bound := range []struct {
		name, value string
		least, most int
	}{
		{"incident.name", c.Incident.Name, 1, maxObjectName},
		{"incident.uid", c.Incident.UID, 1, maxUIDBytes},
		{"actor", c.Actor, 1, maxActorLength},
		{"other", c.Other, 0, maxObjectName},
	} {
		if len(bound.value) < bound.least || len(bound.value) > bound.most {
			return fmt.Errorf("%s must have %d to %d bytes", bound.name, bound.least, bound.most)
		}
	}
	if utf8.RuneCountInString(c.Reason) > maxValueCharacters {
		return fmt.Errorf("reason must have at most %d characters", maxValueCharacters)
	}
	for _, field := range c.Fields {
		if field.Field == "" || len(field.Field) > maxFieldBytes {
			return fmt.Errorf("fields must have names of 1 to %d bytes", maxFieldBytes)
		}
		if max(utf8.RuneCountInString(field.From), utf8.RuneCountInString(field.To)) > maxValueCharacters {
			return fmt.Errorf("fields must have values of at most %d characters", maxValueCharacters)
		}
	}
	return nil
}
