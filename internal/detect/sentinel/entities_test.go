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

package sentinel_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
)

// Many short references to one long node must not multiply the work.
func TestManyReferencesToOneLongNode(t *testing.T) {
	event := only(t, `{"SystemAlertId":"s","DisplayName":"T","Entities":[{"$id":"1","Type":"url","Url":"`+strings.Repeat("u", 200_000)+`"}`+
		strings.Repeat(`,{"$ref":"1"}`, 50_000)+`]}`)
	if len(event.Spec.Evidence) != 1 {
		t.Errorf("got %d items of evidence, want 1", len(event.Spec.Evidence))
	}
	if last := event.Notes[len(event.Notes)-1]; last.Field != "entities beyond 1000" || last.Count != 49_001 {
		t.Errorf("the last note is %v, want one of 49001 entities", last)
	}
}

func TestEvidence(t *testing.T) {
	for name, tc := range map[string]struct {
		graph   string
		want    []v1alpha1.Evidence
		leftOut map[string]int
	}{
		"host, whatever its case, once and with its role": {
			graph: `[{"$id":"2","Type":"host","HostName":"MB-DC1","DnsDomain":"a.example"},
			         {"$id":"3","Type":"host","HostName":"mb-dc1","DnsDomain":"A.example","Roles":["Destination"]}]`,
			want: []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceDevice, Name: "mb-dc1.a.example", Role: v1alpha1.EvidenceDestination}},
		},
		"host without a domain, and one by its full name": {
			graph: `[{"Type":"host","HostName":"A"},{"Type":"host","FQDN":"B.example"}]`,
			want:  []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceDevice, Name: "a"}, {Kind: v1alpha1.EvidenceDevice, Name: "b.example"}},
		},
		"account by user principal name, not by display name": {
			graph: `[{"Type":"account","Name":"Ethan Brooks","AccountName":"eb","UserPrincipalName":"EB@a.example","Roles":["Compromised"]}]`,
			want:  []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceUser, Name: "eb@a.example", Role: v1alpha1.EvidenceAffected}},
		},
		"account by domain": {
			graph: `[{"Type":"account","Name":"SYSTEM","NTDomain":"NT AUTHORITY"},{"Type":"account","Name":"system","DnsDomain":"nt authority"}]`,
			want:  []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceUser, Name: `nt authority\system`}},
		},
		"account by name, and by identifier alone": {
			graph: `[{"Type":"account","Name":"LocalSystem"},{"Type":"account","Sid":"S-1-5-18","NTDomain":"A"}]`,
			want:  []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceUser, Name: "localsystem"}, {Kind: v1alpha1.EvidenceUser, Name: "S-1-5-18"}},
		},
		"references lead to nodes within nodes, hashes are told": {
			graph: `[{"$id":"2","Type":"process","CommandLine":"x.exe -enc AAAA",
			           "ImageFile":{"$id":"3","Type":"file","Directory":"C:\\W","Name":"x.exe","FileHashes":[{"$id":"4","Type":"filehash"}]},
			           "ParentProcess":{"$id":"5","Type":"process","ImageFile":{"$ref":"3"}}},
			         {"$ref":"5"},{"$ref":"3"},{"$ref":"4"}]`,
			want: []v1alpha1.Evidence{
				{Kind: v1alpha1.EvidenceProcess, Name: `C:\W\x.exe`},
				{Kind: v1alpha1.EvidenceFile, Name: `C:\W\x.exe`},
			},
			leftOut: map[string]int{"command line": 1, "entity filehash": 1},
		},
		"process without an image": {
			graph: `[{"Type":"process","CommandLine":"a b"},{"Type":"process","FriendlyName":"lsass.exe"},{"Type":"process","ProcessId":"4"}]`,
			want: []v1alpha1.Evidence{
				{Kind: v1alpha1.EvidenceProcess, Name: "a b"},
				{Kind: v1alpha1.EvidenceProcess, Name: "lsass.exe"},
			},
			leftOut: map[string]int{"entity process": 1},
		},
		"mail": {
			graph: `[{"Type":"mailbox","MailboxPrimaryAddress":"A@b.example"},{"Type":"mailMessage","NetworkMessageId":"991f"},{"Type":"mailMessage"},{"Type":"mailCluster"}]`,
			want: []v1alpha1.Evidence{
				{Kind: v1alpha1.EvidenceMailbox, Name: "a@b.example"},
				{Kind: v1alpha1.EvidenceOther, Name: "mail message 991f"},
			},
			leftOut: map[string]int{"entity mailCluster": 1, "entity mailMessage": 1},
		},
		"registry": {
			graph: `[{"$id":"9","Type":"registry-value","Name":"ImagePath","Key":{"$id":"10","Type":"registry-key","Hive":"HKLM","Key":"S\\X"}},{"$ref":"10"}]`,
			want: []v1alpha1.Evidence{
				{Kind: v1alpha1.EvidenceRegistryKey, Name: `HKLM\S\X\ImagePath`},
				{Kind: v1alpha1.EvidenceRegistryKey, Name: `HKLM\S\X`},
			},
		},
		"network and cloud": {
			graph: `[{"Type":"ip","Address":"2801:E0A::1","Roles":["Suspicious","Contextual"]},{"Type":"url","Url":"http://a.example/B"},{"Type":"oauth-application","Name":"App"}]`,
			want: []v1alpha1.Evidence{
				{Kind: v1alpha1.EvidenceIP, Name: "2801:e0a::1", Role: v1alpha1.EvidenceContextual},
				{Kind: v1alpha1.EvidenceURL, Name: "http://a.example/B"},
				{Kind: v1alpha1.EvidenceCloudResource, Name: "App"},
			},
		},
		"what makes no sense is told": {
			graph:   `[{"$ref":"99"},{},{"Type":"unheard-of"},{"Type":"host"},{"Type":"host","HostName":null}]`,
			leftOut: map[string]int{"entity without a type": 1, "entity host": 2, "reference to nothing": 1, "entity unheard-of": 1},
		},
		"a name is cut and shows its control characters": {
			graph: fmt.Sprintf(`[{"Type":"url","Url":"\u202e%s"}]`, strings.Repeat("u", 600)),
			want:  []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceURL, Name: `\u202e` + strings.Repeat("u", 505) + "…"}},
		},
		"of two nodes with one id the first counts": {
			graph: `[{"Type":"process","ImageFile":{"$id":"1","Type":"file","Name":"a"}},{"Type":"process","ImageFile":{"$id":"1","Type":"file","Name":"b"}},{"$ref":"1"}]`,
			want: []v1alpha1.Evidence{
				{Kind: v1alpha1.EvidenceProcess, Name: "a"},
				{Kind: v1alpha1.EvidenceProcess, Name: "b"},
				{Kind: v1alpha1.EvidenceFile, Name: "a"},
			},
		},
		"a process that is its own image": {
			graph:   `[{"$id":"1","Type":"process","ImageFile":{"$ref":"1"}}]`,
			leftOut: map[string]int{"entity process": 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			event := only(t, `{"SystemAlertId":"s","DisplayName":"T","Entities":`+tc.graph+`}`)
			if diff := cmp.Diff(tc.want, event.Spec.Evidence); diff != "" {
				t.Errorf("evidence (-want +got):\n%s", diff)
			}
			var leftOut map[string]int
			for _, note := range event.Notes {
				if note.Kind != detect.NoteLeftOut {
					continue
				}
				if leftOut == nil {
					leftOut = map[string]int{}
				}
				leftOut[note.Field] = note.Count
			}
			if diff := cmp.Diff(tc.leftOut, leftOut); diff != "" {
				t.Errorf("left out (-want +got):\n%s", diff)
			}
		})
	}
}
