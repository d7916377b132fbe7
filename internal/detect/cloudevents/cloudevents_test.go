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
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/cloudevents"
)

func TestUnwrap(t *testing.T) {
	structured := map[string][]string{"content-type": {"application/cloudevents+json; charset=UTF-8"}}
	const head = `{"specversion":"1.0","id":"1","source":"s","type":"t"`
	for name, tc := range map[string]struct {
		header     map[string][]string
		body, want string
	}{
		"no event":            {body: `{"rule":"r"}`, want: `{"rule":"r"}`},
		"plain JSON":          {header: map[string][]string{"Content-Type": {"application/json"}}, body: `{"specversion":"1.0"}`, want: `{"specversion":"1.0"}`},
		"a broken media type": {header: map[string][]string{"Content-Type": {";;"}}, body: `{}`, want: `{}`},
		"binary": {
			header: map[string][]string{"ce-specversion": {"1.0"}, "Ce-Id": {"1"}, "Ce-Source": {"s"}, "Ce-Type": {"t"}, "Content-Type": {"application/json"}},
			body:   `{"rule":"r"}`, want: `{"rule":"r"}`,
		},
		"structured":            {header: structured, body: head + `,"data":{"rule": "r"}}`, want: `{"rule": "r"}`},
		"structured, in base64": {header: structured, body: head + `,"data_base64":"eyJydWxlIjoiciJ9"}`, want: `{"rule":"r"}`},
		"structured, a list":    {header: structured, body: head + `,"datacontenttype":"application/json","data":[1]}`, want: `[1]`},
		"structured, text":      {header: structured, body: head + `,"datacontenttype":"text/csv","data":"a,b\n1,2"}`, want: "a,b\n1,2"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := cloudevents.Unwrap(tc.header, []byte(tc.body))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, string(got)); diff != "" {
				t.Errorf("data (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnwrapRefuses(t *testing.T) {
	structured := map[string][]string{"Content-Type": {"application/cloudevents+json"}}
	for name, tc := range map[string]struct {
		header     map[string][]string
		body, want string
	}{
		"a batch": {
			header: map[string][]string{"Content-Type": {"application/cloudevents-batch+json"}}, body: `[]`,
			want: "content type must be application/cloudevents+json, not application/cloudevents-batch+json",
		},
		"an older version": {header: map[string][]string{"Ce-Specversion": {"0.3"}}, want: `specversion must be 1.0, not "0.3"`},
		"binary without an id": {
			header: map[string][]string{"Ce-Specversion": {"1.0"}, "Ce-Source": {"s"}, "Ce-Type": {"t"}}, want: "an event must have the attribute id",
		},
		"no JSON":               {header: structured, body: `{`, want: "reading the event: unexpected end of JSON input"},
		"an attribute no text":  {header: structured, body: `{"specversion":"1.0","id":1,"source":"s","type":"t","data":{}}`, want: "an event must have the attribute id"},
		"structured, no data":   {header: structured, body: `{"specversion":"1.0","id":"1","source":"s","type":"t","data":null}`, want: "an event must have data"},
		"structured, no base64": {header: structured, body: `{"specversion":"1.0","id":"1","source":"s","type":"t","data_base64":"?"}`, want: "data_base64 must be base64: illegal base64 data at input byte 0"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := cloudevents.Unwrap(tc.header, []byte(tc.body))
			var refused *detect.Error
			if !errors.As(err, &refused) || refused.Reason != detect.ReasonMalformed {
				t.Fatalf("Unwrap says %v, want a refusal", err)
			}
			if diff := cmp.Diff(tc.want, err.Error()); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
		})
	}
}
