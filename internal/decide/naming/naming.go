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

package naming

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/incident-operator/incident-operator/internal/decide/text"
)

const (
	// empty is the name of an incident without alerts.
	empty = "Empty incident"

	// maxHead bounds what comes before the suffixes, in characters. All suffixes together take fewer than 112, so that
	// a name never exceeds the 512 characters of status.name and a long title never hides how far an incident reaches.
	maxHead = 400

	ransomware = "ransomware"
)

// UnknownCategory is what an alert without a category counts as.
const UnknownCategory = "SuspiciousActivity"

// Facts is what the name of an incident depends on.
type Facts struct {
	// Alerts is the number of linked alerts.
	Alerts int
	// Title is the title that all linked alerts bear, empty where they bear several.
	Title string
	// Categories are the alerts' categories in UpperCamelCase, in any order; an empty one counts as SuspiciousActivity.
	Categories []string
	// Endpoints is the number of distinct devices, nodes and pods.
	Endpoints int
	// Users is the number of distinct users, service accounts and mailboxes.
	Users int
	// Sources is the number of distinct products that reported the alerts.
	Sources int
}

// Automatic names an incident. The name is never empty and at most 512 characters long.
func Automatic(f Facts) string {
	if f.Alerts <= 0 {
		return empty
	}
	categories := distinct(f.Categories)
	name := Cut(head(f.Title, categories), maxHead)
	if slices.ContainsFunc(categories, isRansomware) && !strings.Contains(strings.ToLower(name), ransomware) {
		name += " including Ransomware"
	}
	name += scope(f.Endpoints, f.Users)
	if f.Sources > 1 {
		name += " reported by multiple sources"
	}
	return name
}

// head says what happened; categories are distinct and in order.
func head(title string, categories []string) string {
	// A blank title says nothing, and the name must.
	if text.Trim(title) != "" {
		return title
	}
	if len(categories) == 1 {
		return Sentence(categories[0]) + " incident"
	}
	tactics := slices.DeleteFunc(slices.Clone(categories), func(c string) bool { return !isTactic(c) })
	switch len(tactics) {
	case 0:
		return "Multi-stage incident"
	case 1:
		return "Multi-stage incident involving " + Sentence(tactics[0])
	default:
		return "Multi-stage incident involving " + Sentence(tactics[0]) + " & " + Sentence(tactics[len(tactics)-1])
	}
}

// scope says how far it reached. Users are named only where no endpoint is known.
func scope(endpoints, users int) string {
	switch {
	case endpoints > 1:
		return " on multiple endpoints"
	case endpoints == 1:
		return " on one endpoint"
	case users > 1:
		return " involving multiple users"
	case users == 1:
		return " involving one user"
	default:
		return ""
	}
}

// Cut shortens s to at most limit characters, with "…" in place of what is missing.
func Cut(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + "…"
}
