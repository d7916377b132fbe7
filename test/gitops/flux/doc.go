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

// Package flux tests what people, the operator and the controllers of Flux do to the same incidents and alerts: Flux's own
// source-controller and kustomize-controller, as processes, on a control plane with the operator. To build them takes long, so
// its tests are behind the build tag controllers; 'make test-gitops' builds and runs all.
package flux
