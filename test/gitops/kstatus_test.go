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

package gitops

import (
	"testing"

	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

// kubectl's cli-utils, Flux and others read objects by kstatus.
func TestKstatus(t *testing.T) {
	for name, test := range standings() {
		t.Run(name, func(t *testing.T) {
			result, err := status.Compute(toUnstructured(t, test.object))
			if err != nil {
				t.Fatal(err)
			}
			if got := result.Status.String(); got != test.kstatus {
				t.Errorf("kstatus says %s (%s), must be %s", got, result.Message, test.kstatus)
			}
		})
	}
}
