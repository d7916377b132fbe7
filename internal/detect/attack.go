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
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// maxTechniques is the bound of the API.
const maxTechniques = 64

var (
	techniqueForm = regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)
	categoryForm  = regexp.MustCompile(`^[A-Z][A-Za-z0-9]{0,63}$`)
)

// Category takes the first of the words that can be a category. Words after it are told: an alert has one category.
func (d *Draft) Category(candidates ...string) {
	for _, word := range candidates {
		if strings.TrimSpace(word) == "" {
			continue
		}
		category := upperCamel(word)
		switch {
		case category == d.Spec.Category:
		case category == "Unknown":
		case d.Spec.Category != "" || !categoryForm.MatchString(category):
			d.LeftOut("category", word)
		default:
			d.Spec.Category = category
		}
	}
}

// Techniques adds what has the form of an ATT&CK technique, each once, and tells the others.
func (d *Draft) Techniques(candidates ...string) {
	for _, word := range candidates {
		technique := v1alpha1.Technique(strings.ToUpper(strings.TrimSpace(word)))
		switch {
		case technique == "" || slices.Contains(d.Spec.Techniques, technique):
		case len(d.Spec.Techniques) == maxTechniques || !techniqueForm.MatchString(string(technique)):
			d.LeftOut("technique", word)
		default:
			d.Spec.Techniques = append(d.Spec.Techniques, technique)
		}
	}
}

// isTechnique holds for the ATT&CK techniques among a detector's tags, whatever their case.
func isTechnique(tag string) bool {
	return techniqueForm.MatchString(strings.ToUpper(tag))
}

// upperCamel joins the words of a category: "Credential access" and "CredentialAccess" become "CredentialAccess".
func upperCamel(s string) string {
	if len(s) > 256 {
		return ""
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, word := range parts {
		first, size := utf8.DecodeRuneInString(word)
		parts[i] = string(unicode.ToUpper(first)) + word[size:]
	}
	return strings.Join(parts, "")
}

// Tags takes tactics (mitre_execution) and techniques (T1059) out of a detector's tags and tells the others.
func (d *Draft) Tags(tags []string) {
	for _, tag := range tags {
		tag = strings.TrimSpace(tag)
		tactic, ok := strings.CutPrefix(strings.ToLower(tag), "mitre_")
		switch {
		case tag == "":
		case ok:
			d.Category(tactic)
		case isTechnique(tag):
			d.Techniques(tag)
		default:
			d.LeftOut("tags", tag)
		}
	}
}
