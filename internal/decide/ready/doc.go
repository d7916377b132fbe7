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

// Package ready says how an object stands by the conventions of kstatus, which kubectl wait, Flux, Argo CD and other tools
// read: Ready always, Reconciling while the operator is at work, Stalled if it cannot go on before somebody does
// something. The two are there only while they are True, and never together.
package ready
