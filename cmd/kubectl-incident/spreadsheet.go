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

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/table"
	"github.com/incident-operator/incident-operator/internal/decide/spreadsheet"
)

// spreadsheetColumns are what a spreadsheet gets of incidents.
func spreadsheetColumns() []table.Column[*v1alpha1.Incident] {
	var columns []table.Column[*v1alpha1.Incident]
	for _, column := range spreadsheet.Incidents() {
		columns = append(columns, table.Column[*v1alpha1.Incident]{
			Name: column.Head, Cell: func(i *v1alpha1.Incident, _ time.Time) string { return column.Cell(i) },
		})
	}
	return columns
}

// columns are those of the format that is asked for.
func (o *listOptions) columns() []table.Column[*v1alpha1.Incident] {
	if o.isSpreadsheet() {
		return spreadsheetColumns()
	}
	return incidentColumns()
}
