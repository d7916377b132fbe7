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

// Package text decides, once for the API and everything that reads or shows it, what text is.
//
// A line is what stands in a cell of a table, a label of a tag or an entry of the activity log: a name, a tag, an
// assignee, a service, a detector. Every script and every emoji is welcome in it, with the joiners, spaces, combining
// marks and soft hyphens that they are written with. What is refused is what a reader cannot see or a terminal obeys:
// control characters, line breaks, bidirectional marks and overrides, and blanks that only look like nothing. White space
// stands between words, never at an end.
//
// Prose is what people write about an incident: a comment, a note, a description. It has lines and tabs, and no other
// control character. Bidirectional marks, U+2028 and U+2029 are left in it: they come with what people paste from word
// processors or write in Arabic and Hebrew, no reader could find them to take them out, and a comment that is refused is
// a comment lost. So whoever prints prose must escape it.
//
// The API server enforces the same by the same patterns, as rules of the CRDs. A test of this package holds the patterns
// together; a test in test/api runs the cases of testdata through both.
package text
