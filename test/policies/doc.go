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

// Package policies tests what the manifests under config/ allow and refuse, against a real API server: the admission
// policies that stamp editors, keep the memory of inheritance, name the
// authors of comments and guard the activity log, and the roles for people, the operator and ingest.
// The manifests are rendered as a user renders them, once as shipped and once through an overlay with another namespace
// and name prefix.
package policies
