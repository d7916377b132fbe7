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

package formats_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/detecttest"
	"github.com/incident-operator/incident-operator/internal/detect/formats"
)

func TestNames(t *testing.T) {
	want := []string{
		"AITADS", "Alert", "AlertmanagerAPI", "AlertmanagerWebhook", "Falco", "MicrosoftGraph", "MicrosoftSentinel", "OCSF", "Suricata", "Trivy", "Wazuh",
	}
	if diff := cmp.Diff(want, formats.Names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	for _, name := range formats.Names() {
		format, err := formats.Find(name)
		if err != nil || format.Name != name || len(format.Identity) == 0 {
			t.Errorf("Find(%q) = %+v, %v", name, format, err)
		}
	}
}

func TestTheAPITakesEachFormatAndNoOther(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("..", "..", "..", "config", "crd", "bases", "incidentoperator.dev_alertsources.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	crd := &apiextensionsv1.CustomResourceDefinition{}
	if err := yaml.UnmarshalStrict(content, crd); err != nil {
		t.Fatal(err)
	}
	var taken []string
	for _, value := range crd.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"].Properties["format"].Enum {
		taken = append(taken, strings.Trim(string(value.Raw), `"`))
	}
	if diff := cmp.Diff(formats.Names(), taken); diff != "" {
		t.Errorf("formats that an AlertSource can name (-want +got):\n%s", diff)
	}
}

func TestFindNamesWhatThereIs(t *testing.T) {
	if _, err := formats.Find("falco"); err == nil || !strings.Contains(err.Error(), "Falco") {
		t.Errorf("Find says %v, want an error that names the formats", err)
	}
}

func TestDecodeUnwraps(t *testing.T) {
	falco, err := formats.Find("Falco")
	if err != nil {
		t.Fatal(err)
	}
	const event = `{"rule":"r","hostname":"h"}`
	structured := map[string][]string{"Content-Type": {"application/cloudevents+json"}}
	plain := formats.Decode(falco, nil, []byte(event), detecttest.Reading())
	wrapped := formats.Decode(falco, structured, []byte(`{"specversion":"1.0","id":"1","source":"s","type":"t","data":`+event+`}`), detecttest.Reading())
	if got, want := detecttest.Only(t, wrapped).Identity, detecttest.Only(t, plain).Identity; got != want {
		t.Errorf("in an envelope the identity is %s, else %s", got, want)
	}
	refused := formats.Decode(falco, structured, []byte(event), detecttest.Reading())
	want := []detect.Refusal{{Count: 1, Reason: detect.ReasonMalformed, Message: `specversion must be 1.0, not ""`}}
	if diff := cmp.Diff(want, refused.Refusals); diff != "" {
		t.Errorf("refusals (-want +got):\n%s", diff)
	}
}

// Whatever is posted to whichever source: nothing is lost, nothing panics, and it is refused for what it is.
func TestHostileDeliveries(t *testing.T) {
	for name, body := range map[string]string{
		"nothing":              "",
		"null":                 "null",
		"a list of everything": `[null,true,7,"x",[],{},{"alerts":7},{"rule":{"rule":{}}}]`,
		"a bomb of depth":      strings.Repeat(`{"a":`, 100_000),
		"100,000 alerts":       "[" + strings.Repeat(`{},`, 99_999) + "{}]",
		"10,000 labels":        `[{"labels":{` + labels(10_000) + `}}]`,
		"invalid UTF-8":        "{\"rule\":\"\xff\xfe\",\"hostname\":\"\xc0\"}",
		"duplicate keys":       `{"rule":"a","rule":"b","hostname":"h","hostname":"i"}`,
		"huge numbers":         `{"rule":1e999,"id":` + strings.Repeat("9", 5_000) + `,"class_uid":2004.0}`,
		"hostile titles":       `{"rule":"\u202e\u001b[2J\u0000","hostname":"\r\n"}`,
		"a page of binary":     string([]byte{0, 1, 2, 0xff, 0x1f, 0x8b}),
	} {
		for _, format := range formats.Names() {
			t.Run(name+" to "+format, func(t *testing.T) {
				f, err := formats.Find(format)
				if err != nil {
					t.Fatal(err)
				}
				batch := detecttest.Check(t, f, []byte(body), detecttest.Reading())
				if body != "null" && batch.Items() == 0 {
					t.Error("no item was counted")
				}
			})
		}
	}
}

func labels(n int) string {
	list := make([]string, 0, n)
	for i := range n {
		list = append(list, `"l`+strings.Repeat("x", i%7)+string(rune('a'+i%26))+`/`+strings.Repeat("y", i%11)+`":"`+strings.Repeat("v", i%13)+`"`)
	}
	return strings.Join(slices.Compact(list), ",")
}
