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
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Bounds of the API, in characters.
const (
	maxTitle       = 256
	maxDescription = 16_384
	maxEvidence    = 128
	maxEvidenceLen = 512
	maxTechniques  = 64
	maxTags        = 64
	maxTag         = 128
	maxSource      = 128
	maxURL         = 2_048
)

var (
	techniqueForm = regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)
	categoryForm  = regexp.MustCompile(`^[A-Z][A-Za-z0-9]{0,63}$`)
	urlForm       = regexp.MustCompile(`^https?://[^\s\p{Cc}]+$`)
	notInSlug     = regexp.MustCompile(`[^a-z0-9]+`)
)

// escape shows control characters and bidirectional marks as \u202e, so that a title cannot rewrite the terminal that
// it is printed in. Characters in keep stay as they are.
func escape(s, keep string) string {
	var out strings.Builder
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		if isHostile(r) && !strings.ContainsRune(keep, r) {
			fmt.Fprintf(&out, `\u%04x`, r)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// isHostile holds for exactly the characters that the API refuses in names.
func isHostile(r rune) bool {
	return unicode.Is(unicode.Cc, r) || r == 0x061C || r == 0x200E || r == 0x200F ||
		(r >= 0x202A && r <= 0x202E) || (r >= 0x2066 && r <= 0x2069)
}

// cut shortens s to at most limit characters, with "…" in place of what is missing.
func cut(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + "…"
}

// titleAndDescription fits a detector's texts into the API. A title that is too long is cut, and then stands in full at
// the start of the description.
func titleAndDescription(title, description string) (string, string) {
	title, description = escape(title, ""), strings.TrimSpace(escape(description, "\n\t"))
	if short := cut(title, maxTitle); short != title {
		return short, cut(strings.TrimSpace(title+"\n\n"+description), maxDescription)
	}
	return title, cut(description, maxDescription)
}

// slug makes a readable part of an object's name, of at most 40 characters, cut between words where it can be.
func slug(s string) string {
	const limit = 40
	s = strings.Trim(notInSlug.ReplaceAllString(strings.ToLower(s), "-"), "-")
	if len(s) <= limit {
		return s
	}
	if end := strings.LastIndexByte(s[:limit+1], '-'); end > 0 {
		return s[:end]
	}
	return s[:limit]
}

// objectName names an alert after its title and, because titles repeat, its identity. It does not name the incident:
// an alert may move to another.
func objectName(title, identity string) string {
	digest := sha256.Sum256([]byte(identity))
	return strings.TrimPrefix(slug(title)+"-"+hex.EncodeToString(digest[:])[:8], "-")
}

// upperCamel joins the words of a category: "Credential access" and "CredentialAccess" become "CredentialAccess".
func upperCamel(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, word := range words {
		first, size := utf8.DecodeRuneInString(word)
		words[i] = string(unicode.ToUpper(first)) + word[size:]
	}
	return strings.Join(words, "")
}

// link returns a URL that the API takes, or none.
func link(url string) string {
	if utf8.RuneCountInString(url) > maxURL || !urlForm.MatchString(url) {
		return ""
	}
	return url
}

// severities maps every detector's own word, in lower case, to the API's.
var severities = map[string]v1alpha1.Severity{
	"debug": v1alpha1.SeverityInformational, "informational": v1alpha1.SeverityInformational,
	"notice": v1alpha1.SeverityInformational, "info": v1alpha1.SeverityInformational,
	"none": v1alpha1.SeverityInformational, "unknown": v1alpha1.SeverityInformational,
	"low":     v1alpha1.SeverityLow,
	"warning": v1alpha1.SeverityMedium, "medium": v1alpha1.SeverityMedium,
	"error": v1alpha1.SeverityHigh, "high": v1alpha1.SeverityHigh,
	"critical": v1alpha1.SeverityCritical, "alert": v1alpha1.SeverityCritical,
	"emergency": v1alpha1.SeverityCritical, "page": v1alpha1.SeverityCritical,
}

// severity translates a detector's word, and leaves unset what it does not know.
func severity(word string) v1alpha1.Severity {
	return severities[strings.ToLower(word)]
}

// moment reads the spellings of time in the recorded data. The API keeps whole seconds.
func moment(s string) *metav1.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil && !t.IsZero() {
			return &metav1.Time{Time: t.UTC()}
		}
	}
	return nil
}
