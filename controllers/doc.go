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

// Package controllers is the only place where the operator reads and writes the cluster.
//
// The alert controller gives each alert what its incident says, one patch per changed alert; the incident controller
// rolls the alerts up into their incident's status. What they decide is decided by the pure packages under internal;
// here facts are gathered, decisions are applied, and what happened is counted and announced.
package controllers
