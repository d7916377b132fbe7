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

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ActivityType says what happened.
//
// +kubebuilder:validation:Enum=Created;Renamed;Described;Tagged;Assigned;Resolved;Reopened;ResolutionChanged;Classified;SeverityChanged;MergeRequested;Merged;AlertsLinked;AlertsUnlinked;AlertsChanged;AlertsDeleted;Propagated;Edited;Commented
type ActivityType string

// The types of activities.
const (
	// ActivityCreated begins every log.
	ActivityCreated         ActivityType = "Created"
	ActivityRenamed         ActivityType = "Renamed"
	ActivityDescribed       ActivityType = "Described"
	ActivityTagged          ActivityType = "Tagged"
	ActivityAssigned        ActivityType = "Assigned"
	ActivityResolved        ActivityType = "Resolved"
	ActivityReopened        ActivityType = "Reopened"
	ActivityClassified      ActivityType = "Classified"
	ActivitySeverityChanged ActivityType = "SeverityChanged"
	ActivityMergeRequested  ActivityType = "MergeRequested"
	// ActivityMerged is in both logs: of the incident that was merged into another, and of that other.
	ActivityMerged ActivityType = "Merged"
	// ActivityAlertsLinked and ActivityAlertsUnlinked are in both logs of a move.
	ActivityAlertsLinked   ActivityType = "AlertsLinked"
	ActivityAlertsUnlinked ActivityType = "AlertsUnlinked"
	// ActivityAlertsChanged is what people changed on alerts themselves.
	ActivityAlertsChanged ActivityType = "AlertsChanged"
	ActivityAlertsDeleted ActivityType = "AlertsDeleted"
	// ActivityPropagated is what the operator changed on alerts because the incident says so.
	ActivityPropagated ActivityType = "Propagated"
	// ActivityResolutionChanged is a change of the state that neither resolves nor re-opens, or of the note.
	ActivityResolutionChanged ActivityType = "ResolutionChanged"
	// ActivityEdited stands for requests of which nobody knows what they changed.
	ActivityEdited    ActivityType = "Edited"
	ActivityCommented ActivityType = "Commented"
)

// ActorKind says what an actor's name means.
//
// +kubebuilder:validation:Enum=User;Operator;Unknown
type ActorKind string

// The kinds of actors.
const (
	ActorUser     ActorKind = "User"
	ActorOperator ActorKind = "Operator"
	ActorUnknown  ActorKind = "Unknown"
)

// ActivityIncident says which incident an activity belongs to.
type ActivityIncident struct {
	// name is the metadata.name of the incident, 1 to 253 characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`

	// uid tells incidents of the same name apart. 1 to 128 characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	UID string `json:"uid,omitempty"`
}

// ActivityChange is one field that changed. Values are recorded whole up to
// 5,000 characters. A longer one, and one that begins with "sha256:", is
// recorded as "sha256:<64 hexadecimal digits> (<number> characters)", the hash
// of its UTF-8 bytes. Entries without after.notes recorded values whole up to
// 256 characters only.
type ActivityChange struct {
	// field is the path of the field, such as spec.assignee. 1 to 128 characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	Field string `json:"field,omitempty"`

	// from is the recorded value before the change, at most 5,000 characters.
	// Unset means that the field was unset.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=5000
	From string `json:"from,omitempty"`

	// to is the recorded value after the change, at most 5,000 characters. Unset
	// means that the field was unset.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=5000
	To string `json:"to,omitempty"`
}

// ActivityComment is the comment that an activity records.
type ActivityComment struct {
	// name is the metadata.name of the Comment, 1 to 253 characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`

	// uid is the metadata.uid of the Comment, 1 to 128 characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	UID string `json:"uid,omitempty"`

	// text is the recorded value of the comment's text, 1 to 5,000 characters: see
	// ActivityChange. The Comment itself holds it whole.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=5000
	Text string `json:"text,omitempty"`
}

// ActivityAlerts are the alerts that an activity is about.
type ActivityAlerts struct {
	// count is how many they are.
	// +required
	// +kubebuilder:validation:Minimum=1
	Count int64 `json:"count,omitempty"`

	// kept is how many other alerts keep a value of their own over what the entry
	// says that the incident gives. Unset for none.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Kept int64 `json:"kept,omitempty"`

	// names are their metadata.name, sorted by their bytes: the first 100 of
	// them. Unset if they are only counted.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=100
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=253
	Names []string `json:"names,omitempty"`

	// digest is the SHA-256 of all their names, sorted by their bytes, each
	// followed by a line feed: 64 hexadecimal digits. Unset if they are only
	// counted.
	// +optional
	// +kubebuilder:validation:MinLength=64
	// +kubebuilder:validation:MaxLength=64
	Digest string `json:"digest,omitempty"`
}

