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

package actions

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

// ConflictError says that a field has a value which a change must not overwrite unseen.
type ConflictError struct {
	// Field is that of a Difference, such as assignee.
	Field string
	// Old is what was there when it was read, Theirs what is there now; nothing is "".
	Old, Theirs string
	// Who set it, as admission stamped it; empty if that is not known.
	Who string
	// Meanwhile says that it was set after it was read.
	Meanwhile bool
}

// Error implements error.
func (e *ConflictError) Error() string {
	said := e.Field + " set to " + quoted(e.Field, e.Theirs)
	switch {
	case e.Field == fieldAssignee && e.Theirs == "":
		said = "unassigned"
	case e.Field == fieldAssignee:
		said = "assigned to " + e.Theirs
	case e.Theirs == "":
		said = e.Field + " taken away"
	}
	if e.Meanwhile {
		said += " a moment ago"
	}
	if e.Who != "" && (e.Field != fieldAssignee || e.Who != e.Theirs) {
		said += " by " + e.Who
	}
	return said
}

// TakesOver says whether to go on makes the user the owner in place of another.
func (e *ConflictError) TakesOver() bool { return e.Field == fieldAssignee }

// maxQuoted is how many characters of a text a message repeats.
const maxQuoted = 200

// quoted puts free text in quotation marks, and shows where it is cut.
func quoted(field, value string) string {
	if !slices.Contains([]string{fieldName, fieldDescription, fieldNote}, field) {
		return value
	}
	characters := []rune(value)
	if len(characters) > maxQuoted {
		return fmt.Sprintf("“%s…” (%d characters)", string(characters[:maxQuoted]), len(characters))
	}
	return "“" + value + "”"
}

// WasText says what was replaced, such as "was bob@example.com"; empty if nothing was there before.
func WasText(replaced []Difference) string {
	if len(replaced) == 1 && replaced[0].Field == fieldIncident {
		return "was in " + replaced[0].From
	}
	if len(replaced) == 1 {
		return "was " + quoted(replaced[0].Field, replaced[0].From)
	}
	said := make([]string, 0, len(replaced))
	for _, one := range replaced {
		said = append(said, one.Field+" was "+quoted(one.Field, one.From))
	}
	return strings.Join(said, "; ")
}

// stampOf is the group of fields that admission stamps together, by the field of a Difference.
var stampOf = map[string]string{
	fieldName: "name", fieldDescription: "description", fieldAssignee: "assignee", fieldState: "resolution", fieldNote: "resolution",
	fieldClassification: "classification", fieldSeverity: "severity", fieldMergeInto: "mergeInto",
}

// overwritten returns the first field that a change would overwrite although it is not as it was seen. Tags are a set: to
// add and to take away some leaves the others as they are.
func overwritten(seen, now *v1alpha1.Incident, differences []Difference) *ConflictError {
	before := valuesOf(seen)
	for _, difference := range differences {
		if difference.Field == fieldTags || difference.Field == fieldLabels || before[difference.Field] == difference.From {
			continue
		}
		return &ConflictError{
			Field: difference.Field, Old: before[difference.Field], Theirs: difference.From,
			Who: activity.EditorOf(now.Annotations, stampOf[difference.Field]), Meanwhile: true,
		}
	}
	return nil
}

// inTheWay is for a value that a field had already when it was read.
func inTheWay(incident *v1alpha1.Incident, field, value string) *ConflictError {
	return &ConflictError{Field: field, Old: value, Theirs: value, Who: activity.EditorOf(incident.Annotations, stampOf[field])}
}

// own says whether what is in the way was set by the user, who may replace it.
func (t *ChangeTask) own(ctx context.Context, conflict *ConflictError) bool {
	if conflict.Who == "" {
		return false
	}
	me, err := WhoAmI(ctx, t.Client)
	return err == nil && me == conflict.Who
}

// refuseOverwriting returns a ConflictError if a change would overwrite something unseen, or what it must not without force.
func (t *ChangeTask) refuseOverwriting(ctx context.Context, differences []Difference) error {
	if t.Force {
		return nil
	}
	if conflict := overwritten(cmp.Or(t.Seen, t.Incident), t.Incident, differences); conflict != nil {
		return conflict
	}
	for _, guard := range t.Change.Guards {
		if conflict := guard(t.Incident); conflict != nil && !t.own(ctx, conflict) {
			return conflict
		}
	}
	return nil
}
