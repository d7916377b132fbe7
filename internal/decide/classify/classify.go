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

// Package classify reads verdicts and determinations as people write them, also in the spellings of other interfaces.
package classify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Verdicts are all verdicts, in the order in which people weigh them.
var Verdicts = v1alpha1.Verdicts()

// spellings are the names that other interfaces have for determinations.
var spellings = map[string]v1alpha1.Determination{
	"Clean":                  v1alpha1.DeterminationNotMalicious,
	"InsufficientData":       v1alpha1.DeterminationNotEnoughDataToValidate,
	"NoEnoughDataToValidate": v1alpha1.DeterminationNotEnoughDataToValidate,
	"CompromisedUser":        v1alpha1.DeterminationCompromisedAccount,
	"ConfirmedUserActivity":  v1alpha1.DeterminationConfirmedActivity,
}

// Parse reads a verdict and a determination, which may be empty. Letter case does not matter. A pair that does not fit is
// refused with the determinations that fit.
func Parse(verdict, determination string) (v1alpha1.Classification, error) {
	v, err := ParseVerdict(verdict)
	if err != nil {
		return v1alpha1.Classification{}, fmt.Errorf("verdict %w", err)
	}
	if determination == "" {
		return v1alpha1.Classification{Verdict: v}, nil
	}
	d, err := fittingDetermination(determination, v)
	return v1alpha1.Classification{Verdict: v, Determination: d}, err
}

// Split reads a verdict and its determination in one word, such as TruePositive/Malware.
func Split(word string) (v1alpha1.Classification, error) {
	verdict, determination, both := strings.Cut(word, "/")
	if both && determination == "" {
		return v1alpha1.Classification{}, fmt.Errorf("%q has no determination behind the slash", word)
	}
	return Parse(verdict, determination)
}

// ParseVerdict reads a verdict in any letter case. The error says which there are, and is meant to stand behind the name
// of a flag or field.
func ParseVerdict(word string) (v1alpha1.Verdict, error) {
	if i := indexFold(Verdicts, word); i >= 0 {
		return Verdicts[i], nil
	}
	return "", fmt.Errorf("must be %s, is %q", oneOf(Verdicts), word)
}

// ParseDetermination reads a determination of any verdict as ParseVerdict reads a verdict.
func ParseDetermination(word string) (v1alpha1.Determination, error) {
	var all []v1alpha1.Determination
	for _, verdict := range Verdicts {
		all = append(all, verdict.Determinations()...)
	}
	if i := indexFold(all, renamed(word)); i >= 0 {
		return all[i], nil
	}
	slices.Sort(all)
	return "", fmt.Errorf("must be %s, is %q", oneOf(slices.Compact(all)), word)
}

func fittingDetermination(text string, verdict v1alpha1.Verdict) (v1alpha1.Determination, error) {
	fitting := verdict.Determinations()
	if i := indexFold(fitting, renamed(text)); i >= 0 {
		return fitting[i], nil
	}
	if len(fitting) == 0 {
		return "", fmt.Errorf("%s takes no determination, got %q", verdict, text)
	}
	return "", fmt.Errorf("determination of %s must be %s, is %q", verdict, oneOf(fitting), text)
}

// renamed is a determination's name in this API where it is known by another one.
func renamed(text string) string {
	for spelling, determination := range spellings {
		if strings.EqualFold(spelling, text) {
			return string(determination)
		}
	}
	return text
}

func indexFold[T ~string](known []T, text string) int {
	return slices.IndexFunc(known, func(k T) bool { return strings.EqualFold(string(k), text) })
}

// oneOf joins names as an error message lists them.
func oneOf[T ~string](names []T) string {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = string(name)
	}
	last := len(texts) - 1
	return strings.Join(texts[:last], ", ") + " or " + texts[last]
}

// Fitting are the names of the determinations that fit a verdict.
func Fitting(verdict v1alpha1.Verdict) []string {
	var names []string
	for _, determination := range verdict.Determinations() {
		names = append(names, string(determination))
	}
	return names
}
