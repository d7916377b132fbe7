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

package report

import (
	"io"
	"regexp"
	"strings"
)

// Markdown writes a document as GitHub takes it. Nothing that others wrote is taken for markup.
func Markdown(out io.Writer, d *Document) error {
	var b strings.Builder
	b.WriteString("# " + inLine(d.Title) + "\n\n")
	if known := d.Known(); len(known) > 0 {
		b.WriteString("| | |\n|---|---|\n")
		for _, fact := range known {
			b.WriteString("| " + inLine(fact.Name) + " | " + inCell(fact.Value) + " |\n")
		}
		b.WriteString("\n")
	}
	for _, section := range d.Filled() {
		b.WriteString("## " + inLine(section.Heading) + "\n\n")
		writeSection(&b, &section)
	}
	_, err := io.WriteString(out, strings.TrimRight(b.String(), "\n")+"\n")
	return err
}

func writeSection(b *strings.Builder, section *Section) {
	switch {
	case section.empty():
		b.WriteString(inLine(section.None) + "\n\n")
	case section.Text != "":
		// A line that ends in a backslash goes on in the next one.
		b.WriteString(strings.Join(lines(section.Text), "\\\n") + "\n\n")
	}
	if len(section.Rows) == 0 {
		return
	}
	b.WriteString("| " + strings.Join(escaped(section.Columns), " | ") + " |\n|" + strings.Repeat("---|", len(section.Columns)) + "\n")
	for _, row := range section.Rows {
		b.WriteString("| " + strings.Join(escaped(row), " | ") + " |\n")
	}
	b.WriteString("\n")
}

func escaped(cells []string) []string {
	all := make([]string, 0, len(cells))
	for _, cell := range cells {
		all = append(all, inCell(cell))
	}
	return all
}

// markup is what Markdown or the HTML in it would take for more than a character.
var markup = regexp.MustCompile("[\\\\`*_{}\\[\\]<>#|~&!]")

func lines(words string) []string {
	all := strings.Split(printable(words), "\n")
	for i, line := range all {
		all[i] = unlisted(unlinked(markup.ReplaceAllString(line, "\\$0")))
	}
	return all
}

// site begins what GitHub takes for an address even without a scheme.
var site = regexp.MustCompile(`(?i)\b(www)\.`)

// unlinked keeps addresses from becoming links: those in evidence are attackers' own.
func unlinked(line string) string {
	return site.ReplaceAllString(strings.ReplaceAll(line, "://", `\://`), `$1\.`)
}

// lists are what begins a list or a rule at the beginning of a line.
var lists = regexp.MustCompile(`^(\s*)(\d+[.)]|[-+=])`)

func unlisted(line string) string {
	found := lists.FindStringSubmatch(line)
	if found == nil {
		return line
	}
	mark := found[2]
	return found[1] + mark[:len(mark)-1] + "\\" + mark[len(mark)-1:] + line[len(found[0]):]
}

func inLine(words string) string { return strings.Join(lines(words), " ") }

func inCell(words string) string { return strings.Join(lines(words), "<br>") }
