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
	"time"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/report"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/table"
)

// section shows a part of a report.
func (p *page) section(section *report.Section) {
	p.head(section.Heading)
	switch {
	case section.Text != "":
		p.prose(section.Text, 0)
	case len(section.Rows) == 0:
		p.indented(section.None)
	}
	if len(section.Rows) > 0 {
		rows(p, cellColumns(section.Columns), section.Rows)
	}
}

// cellColumns are those of a table whose first column names things and whose last one is text.
func cellColumns(names []string) []table.Column[[]string] {
	columns := make([]table.Column[[]string], 0, len(names))
	for i, name := range names {
		column := table.Column[[]string]{Name: name, Spare: len(names) - i, Cell: func(row []string, _ time.Time) string { return row[i] }}
		switch i {
		case 0:
			column.Spare = 0
		case len(names) - 1:
			column.Least, column.Spare = leastTitle, len(names)
		}
		columns = append(columns, column)
	}
	return columns
}
