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
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

// Origin says of an incident that a policy began it, and at which alert. It is zero for any other incident.
type Origin struct {
	Policy string `json:"policy,omitempty"`
	Anchor string `json:"anchor,omitempty"`
}

// OriginOf reads the annotation of an incident. What cannot be read counts as none: the incident is a person's then. So does
// what is on an incident that ingest did not create, as admission stamped it: anybody may write the annotation. An empty
// ingest believes the annotation alone.
func OriginOf(incident *v1alpha1.Incident, ingest string) Origin {
	var origin Origin
	if ingest != "" && activity.EditorOf(incident.Annotations, "created") != ingest {
		return origin
	}
	if err := json.Unmarshal([]byte(incident.Annotations[v1alpha1.CorrelatedAnnotation]), &origin); err != nil {
		return Origin{}
	}
	return origin
}

// Annotation is the origin as it stands on the incident.
func (o Origin) Annotation() string {
	text, _ := json.Marshal(o) // Two strings can always be written.
	return string(text)
}

// Reason is why a policy linked an alert to an incident. It is zero if a person did, or a detector.
type Reason struct {
	Policy   string `json:"policy,omitempty"`
	Incident string `json:"incident,omitempty"`
	Why      string `json:"reason,omitempty"`
}

// ReasonOf reads the annotation of an alert. One that speaks of another incident than the alert names is of before a move.
func ReasonOf(alert *v1alpha1.Alert) Reason {
	var reason Reason
	err := json.Unmarshal([]byte(alert.Annotations[v1alpha1.CorrelatedAnnotation]), &reason)
	if err != nil || reason.Incident != alert.Spec.IncidentRef.Name {
		return Reason{}
	}
	return reason
}

// Annotation is the reason as it stands on the alert.
func (r Reason) Annotation() string {
	text, _ := json.Marshal(r) // Strings can always be written.
	return string(text)
}

// relatedOf are the incidents that an incident says it is related to.
func relatedOf(incident *v1alpha1.Incident) map[string]bool {
	related := map[string]bool{}
	for line := range strings.Lines(incident.Annotations[v1alpha1.RelatedAnnotation]) {
		if name, _, _ := strings.Cut(strings.TrimSpace(line), " "); name != "" {
			related[name] = true
		}
	}
	return related
}

// maxRelated bounds how many related incidents an incident names: the newest.
const maxRelated = 16

// Noted is what an incident says of related ones once it says that it is related to another, too.
func Noted(incident *v1alpha1.Incident, other, why string) string {
	present := incident.Annotations[v1alpha1.RelatedAnnotation]
	if relatedOf(incident)[other] {
		return present
	}
	lines := strings.FieldsFunc(present, func(r rune) bool { return r == '\n' })
	lines = append(lines, strings.Join(strings.Fields(other+" "+why), " "))
	return strings.Join(lines[max(0, len(lines)-maxRelated):], "\n")
}

const (
	// maxNameStem bounds how much of a policy's name an incident's begins with; nameDigits of a hash in hex follow.
	maxNameStem = 40
	nameDigits  = 12
)

// nameOf is the name of the incident that a policy begins at an alert: always the same one. If that is taken by an incident
// that is none of its own any more, the next one is.
func (e *Engine) nameOf(p *Policy, anchor *record, taken map[string]bool) string {
	sum := sha256.Sum256([]byte(p.Name + "\x00" + anchor.name + "\x00" + anchor.uid))
	stem := strings.ReplaceAll(p.Name, ".", "-")
	stem = strings.TrimRight(stem[:min(len(stem), maxNameStem)], "-")
	name := stem + "-" + hex.EncodeToString(sum[:])[:nameDigits]
	for i, base := 2, name; e.isTaken(name) || taken[name]; i++ {
		name = fmt.Sprintf("%s-%d", base, i)
	}
	return name
}

// isTaken says whether a name is that of an incident that was there, also if it is gone and alerts still name it.
func (e *Engine) isTaken(name string) bool { return e.places[name] != nil }
