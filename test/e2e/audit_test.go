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

package e2e

import "github.com/incident-operator/incident-operator/test/cluster"

func ofIncident(namespace, name string) func(cluster.Request) bool {
	return func(r cluster.Request) bool {
		return r.ObjectRef.Namespace == namespace && r.ObjectRef.Resource == "incidents" && r.ObjectRef.Name == name
	}
}

// perName counts the requests that succeeded by the name of their object.
func perName(requests []cluster.Request) map[string]int {
	counts := map[string]int{}
	for _, r := range requests {
		if r.Response.Code < 300 {
			counts[r.ObjectRef.Name]++
		}
	}
	return counts
}

// perResource counts requests by resource and subresource.
func perResource(requests []cluster.Request) map[string]int {
	counts := map[string]int{}
	for _, r := range requests {
		counts[r.Resource()]++
	}
	return counts
}