// ActivityTakenNote says how far the log has taken the notes of one alert.
type ActivityTakenNote struct {
	// alert is the metadata.uid of the alert, 1 to 128 characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	Alert string `json:"alert,omitempty"`

	// note is the number of the last note of the alert that the log has taken.
	// +required
	// +kubebuilder:validation:Minimum=1
	Note int64 `json:"note,omitempty"`
}

// ActivityAlertRecord is what the log knows of the alerts of the incident.
type ActivityAlertRecord struct {
	// total is how many alerts are linked, as the log has it.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Total int64 `json:"total,omitempty"`

	// merged is how many of them came from a merged incident at some time.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Merged int64 `json:"merged,omitempty"`

	// machine is how many of them were linked by a machine, which leaves no note.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Machine int64 `json:"machine,omitempty"`

	// carrying is how many of them carried what the incident gives when that was
	// last told.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Carrying int64 `json:"carrying,omitempty"`

	// given are the recorded values that the incident gave when that was last
	// told: spec.assignee, and spec.resolution.state if it was resolved.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=8
	Given []ActivityField `json:"given,omitempty"`

	// seen is the highest resourceVersion of an alert that was known when the
	// entry was written, 1 to 32 characters. Who knows less must not go on.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	Seen string `json:"seen,omitempty"`

	// taken says how far the log has taken the notes of alerts that still bear
	// them, at most 100.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=100
	Taken []ActivityTakenNote `json:"taken,omitempty"`

	// recorded is the resourceVersion up to which changes of alerts are in the
	// log, 1 to 32 characters. Only entries without seen bear it.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	Recorded string `json:"recorded,omitempty"`

	// until is the resourceVersion up to which an entry and those that follow it
	// record, 1 to 32 characters. Only entries without seen bear it.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	Until string `json:"until,omitempty"`
}

// ActivityField is the recorded value of one field.
type ActivityField struct {
	// field is the path of the field, such as spec.assignee. 1 to 128 characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	Field string `json:"field,omitempty"`

	// value is its value, 1 to 256 characters: whole up to 256 characters, else by
	// its hash as ActivityChange has it.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Value string `json:"value,omitempty"`
}

// ActivityStamp is the recorded stamp of one group of fields.
type ActivityStamp struct {
	// group is the group of fields, such as assignee. 1 to 64 characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	Group string `json:"group,omitempty"`

	// editor is the annotation editor.incidentoperator.dev/<group> as recorded, 1
	// to 256 characters: see ActivityChange.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Editor string `json:"editor,omitempty"`
}

// ActivityRecord is what the log knows of the incident after an activity: the
// base of the next difference.
type ActivityRecord struct {
	// generation is the highest metadata.generation of the incident that the log
	// covers.
	// +required
	// +kubebuilder:validation:Minimum=0
	Generation *int64 `json:"generation,omitempty"`

	// resourceVersion is the metadata.resourceVersion of the incident that was
	// last recorded, 1 to 32 characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	ResourceVersion string `json:"resourceVersion,omitempty"`

	// fields are the recorded fields that are set, in a fixed order.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	Fields []ActivityField `json:"fields,omitempty"`

	// notes is the number of the last note of the incident that the log has taken.
	// Unset in entries of versions that left no notes, and while there is none.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Notes int64 `json:"notes,omitempty"`

	// stamps are the recorded stamps, in a fixed order. Only entries of versions
	// that left no notes bear them.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	Stamps []ActivityStamp `json:"stamps,omitempty"`

	// alerts is what the log knows of the alerts of the incident.
	// +optional
	Alerts ActivityAlertRecord `json:"alerts,omitzero"`

	// merges is how many incidents were merged into this one, as the log has it.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Merges int64 `json:"merges,omitempty"`
}

