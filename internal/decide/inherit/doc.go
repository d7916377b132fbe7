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

// Package inherit decides what an alert takes from its incident and what it gets back when the incident lets go.
//
// Assignment and resolution are one rule, a three-way merge per field between what the alert last inherited (the base,
// kept in its Memory), what the incident says now (theirs) and what the alert says now (ours). The package is pure: it
// knows no client and no clock, and every decision is total, so that a dry run and the operator cannot disagree.
package inherit
