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

package correlate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// maxTold bounds how many values a reason names, maxToldValue how many characters of each.
	maxTold      = 3
	maxToldValue = 120
)

// why says what an alert shares, such as "shares Device vm-17 and User bob with 3 alerts". The number is that of the alerts
// that have the value that most of them have.
func why(shares []share) string {
	most := map[string]int{}
	entries := map[string]int{}
	for _, s := range shares {
		most[s.value] = max(most[s.value], s.alerts)
		entries[s.value] = s.entry
	}
	values, alerts := make([]string, 0, len(most)), 0
	for value, n := range most {
		values, alerts = append(values, value), max(alerts, n)
	}
	slices.SortFunc(values, func(a, b string) int {
		return cmp.Or(cmp.Compare(entries[a], entries[b]), cmp.Compare(most[b], most[a]), cmp.Compare(a, b))
	})
	return fmt.Sprintf("shares %s with %s", list(values), counted(alerts))
}

// list names values, the first few of them.
func list(values []string) string {
	told := make([]string, 0, maxTold+1)
	for _, value := range values[:min(len(values), maxTold)] {
		told = append(told, clip(readable(value)))
	}
	if more := len(values) - len(told); more > 0 {
		told = append(told, fmt.Sprintf("%d more", more))
	}
	if len(told) == 1 {
		return told[0]
	}
	return strings.Join(told[:len(told)-1], ", ") + " and " + told[len(told)-1]
}

func clip(text string) string {
	if utf8.RuneCountInString(text) <= maxToldValue {
		return text
	}
	return string([]rune(text)[:maxToldValue-1]) + "…"
}

func counted(alerts int) string {
	if alerts == 1 {
		return "1 alert"
	}
	return fmt.Sprintf("%d alerts", alerts)
}

// whyBegun says why an incident is begun.
func (g *group) whyBegun(p *Policy, records []*record, full string) string {
	text := fmt.Sprintf("Begun by policy %s for ", p.Name)
	if len(records) == 1 {
		text += "one alert that " + alone(g, records[0])
	} else {
		var shares []share
		for _, r := range records {
			shares = append(shares, g.shares[r]...)
		}
		text += fmt.Sprintf("%s that share %s", counted(len(records)), strings.TrimPrefix(why(shares), "shares "))
		if i := strings.LastIndex(text, " with "); i > 0 {
			text = text[:i]
		}
	}
	if full != "" {
		text += fmt.Sprintf(", since %s has the most alerts that the policy allows, %d", full, p.maxAlerts)
	}
	return text + "."
}

// whyFirst says why an alert is linked to an incident that is begun with it.
func whyFirst(g *group, r *record, records []*record, full string) string {
	text := alone(g, r)
	if len(g.shares[r]) > 0 {
		text = why(g.shares[r])
	}
	if full != "" {
		return fmt.Sprintf("%s; %s has the most alerts that the policy allows", text, full)
	}
	if r == records[0] {
		return text + "; the incident was begun with it"
	}
	return text
}

// alone says that an alert shares nothing, and what else it could have been tied by.
func alone(g *group, r *record) string {
	const text = "shares nothing with an open incident"
	switch {
	case r.tooMany:
		return fmt.Sprintf("%s, since it has more than %d combinations of what all of its policy's groupBy ask for", text, maxCombinations)
	case len(g.common[r]) > 0:
		return fmt.Sprintf("%s: %s is all too common", text, list(g.commonOf([]*record{r})))
	default:
		return text
	}
}
