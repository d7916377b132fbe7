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
	"html/template"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// page is a document in one file: nothing is loaded, nothing runs.
var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"lines": func(words string) []string { return strings.Split(printable(words), "\n") },
	"long":  long,
}).Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{template "line" .Title}}</title>
<style>
body { font: 14px/1.45 system-ui, sans-serif; color: #1b1b1b; background: #fff; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 1.6rem; border-bottom: 1px solid #999; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid #ddd; }
h1, p, .long { overflow-wrap: anywhere; }
table.facts { width: auto; } table.facts th { white-space: nowrap; font-weight: 600; }
@media print { body { margin: 0; font-size: 10pt; max-width: none; } h2 { break-after: avoid; } tr { break-inside: avoid; } thead { display: table-header-group; } }
</style>
</head>
<body>
<h1>{{template "line" .Title}}</h1>
{{with .Known}}<table class="facts">{{range .}}<tr><th scope="row">{{template "line" .Name}}</th><td class="long">{{template "text" .Value}}</td></tr>{{end}}</table>
{{end}}{{range .Filled}}<h2>{{template "line" .Heading}}</h2>
{{if .Text}}<p>{{template "text" .Text}}</p>
{{end}}{{if .Rows}}<table><thead><tr>{{range .Columns}}<th scope="col">{{template "line" .}}</th>{{end}}</tr></thead>
<tbody>{{range .Rows}}<tr>{{range .}}<td{{if long .}} class="long"{{end}}>{{template "text" .}}</td>{{end}}</tr>
{{end}}</tbody></table>
{{else if not .Text}}<p>{{template "line" .None}}</p>
{{end}}{{end}}</body>
</html>
{{define "line"}}{{range $i, $line := lines .}}{{if $i}} {{end}}{{$line}}{{end}}{{end}}
{{- define "text"}}{{range $i, $line := lines .}}{{if $i}}<br>{{end}}{{$line}}{{end}}{{end}}`))

// longWord is more characters than the words of a narrow column have. Longer ones, such as the name of a file, are broken
// rather than make the page wider.
const longWord = 24

func long(cell string) bool {
	return slices.ContainsFunc(strings.Fields(cell), func(word string) bool { return utf8.RuneCountInString(word) > longWord })
}

// HTML writes a document as one page.
func HTML(out io.Writer, d *Document) error { return page.Execute(out, d) }
