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

package aitads_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/aitads"
	"github.com/incident-operator/incident-operator/internal/detect/detecttest"
)

const table = `time,name,ip,host,short,time_label,event_label
1718884800,Wazuh: Login.,10.0.0.1,Mail,W-Sys-Dov,false_positive,-
1718884860,Wazuh: Login.,10.0.0.1,Mail,W-Sys-Dov,false_positive,-
1718884800,Odd: one.,10.0.0.2,web,X-1,false_positive,-
`

func TestTable(t *testing.T) {
	batch := detecttest.Check(t, aitads.Format, []byte(table), detecttest.Reading())
	if len(batch.Events) != 3 {
		t.Fatalf("got %d events, want 3: %v", len(batch.Events), batch.Refusals)
	}
	noon := &metav1.Time{Time: time.Date(2024, 6, 20, 12, 0, 0, 0, time.UTC)}
	want := v1alpha1.AlertSpec{
		Name: "Wazuh: Login.", Source: v1alpha1.AlertOrigin{Service: "Wazuh", Detector: "W-Sys-Dov"}, FirstActivityTime: noon, LastActivityTime: noon,
		Evidence: []v1alpha1.Evidence{
			{Kind: v1alpha1.EvidenceDevice, Name: "mail", Role: v1alpha1.EvidenceAffected},
			{Kind: v1alpha1.EvidenceIP, Name: "10.0.0.1", Role: v1alpha1.EvidenceAffected},
		},
	}
	if diff := cmp.Diff(want, batch.Events[0].Spec); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	if batch.Events[0].Identity != batch.Events[1].Identity || batch.Events[0].Identity == batch.Events[2].Identity {
		t.Errorf("identities are %s, %s and %s", batch.Events[0].Identity, batch.Events[1].Identity, batch.Events[2].Identity)
	}
	if diff := cmp.Diff([]detect.Note{{Kind: detect.NoteLeftOut, Field: "source.service", Text: "X-1", Count: 1}}, batch.Events[2].Notes); diff != "" {
		t.Errorf("notes of an unknown detector (-want +got):\n%s", diff)
	}
}

// Correlation is measured against the labels: no event may depend on them, whatever is chosen.
func TestTheAnswerIsNotRead(t *testing.T) {
	reading := detecttest.Reading()
	reading.Identity = []string{"time_label", "event_label", "host"}
	one := detecttest.Check(t, aitads.Format, []byte(table), reading)
	other := detecttest.Check(t, aitads.Format, []byte(strings.ReplaceAll(table, "false_positive,-", "dirb,dirb")), reading)
	for i := range one.Events {
		if diff := cmp.Diff(one.Events[i].Spec, other.Events[i].Spec); diff != "" {
			t.Errorf("labels are read (-one +other):\n%s", diff)
		}
		if diff := cmp.Diff(one.Events[i].Identity, other.Events[i].Identity); diff != "" {
			t.Errorf("labels are read into the identity (-one +other):\n%s", diff)
		}
	}
}

func TestBrokenRows(t *testing.T) {
	for name, tc := range map[string]struct {
		body     string
		events   int
		messages []string
	}{
		"too few columns":   {body: "time,name,ip,host,short\n1,2\n1,a,b,c,W-1\n", events: 1, messages: []string{"a row must have 5 columns, not 2"}},
		"a stray quote":     {body: "time,name,ip,host,short\n1,a\"b,c,d,W-1\n1,a,b,c,W-1\n", events: 1, messages: []string{`parse error on line 2, column 4: bare " in non-quoted-field`}},
		"a column missing":  {body: "time,name,ip,host\n1,a,b,c\n", messages: []string{"the first line must name the columns time, name, ip, host, short; short is missing"}},
		"an empty row":      {body: "time,name,ip,host,short\n,,,,\n", messages: []string{"identity must be made of fields that the alert has: short, name, host, ip are all empty"}},
		"columns reordered": {body: "short,host,ip,name,time\nW-1,c,b,a,1\n", events: 1},
		"header alone":      {body: "time,name,ip,host,short\n"},
	} {
		t.Run(name, func(t *testing.T) {
			batch := detecttest.Check(t, aitads.Format, []byte(tc.body), detecttest.Reading())
			var messages []string
			for _, refusal := range batch.Refusals {
				messages = append(messages, refusal.Message)
			}
			if diff := cmp.Diff(tc.messages, messages); diff != "" || len(batch.Events) != tc.events {
				t.Errorf("%d events, want %d; refusals (-want +got):\n%s", len(batch.Events), tc.events, diff)
			}
		})
	}
}

func TestTooManyRows(t *testing.T) {
	body := "time,name,ip,host,short\n" + strings.Repeat("1,a,b,c,W-1\n", detect.MaxItems+10)
	batch := aitads.Format.Decode([]byte(body), detecttest.Reading())
	if len(batch.Events) != detect.MaxItems || len(batch.Refusals) != 1 || batch.Refusals[0].Reason != detect.ReasonTooLarge {
		t.Errorf("got %d events and %v, want %d and a refusal of the rest", len(batch.Events), batch.Refusals, detect.MaxItems)
	}
}
