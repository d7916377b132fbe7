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
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// counted is a text with how many incidents have it.
type counted struct {
	text  string
	count int
}

// mostUsed sorts texts: those that are used most first, equal ones by the alphabet.
func mostUsed(counts map[string]int) []counted {
	var all []counted
	for text, count := range counts {
		all = append(all, counted{text, count})
	}
	slices.SortFunc(all, func(a, b counted) int {
		return cmp.Or(cmp.Compare(b.count, a.count), strings.Compare(strings.ToLower(a.text), strings.ToLower(b.text)), strings.Compare(a.text, b.text))
	})
	return all
}

// tagCounts counts tags, those that differ only in letter case as one, under the spelling that is used most.
type tagCounts map[string]map[string]int

func (t tagCounts) add(tag string) {
	key := tags.LabelKey(tag)
	if t[key] == nil {
		t[key] = map[string]int{}
	}
	t[key][tag]++
}

func (t tagCounts) mostUsed() []counted {
	counts := map[string]int{}
	for _, spellings := range t {
		total := 0
		for count := range maps.Values(spellings) {
			total += count
		}
		counts[mostUsed(spellings)[0].text] = total
	}
	return mostUsed(counts)
}
