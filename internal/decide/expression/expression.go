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

package expression

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/ext"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	// MaxLength bounds a condition, in characters.
	MaxLength = 4096
	// maxEstimate bounds what a condition may cost at worst, for the largest alert that the API takes. maxCost bounds what it
	// may cost for one alert; a unit is some ten nanoseconds to a microsecond of one core.
	maxEstimate = 1_000_000
	maxCost     = 200_000
	// maxProblems bounds how many places of a broken condition are told.
	maxProblems = 5
)

// form says what a condition must be.
const form = `must be a CEL expression over alert that is true or false, such as alert.spec.severity == "High"`

// Condition is a compiled condition. It may be used by several goroutines at once. A nil Condition holds for every alert.
type Condition struct {
	source  string
	program cel.Program
	fields  map[string]bool
}

// String is the condition as it was written.
func (c *Condition) String() string {
	if c == nil {
		return ""
	}
	return c.source
}

// Compile reads a condition. Its errors say where in the condition they are and what must be there.
func Compile(source string) (*Condition, error) {
	if strings.TrimSpace(source) == "" {
		return nil, errors.New(form + "; it is empty")
	}
	if n := utf8.RuneCountInString(source); n > MaxLength {
		return nil, fmt.Errorf("%s of at most %d characters; it has %d", form, MaxLength, n)
	}
	env, err := environment()
	if err != nil {
		return nil, fmt.Errorf("preparing CEL: %w", err)
	}
	compiled, issues := env.Compile(source)
	if issues.Err() != nil {
		return nil, problemsOf(issues)
	}
	if compiled.OutputType() != cel.BoolType {
		return nil, fmt.Errorf("%s; it gives a value of type %s", form, compiled.OutputType())
	}
	estimate, err := env.EstimateCost(compiled, sizes{})
	if err != nil {
		return nil, fmt.Errorf("estimating the cost: %w", err)
	}
	if estimate.Max > maxEstimate {
		return nil, fmt.Errorf("must cost at most %d for the largest alert; it may cost %d: take out loops within loops over evidence or tags, and matches on long texts",
			maxEstimate, estimate.Max)
	}
	program, err := env.Program(compiled, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(maxCost))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", form, err)
	}
	return &Condition{source: source, program: program, fields: fieldsOf(compiled)}, nil
}

// Names says whether a field of that name, such as "description", stands in the condition.
func (c *Condition) Names(field string) bool { return c != nil && c.fields[field] }

func fieldsOf(compiled *cel.Ast) map[string]bool {
	fields := map[string]bool{}
	ast.PreOrderVisit(compiled.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.SelectKind {
			fields[e.AsSelect().FieldName()] = true
		}
	}))
	return fields
}

// Holds says whether the condition is true of an alert. It fails where the condition itself fails, such as by a division by
// zero, or costs too much for this alert; then it does not hold.
func (c *Condition) Holds(alert *v1alpha1.Alert) (bool, error) {
	if c == nil {
		return true, nil
	}
	value, _, err := c.program.Eval(map[string]any{variable: alert})
	if err != nil {
		return false, fmt.Errorf("evaluating the condition: %w", err)
	}
	holds, ok := value.Value().(bool)
	if !ok {
		return false, fmt.Errorf("the condition must be true or false; it gives %v", value.Type())
	}
	return holds, nil
}

// problemsOf tells the places of a broken condition in one line, each with its line and column, counted from 1.
func problemsOf(issues *cel.Issues) error {
	var told []string
	for _, problem := range issues.Errors() {
		if len(told) == maxProblems {
			told = append(told, "and more")
			break
		}
		told = append(told, fmt.Sprintf("line %d, column %d: %s", problem.Location.Line(), problem.Location.Column()+1, problem.Message))
	}
	return fmt.Errorf("%s; %s", form, strings.Join(told, "; "))
}

func newEnvironment() (*cel.Env, error) {
	provider, err := newProvider()
	if err != nil {
		return nil, err
	}
	return cel.NewEnv(
		cel.CustomTypeProvider(provider),
		cel.CustomTypeAdapter(provider),
		cel.Variable(variable, cel.ObjectType(typeAlert)),
		cel.DefaultUTCTimeZone(true),
		ext.Strings(), ext.Sets(),
	)
}
