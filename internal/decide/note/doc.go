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

// Package note reads what the admission policies note of people's requests in the annotation
// editor.incidentoperator.dev/notes of Incidents and Alerts, in the very request that makes the change: its number, who
// made it, and the values before and after. The policies in config/admission/edits.yaml are the only writers.
//
// The annotation is lines of text. The first is the number of the last note that was ever written; each of the others is
// a note, oldest first:
//
//	7
//	6 3 "alice@example.com" assignee "" "bob@example.com" state "Active" "Resolved" note "" "a drill"
//	7 4 "bob@example.com" large "" "description tags labels"
//
// Number, generation, user, then for each field its name and its values before and after. A note whose values are too
// large only names their fields. Once there are too many notes, requests are only counted, with those who made them:
//
//	39 21 + 7 "alice@example.com" "bob@example.com"
package note
