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

package wazuh_test

import (
	"testing"

	"github.com/incident-operator/incident-operator/internal/detect/detecttest"
	"github.com/incident-operator/incident-operator/internal/detect/wazuh"
)

func FuzzDecode(f *testing.F) {
	detecttest.Fuzz(f, wazuh.Format,
		`{"rule":{"id":"5501","level":3,"description":"d","mitre":{"id":["T1078"],"tactic":["Defense Evasion"]}},"agent":{"id":"1"},"timestamp":"2022-01-17T09:44:35.000+0000","data":{"srcip":"1.1.1.1"}}`,
	)
}