// ActivitySpec is one entry of an incident's activity log. It never changes.
type ActivitySpec struct {
	// incidentRef says which incident the entry belongs to.
	// +required
	IncidentRef ActivityIncident `json:"incidentRef,omitzero"`

	// sequence is the number of the entry in the log of its incident: 1, 2, 3 …
	// without a gap.
	// +required
	// +kubebuilder:validation:Minimum=1
	Sequence int64 `json:"sequence,omitempty"`

	// time is when it happened, where the API server says that (a creation, a
	// comment), else when the operator recorded it.
	// +required
	Time *metav1.Time `json:"time,omitempty"`

	// actor is who did it: a user by the name that the cluster's authentication
	// gives it, or what actorKind says. 1 to 1,024 characters.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Actor string `json:"actor,omitempty"`

	// actorKind is User, Operator for the incident operator itself, or Unknown
	// where no admission policy saw who did it.
	// +required
	ActorKind ActorKind `json:"actorKind,omitempty"`

	// type says what happened.
	// +required
	Type ActivityType `json:"type,omitempty"`

	// summary says it in words, 1 to 1,024 characters, with unprintable characters
	// escaped.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Summary string `json:"summary,omitempty"`

	// changes are the fields that changed, at most 32.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	Changes []ActivityChange `json:"changes,omitempty"`

	// coversGenerations is how many generations of the incident the entry covers:
	// more than 1 if it stands for several requests. Unset for none.
	// +optional
	// +kubebuilder:validation:Minimum=0
	CoversGenerations int64 `json:"coversGenerations,omitempty"`

	// alerts are the alerts that the entry is about. Unset for other types.
	// +optional
	Alerts ActivityAlerts `json:"alerts,omitzero"`

	// otherIncident is the metadata.name of the incident that alerts came from or
	// went to, or that was merged with this one. At most 253 characters. Unset
	// for none.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	OtherIncident string `json:"otherIncident,omitempty"`

	// requests is how many requests the entry stands for, of which only the last
	// are told by what they left behind: more came than notes have room for, or
	// than the log takes one by one in an hour. Unset for one.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Requests int64 `json:"requests,omitempty"`

	// reason is the recorded value of why alerts were moved, as the annotation
	// incidentoperator.dev/move-reason of the alerts says, at most 256 characters,
	// else its hash. Unset if nobody said why.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Reason string `json:"reason,omitempty"`

	// comment is the comment that the entry records. Unset for other types.
	// +optional
	Comment ActivityComment `json:"comment,omitzero"`

	// after is what the log knows of the incident after this entry.
	// +required
	After ActivityRecord `json:"after,omitzero"`

	// previousHash is the hash of the entry before, 64 hexadecimal digits. Unset
	// for the first.
	// +optional
	// +kubebuilder:validation:MinLength=64
	// +kubebuilder:validation:MaxLength=64
	PreviousHash string `json:"previousHash,omitempty"`

	// hash is the SHA-256 of the canonical encoding of this spec without hash, 64
	// hexadecimal digits.
	// +required
	// +kubebuilder:validation:MinLength=64
	// +kubebuilder:validation:MaxLength=64
	Hash string `json:"hash,omitempty"`
}

// Activity is one entry of the activity log of an incident. The operator
// alone creates it, and nobody changes it.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:path=activities,shortName=act,categories=incidentoperator
// +kubebuilder:selectablefield:JSONPath=`.spec.incidentRef.name`
// +kubebuilder:selectablefield:JSONPath=`.spec.type`
// +kubebuilder:selectablefield:JSONPath=`.spec.actor`
// +kubebuilder:printcolumn:name="Time",type=string,JSONPath=`.spec.time`,description="When it happened or was recorded"
// +kubebuilder:printcolumn:name="Actor",type=string,JSONPath=`.spec.actor`,description="Who did it"
// +kubebuilder:printcolumn:name="Type",type=string,JSONPath=`.spec.type`,description="What happened"
// +kubebuilder:printcolumn:name="Summary",type=string,JSONPath=`.spec.summary`,description="What happened, in words"
// +kubebuilder:validation:XValidation:rule="self.spec == oldSelf.spec",fieldPath=".spec",reason=FieldValueForbidden,message="spec of an Activity must stay as it was created: the log is not to be changed"
type Activity struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata. The name is made of the incident's
	// name, its UID and the sequence.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is the entry. It never changes.
	// +required
	Spec ActivitySpec `json:"spec,omitzero"`
}

// ActivityList is a list of activities.
//
// +kubebuilder:object:root=true
type ActivityList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Activity `json:"items"`
}
