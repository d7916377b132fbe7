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

package suricata_test

import (
	"testing"

	"github.com/incident-operator/incident-operator/internal/detect/detecttest"
	"github.com/incident-operator/incident-operator/internal/detect/suricata"
)

func FuzzDecode(f *testing.F) {
	detecttest.Fuzz(f, suricata.Format,
		`{"event_type":"alert","timestamp":"2024-06-20T12:00:00.5+0200","src_ip":"1.1.1.1","dest_ip":"2.2.2.2","alert":{"gid":1,"signature_id":5,"signature":"s","severity":1,"metadata":{"mitre_tactic_name":["Initial_Access"]}},"dns":{"query":[{"rrname":"x"}]}}`,
		`{"event_type":"flow"}`,
	)
}
