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

// Package admission is the admission policies of this folder as a Go program reads them: the very files, so that there is
// one truth.
package admission

import "embed"

// Mutating holds the files with the policies that change objects. Where the API server serves no MutatingAdmissionPolicy,
// the role admission follows them.
//
//go:embed editors.yaml comments.yaml
var Mutating embed.FS
