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
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

const (
	// alertsPage is how many alerts a page lists.
	alertsPage = 100
	// maxGroups is how many groups a page lists, and maxChoices how many values a filter offers.
	maxGroups  = 200
	maxChoices = 100
)

// alertList is what the address of a list of alerts asks for.
type alertList struct {
	view.AlertsAsked
	group string
	sort  string
	page  int
}

// stillOpen are alerts that are not resolved, as a state to ask for.
const stillOpen = "Open"

// alertParameters read one parameter each.
var alertParameters = map[string]func(l *alertList, value string) error{
	"search": func(l *alertList, value string) error {
		if utf8.RuneCountInString(value) > maxSearch {
			return fmt.Errorf("must have at most %d characters", maxSearch)
		}
		l.Search = value
		return nil
	},
	"state": func(l *alertList, value string) error {
		if value == stillOpen {
			l.States = []v1alpha1.ResolutionState{v1alpha1.ResolutionActive, v1alpha1.ResolutionInProgress}
			return nil
		}
		return readEach([]string{value}, &l.States, query.ParseResolution)
	},
	"severity": func(l *alertList, value string) error {
		return readEach([]string{value}, &l.Severities, query.ParseSeverity)
	},
	"assignee": func(l *alertList, value string) error {
		if l.Unassigned = value == view.None; !l.Unassigned {
			l.Assignees = []string{value}
		}
		return nil
	},
	"source":    func(l *alertList, value string) error { l.Sources = []string{value}; return nil },
	"tactic":    func(l *alertList, value string) error { l.Categories = []string{value}; return nil },
	"title":     func(l *alertList, value string) error { l.Title = value; return nil },
	"technique": func(l *alertList, value string) error { l.Technique = value; return nil },
	"entity":    func(l *alertList, value string) error { l.Entity = value; return nil },
	"group": func(l *alertList, value string) error {
		if view.Groupings[value] == nil {
			return fmt.Errorf("must be one of %s, is %q", strings.Join(slices.Sorted(maps.Keys(view.Groupings)), ", "), value)
		}
		l.group = value
		return nil
	},
	"sort": func(l *alertList, value string) error {
		_, err := query.CompareAlerts(value, time.Time{})
		if err == nil {
			l.sort = value
		}
		return err
	},
	"page": func(l *alertList, value string) error {
		page, err := strconv.Atoi(value)
		if err != nil || page < 1 {
			return fmt.Errorf("must be a number of at least 1, is %q", value)
		}
		l.page = page
		return nil
	},
}

// alertListOf reads the parameters of an address. What is wrong is told and left out, so that the rest still shows something.
func alertListOf(values url.Values) (*alertList, []parameterProblem) {
	l, problems := &alertList{sort: query.ByTime, page: 1}, []parameterProblem{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		err := fmt.Errorf("there is no filter of this name")
		switch read := alertParameters[name]; {
		case read == nil:
		case len(values[name]) != 1:
			err = fmt.Errorf("must be given once")
		default:
			err = read(l, values[name][0])
		}
		if err != nil {
			problems = append(problems, parameterProblem{name, strings.Join(values[name], ", "), err.Error()})
		}
	}
	return l, problems
}

// alertsReply is a page of the alerts of an incident, or groups of them.
type alertsReply struct {
	view.AlertWindow
	// Read is how many alerts are read, of all that the incident has if Whole. What is asked for is found among these.
	Read  int  `json:"read"`
	Whole bool `json:"whole"`
	// Cut is why no more are read.
	Cut     *cut              `json:"cut,omitempty"`
	Sort    string            `json:"sort"`
	Groups  *view.AlertGroups `json:"groups,omitempty"`
	Choices view.AlertChoices `json:"choices"`
	// Problems are parameters that were left out.
	Problems []parameterProblem `json:"problems"`
}

func (s *Session) alertsOf(r *http.Request) (*alertsReply, error) {
	found, err := s.alerts.of(keyOf(r)).known(r.Context())
	if err != nil {
		return nil, err
	}
	now := time.Now()
	asked, problems := alertListOf(r.URL.Query())
	compare, err := query.CompareAlerts(asked.sort, now)
	if err != nil {
		return nil, err
	}
	matched := make([]*v1alpha1.Alert, 0, len(found.alerts))
	for _, alert := range found.alerts {
		if asked.Matches(alert, now) {
			matched = append(matched, alert)
		}
	}
	reply := &alertsReply{
		Read: len(found.alerts), Whole: found.whole, Cut: found.cut, Sort: asked.sort, Choices: view.ChoicesOf(found.alerts, maxChoices), Problems: problems,
	}
	if asked.group != "" {
		groups := view.GroupAlerts(matched, asked.group, maxGroups)
		reply.Groups = &groups
	}
	reply.AlertWindow = view.WindowOf(matched, compare, asked.page, alertsPage, now)
	return reply, nil
}
