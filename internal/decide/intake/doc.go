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

// Package intake decides what a sender's word about an alert means for the alert that is there: nothing, a touch, an
// end, a new beginning, or an alert of the next generation. It has no clock and knows no cluster.
//
// Three rules lie under all of it:
//
//   - Whether something new happened is told by the sender's own times alone, in whole seconds: an activity that is later
//     than what the alert has on record is news. So a delivery that comes twice says nothing the second time.
//   - What a person or an incident closed stays closed. News of it makes an alert of the next generation.
//   - What the detector itself ended, or what expired, only the detector begins anew.
package intake
