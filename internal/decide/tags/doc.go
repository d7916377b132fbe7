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

// Package tags mirrors free-text tags as labels, so that a label selector is the tag filter, and lists tags and labels
// side by side.
//
// A label key takes less than a tag may say: at most 63 ASCII characters. LabelKey bridges that without ever giving two
// different tags one key. A label of the prefix that somebody else set counts as a tag too and is never taken over:
// Ours and Mirror together tell what the operator may apply.
//
// The package is pure: it reads what it is given and touches no cluster.
package tags
