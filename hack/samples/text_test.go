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
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func TestEscape(t *testing.T) {
	for name, tc := range map[string]struct{ text, keep, want string }{
		"plain":               {text: "Süß 勒索軟件", want: "Süß 勒索軟件"},
		"ANSI escape":         {text: "a\x1b[31mb", want: `a\u001b[31mb`},
		"C1 control":          {text: "a\u009bb", want: `a\u009bb`},
		"bidi override":       {text: "a\u202eb", want: `a\u202eb`},
		"bidi isolate":        {text: "a\u2066b", want: `a\u2066b`},
		"line break":          {text: "a\nb", want: `a\u000ab`},
		"line break kept":     {text: "a\nb\r", keep: "\n", want: "a\nb\\u000d"},
		"invalid UTF-8":       {text: "a\xffb", want: "a\uFFFDb"},
		"zero-width is legal": {text: "a\u200bb", want: "a\u200bb"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, escape(tc.text, tc.keep)); diff != "" {
				t.Errorf("escape (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTitleAndDescription(t *testing.T) {
	long := strings.Repeat("勒", 257)
	for name, tc := range map[string]struct{ title, description, wantTitle, wantDescription string }{
		"short":   {title: "T", description: " D\n", wantTitle: "T", wantDescription: "D"},
		"exact":   {title: long[3:], description: "D", wantTitle: long[3:], wantDescription: "D"},
		"long":    {title: long, description: "D", wantTitle: long[6:] + "…", wantDescription: long + "\n\nD"},
		"no text": {title: long, wantTitle: long[6:] + "…", wantDescription: long},
		"long description": {
			title: "T", description: strings.Repeat("d", 16_385),
			wantTitle: "T", wantDescription: strings.Repeat("d", 16_383) + "…",
		},
		"controls": {title: "T\x1b", description: "a\n\tb\x00", wantTitle: `T\u001b`, wantDescription: "a\n\tb\\u0000"},
	} {
		t.Run(name, func(t *testing.T) {
			title, description := titleAndDescription(tc.title, tc.description)
			if diff := cmp.Diff([]string{tc.wantTitle, tc.wantDescription}, []string{title, description}); diff != "" {
				t.Errorf("titleAndDescription (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSlug(t *testing.T) {
	for title, want := range map[string]string{
		"Mimikatz credential theft tool":              "mimikatz-credential-theft-tool",
		"'Kekeo' malware was detected":                "kekeo-malware-was-detected",
		"Multiple dual-purpose tools were dropped on": "multiple-dual-purpose-tools-were-dropped",
		strings.Repeat("a", 60):                       strings.Repeat("a", 40),
		"勒索軟件":                                        "",
	} {
		if diff := cmp.Diff(want, slug(title)); diff != "" {
			t.Errorf("slug(%q) (-want +got):\n%s", title, diff)
		}
	}
}

func TestObjectName(t *testing.T) {
	if diff := cmp.Diff("phish-ca978112", objectName("Phish", "a")); diff != "" {
		t.Errorf("objectName (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("ca978112", objectName("勒索軟件", "a")); diff != "" {
		t.Errorf("objectName of a title without Latin letters (-want +got):\n%s", diff)
	}
	if objectName("Phish", "a") == objectName("Phish", "b") {
		t.Error("objectName gives one name to two identities")
	}
}

func TestUpperCamel(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "InitialAccess": "InitialAccess", "Credential access": "CredentialAccess",
		"command-and-control": "CommandAndControl", " Discovery": "Discovery", "éclat": "Éclat",
	} {
		if diff := cmp.Diff(want, upperCamel(text)); diff != "" {
			t.Errorf("upperCamel(%q) (-want +got):\n%s", text, diff)
		}
	}
}

func TestLink(t *testing.T) {
	for url, want := range map[string]string{
		"https://a.example/x?y=1":               "https://a.example/x?y=1",
		"javascript:alert(1)":                   "",
		"https://a.example/a b":                 "",
		"":                                      "",
		"https://" + strings.Repeat("a", 2_048): "",
	} {
		if diff := cmp.Diff(want, link(url)); diff != "" {
			t.Errorf("link(%q) (-want +got):\n%s", url, diff)
		}
	}
}

func TestSeverity(t *testing.T) {
	for word, want := range map[string]v1alpha1.Severity{
		"Informational": v1alpha1.SeverityInformational, "warning": v1alpha1.SeverityMedium, "HIGH": v1alpha1.SeverityHigh,
		"Emergency": v1alpha1.SeverityCritical, "": "", "apocalyptic": "",
	} {
		if diff := cmp.Diff(want, severity(word)); diff != "" {
			t.Errorf("severity(%q) (-want +got):\n%s", word, diff)
		}
	}
}

func TestMoment(t *testing.T) {
	want := &metav1.Time{Time: time.Date(2024, 6, 20, 8, 51, 7, 52_079_000, time.UTC)}
	for _, text := range []string{"2024-06-20 08:51:07.052079+00:00", "2024-06-20T10:51:07.052079+02:00"} {
		if diff := cmp.Diff(want, moment(text)); diff != "" {
			t.Errorf("moment(%q) (-want +got):\n%s", text, diff)
		}
	}
	for _, text := range []string{"", "yesterday", "0001-01-01T00:00:00Z"} {
		if got := moment(text); got != nil {
			t.Errorf("moment(%q) = %v, want none", text, got)
		}
	}
}
