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

package cloudevents_test

import (
	"testing"

	"github.com/incident-operator/incident-operator/internal/detect/cloudevents"
)

func FuzzUnwrap(f *testing.F) {
	f.Add("application/cloudevents+json", "1.0", []byte(`{"specversion":"1.0","id":"1","source":"s","type":"t","data":{"rule":"r"}}`))
	f.Add("application/cloudevents+json", "", []byte(`{"specversion":"1.0","id":"1","source":"s","type":"t","data_base64":"e30="}`))
	f.Fuzz(func(t *testing.T, contentType, version string, body []byte) {
		header := map[string][]string{"Content-Type": {contentType}, "Ce-Specversion": {version}}
		data, err := cloudevents.Unwrap(header, body)
		if err == nil && len(data) > len(body) {
			t.Errorf("%d bytes came out of %d", len(data), len(body))
		}
	})
}
