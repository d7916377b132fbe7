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

package edit

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/classify"
)

// Form is what people decide about an incident, as they edit it. A field that is missing is empty.
type Form struct {
	Name           string                  `json:"name"`
	Tags           []v1alpha1.Tag          `json:"tags"`
	Assignee       string                  `json:"assignee"`
	Classification v1alpha1.Classification `json:"classification"`
	Resolution     v1alpha1.Resolution     `json:"resolution"`
	Severity       v1alpha1.Severity       `json:"severity"`
	Description    string                  `json:"description"`
}

// FormOf is what people decide about an incident, to be edited.
func FormOf(incident *v1alpha1.Incident) Form {
	spec := incident.Spec
	f := Form{
		Name: spec.Name, Tags: slices.Clone(spec.Tags), Assignee: spec.Assignee, Classification: spec.Classification,
		Resolution: spec.Resolution, Severity: spec.Severity, Description: spec.Description,
	}
	f.Complete()
	return f
}

// Complete fills in what the API server would, so that forms can be compared.
func (f *Form) Complete() {
	if f.Classification.Verdict == "" {
		f.Classification.Verdict = v1alpha1.VerdictNotSet
	}
	if f.Resolution.State == "" {
		f.Resolution.State = v1alpha1.ResolutionActive
	}
}

// Equal says whether two forms say the same.
func (f *Form) Equal(other Form) bool { return equality.Semantic.DeepEqual(*f, other) }

// FillIn makes an incident say what the Form says, in the fields in which it differs from another. Of tags, those are added
// and taken away by which the two differ, so that others may change tags meanwhile.
func (f *Form) FillIn(incident *v1alpha1.Incident, before Form) {
	spec := &incident.Spec
	replace(&spec.Name, before.Name, f.Name)
	replace(&spec.Assignee, before.Assignee, f.Assignee)
	replace(&spec.Classification, before.Classification, f.Classification)
	replace(&spec.Resolution.State, before.Resolution.State, f.Resolution.State)
	replace(&spec.Resolution.Note, before.Resolution.Note, f.Resolution.Note)
	replace(&spec.Severity, before.Severity, f.Severity)
	replace(&spec.Description, before.Description, f.Description)
	spec.Tags = slices.DeleteFunc(spec.Tags, func(tag v1alpha1.Tag) bool {
		return slices.Contains(before.Tags, tag) && !slices.Contains(f.Tags, tag)
	})
	for _, tag := range f.Tags {
		if !slices.Contains(before.Tags, tag) && !slices.Contains(spec.Tags, tag) {
			spec.Tags = append(spec.Tags, tag)
		}
	}
}

func replace[T comparable](field *T, before, after T) {
	if before != after {
		*field = after
	}
}

// sheet shows each field below a line that says what it takes.
var sheet = template.Must(template.New("").Parse(`# Incident {{ .Title }}: what people decide about it.
# Save and leave to send it; leave it as it is, or empty, to change nothing. A field that is not there is emptied.

# The title; "" for the automatic name.
name: {{ .Name }}

# At most 64, such as [Ransomware, "Crown Jewels: HR"].
tags: {{ .Tags }}

# Who works on it, and on each of its alerts; "" for nobody.
assignee: {{ .Assignee }}

# What it turned out to be. A determination must fit its verdict:
{{ range .Verdicts }}#   {{ . }}
{{ end }}classification:
  verdict: {{ .Verdict }}
  determination: {{ .Determination }}

# Active, InProgress or Resolved, which resolves its alerts; the note says why.
resolution:
  state: {{ .State }}
  note: {{ .Note }}

# Informational, Low, Medium, High or Critical; "" for the highest of its alerts.
severity: {{ .Severity }}

description: {{ .Description }}
`))

