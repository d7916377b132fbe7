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

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/text"
)

// Memory is what an alert remembers of its incident: the content of the annotation incidentoperator.dev/inherited.
type Memory struct {
	// Incident is the name of the incident that the alert is linked to.
	Incident string `json:"incident"`
	// UID tells incidents of the same name apart.
	UID types.UID `json:"uid"`
	// Assignee is the assignee that the incident gave; nil where it gave none.
	Assignee *Given `json:"assignee,omitempty"`
	// Resolution is the resolution state that the incident gave; nil where it gave none.
	Resolution *Given `json:"resolution,omitempty"`
}

const (
	maxMemoryBytes = 8 * 1024
	maxUIDLength   = 128
)

// ParseMemory reads the annotation. It refuses whatever the API would refuse to take back as a field's value, since such
// a memory would make every later patch of the alert fail.
func ParseMemory(annotation string) (*Memory, error) {
	if len(annotation) > maxMemoryBytes {
		return nil, fmt.Errorf("must be at most %d bytes, is %d", maxMemoryBytes, len(annotation))
	}
	memory := &Memory{}
	if err := json.Unmarshal([]byte(annotation), memory); err != nil {
		return nil, fmt.Errorf("must be a JSON object: %w", err)
	}
	if err := memory.validate(); err != nil {
		return nil, err
	}
	return memory, nil
}

// String encodes the memory for the annotation. Equal memories have equal encodings.
func (m *Memory) String() string {
	encoded, err := json.Marshal(m)
	if err != nil {
		panic(fmt.Sprintf("encoding a struct of strings cannot fail: %v", err))
	}
	return string(encoded)
}

// Equal reports whether both remember the same; nil remembers nothing.
func (m *Memory) Equal(other *Memory) bool {
	if m == nil || other == nil {
		return m == other
	}
	return m.Incident == other.Incident && m.UID == other.UID &&
		m.Assignee.equal(other.Assignee) && m.Resolution.equal(other.Resolution)
}

func (g *Given) equal(other *Given) bool {
	if g == nil || other == nil {
		return g == other
	}
	return *g == *other
}

func (m *Memory) validate() error {
	if problems := validation.IsDNS1123Subdomain(m.Incident); len(problems) > 0 {
		return fmt.Errorf("incident must be the name of an Incident: %s", strings.Join(problems, "; "))
	}
	if m.UID == "" || len(m.UID) > maxUIDLength {
		return fmt.Errorf("uid must have 1 to %d bytes", maxUIDLength)
	}
	return errors.Join(validAssignee(m.Assignee), validResolution(m.Resolution))
}

func validAssignee(given *Given) error {
	switch {
	case given == nil:
		return nil
	case given.Value == unset:
		return errors.New("assignee.value must not be empty")
	case given.Held, given.Ended:
		return errors.New("assignee.held and assignee.ended must be unset: only a resolution has them")
	}
	for _, name := range []string{given.Value, given.Over} {
		// A memory that breaks the rules of the API could never be given back.
		if !text.IsLine(name) || utf8.RuneCountInString(name) > v1alpha1.MaxAssigneeCharacters {
			return errors.New("assignee must hold names that an assignee can have")
		}
	}
	return nil
}

func validResolution(given *Given) error {
	if given == nil {
		return nil
	}
	if given.Value != string(v1alpha1.ResolutionResolved) {
		return fmt.Errorf("resolution.value must be %s", v1alpha1.ResolutionResolved)
	}
	switch v1alpha1.ResolutionState(given.Over) {
	case v1alpha1.ResolutionActive, v1alpha1.ResolutionInProgress, v1alpha1.ResolutionResolved:
		return nil
	default:
		return fmt.Errorf("resolution.over must be %s, %s or %s",
			v1alpha1.ResolutionActive, v1alpha1.ResolutionInProgress, v1alpha1.ResolutionResolved)
	}
}
