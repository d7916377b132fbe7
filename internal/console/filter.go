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
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/classify"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

const (
	// me stands for the person in an address, so that a bookmark means whoever opens it.
	me = "@me"
	// maxSearch is how many characters are searched for.
	maxSearch = 256
	// maxValues is how many values one filter may ask for.
	maxValues = 64
)

// queueView is what the address of a queue asks for. Its parameters have the names of the plugin's flags.
type queueView struct {
	actions.Selection
	sort string
	page int
}

// parameterProblem says what is wrong with a parameter, which is then left out.
type parameterProblem struct {
	Parameter string `json:"parameter"`
	Value     string `json:"value"`
	Message   string `json:"message"`
}

// parameters read one parameter each.
var parameters = map[string]func(v *queueView, values []string) error{
	"assignee": func(v *queueView, values []string) error {
		for _, value := range values {
			if value == me {
				v.Mine = true
			} else {
				v.Assignees = append(v.Assignees, value)
			}
		}
		return nil
	},
	"unassigned": func(v *queueView, values []string) error { return readBool(values, &v.Unassigned) },
	"all":        func(v *queueView, values []string) error { return readBool(values, &v.Any) },
	"tag":        func(v *queueView, values []string) error { v.Tags = values; return nil },
	"all-tags":   func(v *queueView, values []string) error { v.AllTags = values; return nil },
	"state":      func(v *queueView, values []string) error { return readEach(values, &v.States, query.ParseState) },
	"severity":   func(v *queueView, values []string) error { return readEach(values, &v.Severities, query.ParseSeverity) },
	"verdict":    func(v *queueView, values []string) error { return readEach(values, &v.Verdicts, classify.ParseVerdict) },
	"determination": func(v *queueView, values []string) error {
		return readEach(values, &v.Determinations, classify.ParseDetermination)
	},
	"source":   func(v *queueView, values []string) error { v.Sources = values; return nil },
	"category": func(v *queueView, values []string) error { v.Categories = values; return nil },
	"entity":   func(v *queueView, values []string) error { v.Entities = values; return nil },
	"min-severity": readOne(func(v *queueView, value string) (err error) {
		v.MinSeverity, err = query.ParseSeverity(value)
		return err
	}),
	"since": readOne(func(v *queueView, value string) (err error) {
		v.Since, err = query.ParseDuration(value)
		return err
	}),
	"search": readOne(func(v *queueView, value string) error {
		if utf8.RuneCountInString(value) > maxSearch {
			return fmt.Errorf("must have at most %d characters", maxSearch)
		}
		v.Search = value
		return nil
	}),
	"namespace": readOne(func(v *queueView, value string) error {
		if problems := validation.IsDNS1123Label(value); len(problems) > 0 {
			return fmt.Errorf("must be the name of a namespace, is %q", value)
		}
		v.Namespace = value
		return nil
	}),
	"sort": readOne(func(v *queueView, value string) error {
		if !slices.Contains(query.Keys, value) {
			return fmt.Errorf("must be one of %s, is %q", strings.Join(query.Keys, ", "), value)
		}
		v.sort = value
		return nil
	}),
	"page": readOne(func(v *queueView, value string) error {
		page, err := strconv.Atoi(value)
		if err != nil || page < 1 {
			return fmt.Errorf("must be a number of at least 1, is %q", value)
		}
		v.page = page
		return nil
	}),
}

// viewOf reads the parameters of an address. What is wrong is told and left out, so that the rest still shows something.
func viewOf(values url.Values) (*queueView, []parameterProblem) {
	v := &queueView{sort: query.ByActivity, page: 1}
	var problems []parameterProblem
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if err := v.take(name, values[name]); err != nil {
			problems = append(problems, parameterProblem{name, strings.Join(values[name], ", "), err.Error()})
		}
	}
	return v, problems
}

func (v *queueView) take(name string, values []string) error {
	read, known := parameters[name]
	switch {
	case !known:
		return fmt.Errorf("there is no filter of this name")
	case slices.Contains(values, ""):
		return fmt.Errorf("must not be empty")
	case len(values) > maxValues:
		return fmt.Errorf("must have at most %d values", maxValues)
	}
	return read(v, slices.Clone(values))
}

func readOne(read func(v *queueView, value string) error) func(*queueView, []string) error {
	return func(v *queueView, values []string) error {
		if len(values) != 1 {
			return fmt.Errorf("must be given once")
		}
		return read(v, values[0])
	}
}

func readBool(values []string, into *bool) error {
	if len(values) != 1 || values[0] != "true" {
		return fmt.Errorf("must be true")
	}
	*into = true
	return nil
}

func readEach[T any](values []string, into *[]T, parse func(string) (T, error)) error {
	for _, value := range values {
		one, err := parse(value)
		if err != nil {
			*into = nil
			return err
		}
		*into = append(*into, one)
	}
	return nil
}

// selects returns the incidents that the view asks for, and those in its namespace, which facets count.
func (s *Session) selects(ctx context.Context, v *queueView, now time.Time) (selected, there []*query.Prepared, err error) {
	all, err := s.feed.snapshot()
	if len(all) == 0 && err != nil {
		return nil, nil, err
	}
	if v.Mine { // The selection would ask the cluster anew.
		name, err := s.person.whoAmI(ctx)
		if err != nil {
			return nil, nil, err
		}
		v.Assignees, v.Mine = append(v.Assignees, name), false
	}
	selectors, err := s.selectors(ctx, v, s.mentions.of)
	if err != nil {
		return nil, nil, err
	}
	for _, incident := range all {
		if v.Namespace != "" && incident.Namespace != v.Namespace {
			continue
		}
		selector := selectors.of(incident.Namespace)
		if selector == nil { // The right to list it ended meanwhile.
			continue
		}
		there = append(there, incident)
		if selector.SelectsListed(incident, now) {
			selected = append(selected, incident)
		}
	}
	return selected, there, nil
}
