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

package ocsf_test

import (
	"testing"

	"github.com/incident-operator/incident-operator/internal/detect/detecttest"
	"github.com/incident-operator/incident-operator/internal/detect/ocsf"
)

func FuzzDecode(f *testing.F) {
	detecttest.Fuzz(f, ocsf.Format,
		`{"class_uid":2004,"severity_id":99,"severity":"High","finding_info":{"uid":"u","title":"t","first_seen_time":1718870400000},"status_id":4,"count":3,"evidences":[{"process":{"file":{"path":"/x"}}}],"observables":[{"type_id":2,"value":"1.2.3.4"}]}`,
	)
}
