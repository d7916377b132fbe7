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
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/yaml"

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

// FillIn makes an incident say what the Form says.
func (f *Form) FillIn(incident *v1alpha1.Incident) {
	spec := &incident.Spec
	spec.Name, spec.Tags, spec.Assignee, spec.Classification = f.Name, slices.Clone(f.Tags), f.Assignee, f.Classification
	spec.Resolution, spec.Severity, spec.Description = f.Resolution, f.Severity, f.Description
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

// inline writes a text as YAML behind its key, which is so many levels deep. Space at its ends would be mixed up with that
// of the sheet, so that such a text is quoted.
func inline(text string, depth int) string {
	marshal := yaml.Marshal
	if strings.TrimSpace(text) != text {
		marshal = json.Marshal
	}
	written, err := marshal(text)
	if err != nil {
		return strconv.Quote(text)
	}
	lines := strings.Split(strings.TrimSuffix(string(written), "\n"), "\n")
	indentation := strings.Repeat("  ", depth)
	for i := 1; i < len(lines); i++ {
		if lines[i] != "" {
			lines[i] = indentation + lines[i]
		}
	}
	return strings.Join(lines, "\n")
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

// Check finds what the API server would refuse, as far as a person is likely to get it wrong.
func (f *Form) Check() error {
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
