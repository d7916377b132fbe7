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

// Package report writes documents: as Markdown, or as one page of HTML that prints well.
package report

import "github.com/incident-operator/incident-operator/internal/decide/text"

// Document is what a report says, however it is written. Its texts need not be escaped.
type Document struct {
	Title string
	// Facts are what matters, above everything else.
	Facts    []Fact
	Sections []Section
}

// Fact is one thing that is known. One without value is not written.
type Fact struct{ Name, Value string }

// Section is a part of a document: text, a table, or both.
type Section struct {
	Heading string
	Text    string
	Columns []string
	Rows    [][]string
	// None is written if there is neither text nor row; without it, such a section is left out.
	None string
}

func (s *Section) empty() bool { return s.Text == "" && len(s.Rows) == 0 }

// Filled are the sections that have something to say.
func (d *Document) Filled() []Section {
	var filled []Section
	for _, section := range d.Sections {
		if !section.empty() || section.None != "" {
			filled = append(filled, section)
		}
	}
	return filled
}

// Known are the facts that have a value.
func (d *Document) Known() []Fact {
	var known []Fact
	for _, fact := range d.Facts {
		if fact.Value != "" {
			known = append(known, fact)
		}
	}
	return known
}

// printable keeps lines and tabs, and shows what a reader cannot see as in \x1b.
func printable(words string) string { return text.EscapeLines(words) }
