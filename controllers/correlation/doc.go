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

// Package correlation links alerts that belong together to one incident, as CorrelationPolicies say. What is decided stands
// in internal/decide/correlate; here is how its engines are told of the cluster, and how decisions are written.
//
// Every write is safe to be repeated and to be lost: an incident is begun under the name that follows from its first alert,
// an alert is linked by one PATCH on condition that nobody changed it, and what was not written is decided again.
package correlation
