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
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// The fields that a log records.
const (
	fieldName          = "spec.name"
	fieldDescription   = "spec.description"
	fieldTags          = "spec.tags"
	fieldAssignee      = "spec.assignee"
	fieldState         = "spec.resolution.state"
	fieldNote          = "spec.resolution.note"
	fieldVerdict       = "spec.classification.verdict"
	fieldDetermination = "spec.classification.determination"
	fieldSeverity      = "spec.severity"
	fieldMergeInto     = "spec.mergeInto.name"
	fieldMergedInto    = "status.mergedInto.name"
)

// group is a group of fields that admission stamps together, and how a change of it is called.
type group struct {
	name   string
	fields []string
	kind   func(changes []v1alpha1.ActivityChange) v1alpha1.ActivityType
}

// groups are in the order in which the changes of one request are recorded.
var groups = []group{
	{"name", []string{fieldName}, always(v1alpha1.ActivityRenamed)},
	{"description", []string{fieldDescription}, always(v1alpha1.ActivityDescribed)},
	{"tags", []string{fieldTags}, always(v1alpha1.ActivityTagged)},
	{"assignee", []string{fieldAssignee}, always(v1alpha1.ActivityAssigned)},
	{"classification", []string{fieldVerdict, fieldDetermination}, always(v1alpha1.ActivityClassified)},
	{"severity", []string{fieldSeverity}, always(v1alpha1.ActivitySeverityChanged)},
	{"mergeInto", []string{fieldMergeInto}, always(v1alpha1.ActivityMergeRequested)},
	{"resolution", []string{fieldState, fieldNote}, resolutionType},
}

// significance is the order in which a request that changes several groups is called by one of them.
var significance = []v1alpha1.ActivityType{
	v1alpha1.ActivityMergeRequested, v1alpha1.ActivityResolved, v1alpha1.ActivityReopened, v1alpha1.ActivityClassified,
	v1alpha1.ActivityAssigned, v1alpha1.ActivityResolutionChanged, v1alpha1.ActivitySeverityChanged,
	v1alpha1.ActivityRenamed, v1alpha1.ActivityTagged, v1alpha1.ActivityDescribed,
}

func always(kind v1alpha1.ActivityType) func([]v1alpha1.ActivityChange) v1alpha1.ActivityType {
	return func([]v1alpha1.ActivityChange) v1alpha1.ActivityType { return kind }
}

func resolutionType(changes []v1alpha1.ActivityChange) v1alpha1.ActivityType {
	const resolved = string(v1alpha1.ResolutionResolved)
	for _, change := range changes {
		switch {
		case change.Field != fieldState:
		case change.To == resolved:
			return v1alpha1.ActivityResolved
		case change.From == resolved:
			return v1alpha1.ActivityReopened
		}
	}
	return v1alpha1.ActivityResolutionChanged
}

// typeOf is what a request did that made these changes of an incident.
func typeOf(changes []v1alpha1.ActivityChange) v1alpha1.ActivityType {
	kind := v1alpha1.ActivityEdited
	for _, g := range groups {
		of := slices.DeleteFunc(slices.Clone(changes), func(c v1alpha1.ActivityChange) bool { return !slices.Contains(g.fields, c.Field) })
		if len(of) == 0 {
			continue
		}
		if of := g.kind(of); kind == v1alpha1.ActivityEdited || slices.Index(significance, of) < slices.Index(significance, kind) {
			kind = of
		}
	}
	return kind
}

// values are whole values by field, without those that are unset.
type values map[string]string

func (v values) put(field, value string) {
	if value == "" {
		delete(v, field)
	} else {
		v[field] = value
	}
}

// Fields is what an incident says of the fields that its log records, whole and without those that are unset. Tags are a
// JSON array, those that people set as labels among them.
func Fields(incident *v1alpha1.Incident) map[string]string {
	v := valuesOf(&incident.Spec.Triage, tags.Of(incident))
	v.put(fieldName, incident.Spec.Name)
	v.put(fieldDescription, incident.Spec.Description)
	v.put(fieldSeverity, string(incident.Spec.Severity))
	v.put(fieldMergeInto, incident.Spec.MergeInto.Name)
	v.put(fieldMergedInto, incident.Status.MergedInto.Name)
	return v
}

// AlertFields is what an alert says of the fields that the log of its incident records, in the form of Fields.
func AlertFields(alert *v1alpha1.Alert) map[string]string {
	v := valuesOf(&alert.Spec.Triage, tags.OfAlert(alert))
	v.put(fieldName, alert.Spec.Name)
	v.put(fieldSeverity, string(alert.Spec.Severity))
	return v
}

// valuesOf are the values of what incidents and alerts have in common.
func valuesOf(triage *v1alpha1.Triage, borne []v1alpha1.IncidentTag) values {
	v := values{}
	for field, value := range map[string]string{
		fieldTags:          tagList(borne),
		fieldAssignee:      triage.Assignee,
		fieldState:         string(orDefault(triage.Resolution.State, v1alpha1.ResolutionActive)),
		fieldNote:          triage.Resolution.Note,
		fieldVerdict:       string(orDefault(triage.Classification.Verdict, v1alpha1.VerdictNotSet)),
		fieldDetermination: string(triage.Classification.Determination),
	} {
		v.put(field, value)
	}
	return v
}

func orDefault[T ~string](value, standard T) T {
	if value == "" {
		return standard
	}
	return value
}

// tagList is tags as a sorted JSON array, empty for none.
func tagList(list []v1alpha1.IncidentTag) string {
	if len(list) == 0 {
		return ""
	}
	texts := make([]string, 0, len(list))
	for _, tag := range list {
		texts = append(texts, tag.Tag)
	}
	slices.Sort(texts)
	encoded, err := json.Marshal(texts)
	if err != nil {
		panic(fmt.Sprintf("encoding strings cannot fail: %v", err))
	}
	return string(encoded)
}

// IsStampedAtCreation says whether a group of fields of an object is as its creator set it, as admission stamped it.
func IsStampedAtCreation(bearer metav1.Object, group string) bool {
	return strings.HasSuffix(bearer.GetAnnotations()[v1alpha1.EditorAnnotationPrefix+group], "@1")
}
