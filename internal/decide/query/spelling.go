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

package query

import (
	"errors"
	"fmt"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/classify"
)

// Canonicalize gives the values of a filter, in whatever letter case people wrote them, the spelling of the API. The error
// names every field that holds what does not exist, and says what it must be; the filter is then as it was.
func (f *Filter) Canonicalize() error {
	spelled := *f
	err := errors.Join(
		respell("state", &spelled.States, ParseState),
		respell("severity", &spelled.Severities, ParseSeverity),
		respell("verdict", &spelled.Verdicts, classify.ParseVerdict),
		respell("determination", &spelled.Determinations, classify.ParseDetermination),
	)
	if f.MinSeverity != "" {
		severity, problem := ParseSeverity(string(f.MinSeverity))
		if problem != nil {
			err = errors.Join(err, fmt.Errorf("min-severity %w", problem))
		}
		spelled.MinSeverity = severity
	}
	if err == nil {
		*f = spelled
	}
	return err
}

// respell replaces the values by a slice of its own, since a copy of a filter shares its slices.
func respell[T ~string](field string, values *[]T, parse func(string) (T, error)) error {
	if *values == nil {
		return nil
	}
	spelled := make([]T, 0, len(*values))
	for _, value := range *values {
		known, err := parse(string(value))
		if err != nil {
			return fmt.Errorf("%s %w", field, err)
		}
		spelled = append(spelled, known)
	}
	*values = spelled
	return nil
}

// ParseSeverity reads a severity in any letter case. The error says what there is, and is meant to stand behind the name of
// a flag or field.
func ParseSeverity(word string) (v1alpha1.Severity, error) {
	return parse(word, v1alpha1.Severities())
}

// ParseState reads the state of an incident as ParseSeverity reads a severity.
func ParseState(word string) (v1alpha1.IncidentState, error) {
	return parse(word, v1alpha1.IncidentStates())
}

func parse[T ~string](word string, known []T) (T, error) {
	for _, value := range known {
		if strings.EqualFold(string(value), word) {
			return value, nil
		}
	}
	return "", fmt.Errorf("must be one of %s, is %q", strings.Join(texts(known), ", "), word)
}
