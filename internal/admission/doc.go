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

// Package admission follows the MutatingAdmissionPolicies of config/admission for an API server that does not serve the kind.
//
// It decides nothing itself: the policies are compiled and carried out by the library that the API server carries them out
// with, so that what comes out is the same. Left to do here is what the API server has by itself: to read the policies, to
// hand them the parameter, the namespace and the authorizer, and to see a request as one.
package admission
