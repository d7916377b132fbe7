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

package table

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSpreadsheet(t *testing.T) {
	var out strings.Builder
	sheet := &Spreadsheet[row]{Out: &out, Columns: rowColumns()}
	things := []row{
		{"a", "Low", "=cmd|' /C calc'!A1", "", "say \"x\", y"},
		{"-b", "", "+1", "", "x\r\ny\x1b"},
		{"@c", "\uff1d1", "a=b", "", "é"},
	}
	for _, thing := range things {
		if err := sheet.Print([]row{thing}, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"NAME", "SEVERITY", "OWNER", "AGE", "TITLE"},
		{"a", "Low", "'=cmd|' /C calc'!A1", "exact", "say \"x\", y"},
		{"'-b", "", "'+1", "exact", `x\r\ny\x1b`},
		{"'@c", "'\uff1d1", "a=b", "exact", "é"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestSpreadsheetOfNothing(t *testing.T) {
	for noHeaders, want := range map[bool]string{false: "NAME,SEVERITY,OWNER,AGE,TITLE\n", true: ""} {
		var out strings.Builder
		if err := (&Spreadsheet[row]{Out: &out, Columns: rowColumns(), NoHeaders: noHeaders}).Print(nil, time.Time{}); err != nil {
			t.Fatal(err)
		}
		if out.String() != want {
			t.Errorf("got %q, want %q", out.String(), want)
		}
	}
}
