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
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/spreadsheet"
)

// exported are the cells of one column of a file, without its head.
func exported(t *testing.T, w *world, query, column string) []string {
	t.Helper()
	answer := w.do(w.request(http.MethodGet, "/api/incidents.csv?"+query, nil))
	if answer.Code != http.StatusOK || !strings.HasPrefix(answer.Header().Get("Content-Disposition"), "attachment") {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	text, marked := strings.CutPrefix(answer.Body.String(), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !marked {
		t.Fatalf("marked %t, %v in %q", marked, err, text)
	}
	cells := []string{}
	for at, head := range rows[0] {
		if head == column {
			for _, row := range rows[1:] {
				cells = append(cells, row[at])
			}
			return cells
		}
	}
	t.Fatalf("there is no column %s in %v", column, rows[0])
	return nil
}

func TestExportIsAllThatMatches(t *testing.T) {
	w := newWorld(t, interceptor.Funcs{}, append(queued(),
		anIncident("e", func(i *v1alpha1.Incident) {
			i.Spec.Name, i.Spec.Assignee = "=HYPERLINK(1)", "carol@example.com"
			i.Spec.Resolution.State = v1alpha1.ResolutionResolved
			i.Annotations = map[string]string{v1alpha1.EditorAnnotationPrefix + "resolution": bob + "@1"}
		}))...)
	for query, want := range map[string][]string{
		"sort=name":                  {"a", "b", "c"},
		"sort=name&all=true&page=99": {"a", "b", "c", "d", "e"},
		"assignee=@me":               {"a"},
		"entity=web-1":               {"a"},
		"namespace=elsewhere":        {},
	} {
		if diff := cmp.Diff(want, exported(t, w, query, "NAME")); diff != "" {
			t.Errorf("%s (-want +got)\n%s", query, diff)
		}
	}
	if got := exported(t, w, "assignee=carol@example.com&all=true", "TITLE"); got[0] != "'=HYPERLINK(1)" {
		t.Errorf("a formula stays one: %s", got)
	}
	// Who resolved it is in no annotation that the feed keeps.
	if got := exported(t, w, "assignee=carol@example.com&all=true", "RESOLVED BY"); got[0] != bob {
		t.Errorf("resolved by %s", got)
	}
}

func TestExportHasTheColumnsOfThePlugin(t *testing.T) {
	w := queueOf(t)
	for query, before := range map[string]string{"namespace=soc": "", "": "NAMESPACE,"} {
		body := w.do(w.request(http.MethodGet, "/api/incidents.csv?"+query, nil)).Body.String()
		want := before
		for i, column := range spreadsheet.Incidents() {
			if i > 0 {
				want += ","
			}
			want += column.Head
		}
		if heads, _, _ := strings.Cut(strings.TrimPrefix(body, "\ufeff"), "\n"); heads != want {
			t.Errorf("%s: got %s, want %s", query, heads, want)
		}
	}
}

func TestExportRefusesAWrongFilter(t *testing.T) {
	w := queueOf(t)
	if answer := w.do(w.request(http.MethodGet, "/api/incidents.csv?stat=Open", nil)); answer.Code != http.StatusBadRequest {
		t.Errorf("got %d %s, want 400", answer.Code, answer.Body)
	}
}
