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

// Package correlate decides which alerts belong together. It has no client, no context and no clock: an Engine is told of
// the alerts and incidents of one namespace as they are, and answers what has to be done about those that are linked to
// nothing yet. What it knows follows from the objects alone, so that a new Engine that is told of them all decides alike.
//
// Two alerts belong together if they share a value that their policy groups by, within a window, and the value is neither
// empty, nor a name for nobody in particular, nor all too common. What follows from that relation by way of third alerts
// belongs together too. docs/correlation.md tells people how the rest is decided; keep the two alike.
package correlate