// Render writes the form as a sheet under the title of its incident.
func (f *Form) Render(title string) ([]byte, error) {
	var verdicts []string
	for _, verdict := range classify.Verdicts {
		verdicts = append(verdicts, strings.TrimSuffix(string(verdict)+": "+strings.Join(classify.Fitting(verdict), ", "), ": "))
	}
	var out bytes.Buffer
	err := sheet.Execute(&out, map[string]any{
		"Title": terminal.Escape(title), "Verdicts": verdicts,
		"Name": inline(f.Name, 0), "Tags": inlineTags(f.Tags), "Assignee": inline(f.Assignee, 0),
		"Verdict": f.Classification.Verdict, "Determination": inline(string(f.Classification.Determination), 1),
		"State": f.Resolution.State, "Note": inline(f.Resolution.Note, 1),
		"Severity": inline(string(f.Severity), 0), "Description": inline(f.Description, 0),
	})
	return out.Bytes(), err
}

// inline writes a text as YAML behind its key, which is so many levels deep: as people write it, if it is read back just so.
// Else it is quoted, with an escape for whatever an editor or a reader may take for something else.
func inline(text string, depth int) string {
	if strings.TrimSpace(text) == text && !strings.ContainsRune(text, '\r') {
		if written, err := yaml.Marshal(text); err == nil {
			plain := indented(strings.TrimSuffix(string(written), "\n"), depth)
			if isReadBack(plain, text, depth) {
				return plain
			}
		}
	}
	return strconv.Quote(text)
}

func indented(written string, depth int) string {
	lines := strings.Split(written, "\n")
	indentation := strings.Repeat("  ", depth)
	for i := 1; i < len(lines); i++ {
		if lines[i] != "" {
			lines[i] = indentation + lines[i]
		}
	}
	return strings.Join(lines, "\n")
}

// isReadBack says whether a text that stands in a sheet is read as it was written.
func isReadBack(written, text string, depth int) bool {
	var read struct {
		Text  string
		Inner struct{ Text string }
	}
	document := "text: " + written + "\n\nnext: x\n"
	if depth > 0 {
		document = "inner:\n  text: " + written + "\n\nnext: x\n"
	}
	err := yaml.Unmarshal([]byte(document), &read)
	return err == nil && read.Text+read.Inner.Text == text
}

func inlineTags(all []v1alpha1.Tag) string {
	if len(all) == 0 {
		return "[]"
	}
	var lines strings.Builder
	for _, tag := range all {
		lines.WriteString("\n- " + inline(string(tag), 1))
	}
	return lines.String()
}

// Check finds what the API server would refuse, as far as a person is likely to get it wrong. White space at the ends of
// what has none is taken off.
func (f *Form) Check() error {
	f.Name, f.Assignee = strings.TrimSpace(f.Name), strings.TrimSpace(f.Assignee)
	for i, tag := range f.Tags {
		f.Tags[i] = v1alpha1.Tag(strings.TrimSpace(string(tag)))
	}
	var wrongSeverity error
	if f.Severity != "" {
		f.Severity, wrongSeverity = classify.ParseSeverity(string(f.Severity))
	}
	classification, wrongClass := classify.Parse(string(f.Classification.Verdict), string(f.Classification.Determination))
	if wrongClass == nil {
		f.Classification = classification
	}
	return errors.Join(
		actions.AtMost("name", f.Name, actions.MaxName), actions.CheckTags(f.Tags), actions.AtMost("assignee", f.Assignee, actions.MaxName), wrongClass,
		checkState(f.Resolution.State), actions.AtMost("note", f.Resolution.Note, actions.MaxNote), wrongSeverity,
		actions.AtMost("description", f.Description, actions.MaxDescription),
	)
}

func checkState(state v1alpha1.ResolutionState) error {
	switch state {
	case v1alpha1.ResolutionActive, v1alpha1.ResolutionInProgress, v1alpha1.ResolutionResolved:
		return nil
	default:
		return fmt.Errorf("state must be Active, InProgress or Resolved, is %q", state)
	}
}
