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

package console

import (
	"net/http"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/decide/spreadsheet"
)

// export answers with all incidents that the address of a queue selects, whichever page it shows: as the file that the
// plugin writes. Nothing is left out in silence, so a filter that is wrong is refused.
func (s *Session) export(w http.ResponseWriter, r *http.Request) {
	found, err := s.readQuery(r.Context(), r.URL.RawQuery)
	if err == nil {
		err = query.Sort(found.incidents, found.view.sort, found.now)
	}
	if err != nil {
		fail(w, problemOf(err))
		return
	}
	columns := spreadsheet.Incidents()
	if found.several() { // Names alone do not tell incidents of several namespaces apart.
		namespace := spreadsheet.Column{Head: "NAMESPACE", Cell: func(i *v1alpha1.Incident) string { return i.Namespace }}
		columns = append([]spreadsheet.Column{namespace}, columns...)
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="incidents.csv"`)
	_ = writeIncidents(&spreadsheet.Writer{Out: w, Mark: true}, columns, found.incidents) // Who asked has gone.
}

func writeIncidents(sheet *spreadsheet.Writer, columns []spreadsheet.Column, incidents []v1alpha1.Incident) error {
	for _, column := range columns {
		sheet.Heads = append(sheet.Heads, column.Head)
	}
	rows := make([][]string, 0, len(incidents))
	for i := range incidents {
		row := make([]string, 0, len(columns))
		for _, column := range columns {
			row = append(row, column.Cell(&incidents[i]))
		}
		rows = append(rows, row)
	}
	return sheet.Write(rows)
}
