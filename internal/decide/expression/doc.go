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

// Package expression compiles and evaluates conditions over an alert, written in CEL. A condition is compiled once; its
// cost is bounded twice, by an estimate when it is compiled and by a count while it runs.
//
// A condition sees one variable, alert, with the fields of the API: alert.metadata.name, .namespace, .labels and
// .creationTimestamp, and alert.spec as it stands in the Alert's reference. A field that is unset reads as empty ("", 0,
// an empty list or map; a time as 1970-01-01T00:00:00Z), and has() tells whether it is set, so that a condition never fails
// for what a detector left out. A field that there is not is refused when the condition is compiled.
package expression
