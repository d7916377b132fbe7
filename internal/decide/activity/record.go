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
	"maps"
	"slices"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// group is a group of fields whose last editor admission stamps.
type group struct {
	name   string
	fields []string
	kind   func(before, after view) v1alpha1.ActivityType
}

// acceptance is the group of what the operator itself decides about an incident; nobody stamps it.
const acceptance = "mergedInto"

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

var tagGroup = group{"tags", []string{fieldTags}, always(v1alpha1.ActivityTagged)}

// groups lists them in the order in which changes of the same generation are recorded.
var groups = []group{
	{"name", []string{fieldName}, always(v1alpha1.ActivityRenamed)},
	{"description", []string{fieldDescription}, always(v1alpha1.ActivityDescribed)},
	tagGroup,
	{"assignee", []string{fieldAssignee}, always(v1alpha1.ActivityAssigned)},
	{"classification", []string{fieldVerdict, fieldDetermination}, always(v1alpha1.ActivityClassified)},
	{"severity", []string{fieldSeverity}, always(v1alpha1.ActivitySeverityChanged)},
	{"mergeInto", []string{fieldMergeInto}, always(v1alpha1.ActivityMergeRequested)},
	{"resolution", []string{fieldState, fieldNote}, resolutionType},
	{acceptance, []string{fieldMergedInto}, always(v1alpha1.ActivityMerged)},
}

// createdGroup is stamped when an incident is created, and never again.
const createdGroup = "created"

func always(kind v1alpha1.ActivityType) func(view, view) v1alpha1.ActivityType {
	return func(view, view) v1alpha1.ActivityType { return kind }
}

func resolutionType(before, after view) v1alpha1.ActivityType {
	const resolved = string(v1alpha1.ResolutionResolved)
	was, is := before.fields[fieldState] == resolved, after.fields[fieldState] == resolved
	switch {
	case is && !was:
		return v1alpha1.ActivityResolved
	case was && !is:
		return v1alpha1.ActivityReopened
	default:
		return v1alpha1.ActivityResolutionChanged
	}
}

// view is what the log records of an incident at one moment: recorded values and recorded stamps, without empty ones.
type view struct {
	generation      int64
	resourceVersion string
	fields, stamps  map[string]string
	alerts          v1alpha1.ActivityAlertRecord
	merges          int64
}

// seen is the incident as it is now.
func seen(incident *v1alpha1.Incident) view {
	v := view{
		generation: incident.Generation, resourceVersion: incident.ResourceVersion,
		fields: triageFields(incident, incident.Spec.Triage), stamps: map[string]string{},
	}
	for field, value := range map[string]string{
		fieldName:        incident.Spec.Name,
		fieldDescription: incident.Spec.Description,
		fieldSeverity:    string(incident.Spec.Severity),
		fieldMergeInto:   incident.Spec.MergeInto.Name,
		fieldMergedInto:  incident.Status.MergedInto.Name,
	} {
		put(v.fields, field, Recorded(value))
	}
	for _, name := range append([]string{createdGroup}, groupNames()...) {
		if stamp := incident.Annotations[v1alpha1.EditorAnnotationPrefix+name]; stamp != "" {
			v.stamps[name] = Recorded(stamp)
		}
	}
	return v
}

// triageFields are the recorded values of what incidents and alerts have in common, without empty ones.
func triageFields(bearer metav1.Object, triage v1alpha1.Triage) map[string]string {
	fields := map[string]string{}
	for field, value := range map[string]string{
		fieldTags:          tagsOf(bearer, triage.Tags),
		fieldAssignee:      triage.Assignee,
		fieldState:         string(orDefault(triage.Resolution.State, v1alpha1.ResolutionActive)),
		fieldNote:          triage.Resolution.Note,
		fieldVerdict:       string(orDefault(triage.Classification.Verdict, v1alpha1.VerdictNotSet)),
		fieldDetermination: string(triage.Classification.Determination),
	} {
		put(fields, field, Recorded(value))
	}
	return fields
}

func orDefault[T ~string](value, standard T) T {
	if value == "" {
		return standard
	}
	return value
}

