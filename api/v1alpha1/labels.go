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

// Labels and annotations that belong to this API.
const (
	// TagLabelPrefix begins the label that mirrors a tag on the object that bears it; what follows is the tag's slug.
	// A label of this prefix that a person set counts as a tag, whatever its value.
	TagLabelPrefix = "tag.incidentoperator.dev/"

	// InheritedAnnotation holds, on an Alert, what it last inherited from its incident and what was there before.
	// Only the operator writes it; admission restores it on every other request.
	InheritedAnnotation = "incidentoperator.dev/inherited"

	// EditorAnnotationPrefix begins the annotations that say who last changed a group of fields, as
	// "<user name>@<generation>". Admission stamps them and overwrites whatever a client sends.
	EditorAnnotationPrefix = "editor.incidentoperator.dev/"

	// NotesAnnotation holds the notes of people's requests that the activity log may still have to take. The admission
	// policy appends them in the request itself; only the operator removes them.
	NotesAnnotation = EditorAnnotationPrefix + "notes"

	// LabelsAnnotation lists the tag labels of an object that the operator itself has set, by their names behind
	// TagLabelPrefix, one a line. Only the operator writes it.
	LabelsAnnotation = EditorAnnotationPrefix + "labels"

	// LeftAnnotation lists, on an Alert, the UIDs of the merged incidents that it has left, one a line: it leaves each only
	// once. Only the operator writes it.
	LeftAnnotation = EditorAnnotationPrefix + "left"

	// TrailAnnotation is on Alerts that a version before the notes has written. The operator reads which merged incidents
	// the alert has left, and removes it.
	TrailAnnotation = EditorAnnotationPrefix + "trail"

	// MergedAnnotation lists, on an Incident, the incidents that were merged into it. Only the operator writes it;
	// admission restores it on every other request.
	MergedAnnotation = EditorAnnotationPrefix + "merged"

	// SourceLabel names, on an Alert that the receiver created, the AlertSource that it came by.
	SourceLabel = "incidentoperator.dev/source"

	// CorrelatedAnnotation says, on an Alert, why correlation linked it, as JSON: the policy, the incident, and in words
	// what it shares with how many alerts. On an Incident that correlation began it names the policy and the first alert.
	// Correlation writes it.
	CorrelatedAnnotation = "incidentoperator.dev/correlated"

	// RelatedAnnotation names, on an Incident, other incidents that an alert ties it to, one a line: the incident, a space,
	// and why. Correlation writes it.
	RelatedAnnotation = "incidentoperator.dev/related"

	// MoveReasonAnnotation says, on an Alert, why it was moved: {"to":"inc-2","reason":"…"}. Whoever moves it writes it
	// in the same request; it counts only where to is the incident that the alert went to, empty for none.
	MoveReasonAnnotation = "incidentoperator.dev/move-reason"

	// RequestAnnotation says, on an Incident or an Alert, which bulk of changes it was a part of, as "<name>@<generation>"
	// with the generation that the change brought about. The client that makes the bulk writes it in the same request, and it
	// counts only while that is the last change of the object: by it the whole bulk is found and undone.
	RequestAnnotation = "incidentoperator.dev/request"
)
