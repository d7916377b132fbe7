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

package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func TestMicrosoftEvidence(t *testing.T) {
	for name, tc := range map[string]struct {
		graph   string
		want    []v1alpha1.Evidence
		leftOut []string
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
			leftOut: []string{"command line (1)", "filehash (1)"},
		},
		"process without an image": {
			graph: `[{"Type":"process","CommandLine":"a b"},{"Type":"process","FriendlyName":"lsass.exe"},{"Type":"process","ProcessId":"4"}]`,
			want: []v1alpha1.Evidence{
				{Kind: v1alpha1.EvidenceProcess, Name: "a b"},
				{Kind: v1alpha1.EvidenceProcess, Name: "lsass.exe"},
			},
			leftOut: []string{"process (1)"},
		},
		"mail": {
			graph: `[{"Type":"mailbox","MailboxPrimaryAddress":"A@b.example"},{"Type":"mailMessage","NetworkMessageId":"991f"},{"Type":"mailMessage"},{"Type":"mailCluster"}]`,
			want: []v1alpha1.Evidence{
				{Kind: v1alpha1.EvidenceMailbox, Name: "a@b.example"},
				{Kind: v1alpha1.EvidenceOther, Name: "mail message 991f"},
			},
			leftOut: []string{"mailCluster (1)", "mailMessage (1)"},
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
			graph:   `[{"$ref":"99"},{},{"Type":"unheard-of"},{"Type":"host"},{"Type":"host","HostName":7}]`,
			leftOut: []string{"entity without a type (1)", "host (2)", "reference to nothing (1)", "unheard-of (1)"},
		},
		"a name is cut and shows its control characters": {
			graph: fmt.Sprintf(`[{"Type":"url","Url":"\u202e%s"}]`, strings.Repeat("u", 600)),
			want:  []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceURL, Name: `\u202e` + strings.Repeat("u", 505) + "…"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			evidence, leftOut := microsoftEvidence(decode[[]entity](t, tc.graph))
			if diff := cmp.Diff(tc.want, evidence); diff != "" {
				t.Errorf("evidence (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.leftOut, leftOut); diff != "" {
				t.Errorf("left out (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMicrosoftEvidenceKeepsItsBound(t *testing.T) {
	graph := make([]entity, 0, 130)
	for i := range 130 {
		graph = append(graph, entity{"Type": "ip", "Address": fmt.Sprintf("10.0.0.%d", i)})
	}
	evidence, leftOut := microsoftEvidence(graph)
	if len(evidence) != 128 {
		t.Errorf("got %d items of evidence, want 128", len(evidence))
	}
	if diff := cmp.Diff([]string{"evidence beyond 128 items (2)"}, leftOut); diff != "" {
		t.Errorf("left out (-want +got):\n%s", diff)
	}
}

func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}