// tagsOf are the tags of an object, those that people set as labels among them, as a sorted JSON array.
func tagsOf(bearer metav1.Object, spec []v1alpha1.Tag) string {
	all := tags.List(spec, bearer.GetLabels(), tags.Ours(bearer.GetManagedFields()))
	if len(all) == 0 {
		return ""
	}
	texts := make([]string, 0, len(all))
	for _, tag := range all {
		texts = append(texts, tag.Tag)
	}
	slices.Sort(texts)
	encoded, err := json.Marshal(texts)
	if err != nil {
		panic(fmt.Sprintf("encoding strings cannot fail: %v", err))
	}
	return string(encoded)
}

func groupNames() []string {
	names := make([]string, 0, len(groups))
	for _, g := range groups {
		names = append(names, g.name)
	}
	return names
}

// known is what the log recorded last.
func known(record v1alpha1.ActivityRecord) view {
	v := view{
		generation: ptr.Deref(record.Generation, 0), resourceVersion: record.ResourceVersion,
		fields: map[string]string{}, stamps: map[string]string{},
		alerts: record.Alerts, merges: record.Merges,
	}
	for _, field := range record.Fields {
		v.fields[field.Field] = field.Value
	}
	for _, stamp := range record.Stamps {
		v.stamps[stamp.Group] = stamp.Editor
	}
	return v
}

// record is the view as an entry carries it.
func (v view) record() v1alpha1.ActivityRecord {
	record := v1alpha1.ActivityRecord{
		Generation: ptr.To(v.generation), ResourceVersion: v.resourceVersion, Alerts: v.alerts, Merges: v.merges,
	}
	for _, g := range groups {
		for _, field := range g.fields {
			if value, ok := v.fields[field]; ok {
				record.Fields = append(record.Fields, v1alpha1.ActivityField{Field: field, Value: value})
			}
		}
	}
	for _, name := range append([]string{createdGroup}, groupNames()...) {
		if stamp, ok := v.stamps[name]; ok {
			record.Stamps = append(record.Stamps, v1alpha1.ActivityStamp{Group: name, Editor: stamp})
		}
	}
	return record
}

func (v view) clone() view {
	v.fields, v.stamps = maps.Clone(v.fields), maps.Clone(v.stamps)
	return v
}

// take copies one group with its stamp from another view.
func (v view) take(g group, from view) {
	for _, field := range g.fields {
		put(v.fields, field, from.fields[field])
	}
	put(v.stamps, g.name, from.stamps[g.name])
}

func put(values map[string]string, key, value string) {
	if value == "" {
		delete(values, key)
	} else {
		values[key] = value
	}
}

// differs reports whether a group changed, or was changed and changed back.
func (g group) differs(before, after view) bool {
	return before.stamps[g.name] != after.stamps[g.name] || len(g.changes(before, after)) > 0
}

func (g group) changes(before, after view) []v1alpha1.ActivityChange {
	return changesOf(g.fields, before.fields, after.fields)
}

func changesOf(fields []string, before, after map[string]string) []v1alpha1.ActivityChange {
	var changes []v1alpha1.ActivityChange
	for _, field := range fields {
		if from, to := before[field], after[field]; from != to {
			changes = append(changes, v1alpha1.ActivityChange{Field: field, From: from, To: to})
		}
	}
	return changes
}

// edit is who changed a group in which generation; nobody where no stamp says it.
type edit struct {
	user       string
	generation int64
}

// editOf reads the stamp of a group if it is newer than what was recorded.
func (g group) editOf(before, after view) edit {
	stamp := after.stamps[g.name]
	if stamp == before.stamps[g.name] {
		return edit{}
	}
	return parseStamp(stamp)
}

func parseStamp(stamp string) edit {
	at := strings.LastIndexByte(stamp, '@')
	if at < 0 {
		return edit{}
	}
	generation, err := strconv.ParseInt(stamp[at+1:], 10, 64)
	if err != nil {
		return edit{}
	}
	return edit{user: stamp[:at], generation: generation}
}

// EditorOf is who changed a group of fields of an object last, as admission stamped it; empty where it did not.
func EditorOf(bearer metav1.Object, group string) string {
	return parseStamp(Recorded(bearer.GetAnnotations()[v1alpha1.EditorAnnotationPrefix+group])).user
}
