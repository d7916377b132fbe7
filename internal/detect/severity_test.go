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

package detect

import (
	"testing"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func TestSeverityOf(t *testing.T) {
	own := map[string]v1alpha1.Severity{"3": v1alpha1.SeverityLow, "low": ""}
	chosen := map[string]v1alpha1.Severity{"Page": v1alpha1.SeverityHigh, "3": v1alpha1.SeverityCritical, "": v1alpha1.SeverityLow}
	for name, tc := range map[string]struct {
		word        string
		chosen, own map[string]v1alpha1.Severity
		want        v1alpha1.Severity
		ok          bool
	}{
		"informational":              {word: "Informational", want: v1alpha1.SeverityInformational, ok: true},
		"none":                       {word: "none", want: v1alpha1.SeverityInformational, ok: true},
		"warning":                    {word: "warning", want: v1alpha1.SeverityMedium, ok: true},
		"error":                      {word: "Error", want: v1alpha1.SeverityHigh, ok: true},
		"HIGH":                       {word: "HIGH", want: v1alpha1.SeverityHigh, ok: true},
		"Emergency":                  {word: "Emergency", want: v1alpha1.SeverityCritical, ok: true},
		"page":                       {word: "page", want: v1alpha1.SeverityCritical, ok: true},
		"nothing":                    {word: ""},
		"a word that nobody knows":   {word: "apocalyptic"},
		"own table":                  {word: "3", own: own, want: v1alpha1.SeverityLow, ok: true},
		"own table says unknown":     {word: "LOW", own: own},
		"chosen before all":          {word: "3", chosen: chosen, own: own, want: v1alpha1.SeverityCritical, ok: true},
		"chosen whatever its case":   {word: "PAGE", chosen: chosen, want: v1alpha1.SeverityHigh, ok: true},
		"chosen for no word at all":  {word: "", chosen: chosen, want: v1alpha1.SeverityLow, ok: true},
		"not chosen, but known here": {word: "low", chosen: chosen, want: v1alpha1.SeverityLow, ok: true},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := severityOf(tc.word, tc.chosen, tc.own)
			if got != tc.want || ok != tc.ok {
				t.Errorf("severityOf = %q, %v, want %q, %v", got, ok, tc.want, tc.ok)
			}
		})
	}
}
