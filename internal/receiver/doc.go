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

// Package receiver is the server that detectors post their alerts to. Kubernetes says who may post; what is posted is read
// by the formats and stored by alertstore. It answers 2xx only for what is stored, and 503 for whatever a sender should try
// again.
//
// A post passes through these steps, each of them bounded, and is answered where it fails: who is it (401), may he (403),
// is there such a source (404) that takes something now (503), is there room (503), the body (400, 413, 415), its alerts.
package receiver
