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

// Package detect turns what detectors send into alerts: bytes in, alerts out. It and the packages below it have no
// client, no clock and no randomness; when a delivery came in is a parameter. Every function is total: whatever the
// bytes are, each item of a delivery ends as an Event or as a Refusal with its reason, and each event says in Notes
// what of it was cut, escaped, unknown or left out.
//
// One package below holds one detector's formats; package formats knows them all by name.
package detect
