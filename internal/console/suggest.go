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
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/decide/text"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

// maxSuggestions is how many are worth reading.
const maxSuggestions = 12

// suggestion is something to choose.
type suggestion struct {
	Value string `json:"value"`
	// About says more about it; Count is how many incidents have it.
	About string `json:"about,omitempty"`
	Count int    `json:"count,omitempty"`
}

// suggest returns what was used before and contains what was typed, most used first.
func (s *Session) suggest(r *http.Request) ([]suggestion, error) {
	asked := r.URL.Query()
	namespace, typed := asked.Get("namespace"), text.Fold(strings.TrimSpace(asked.Get("text")))
	incidents, err := s.feed.snapshot()
	if len(incidents) == 0 && err != nil {
		return nil, err
	}
	incidents = slices.DeleteFunc(incidents, func(i *query.Prepared) bool { return namespace != "" && i.Namespace != namespace })
	var all []suggestion
	switch kind := asked.Get("kind"); kind {
	case "tag":
		all = counted(view.CountTags(incidents))
	case "assignee":
		user, err := s.person.whoAmI(r.Context())
		if err != nil {
			return nil, err
		}
		all = append(all, suggestion{Value: user, About: "me"})
		all = append(all, slices.DeleteFunc(counted(view.CountAssignees(incidents)), func(one suggestion) bool { return one.Value == user })...)
	case "incident":
		all = targets(incidents)
	default:
		return nil, badRequest("kind must be tag, assignee or incident, is %q", kind)
	}
	all = slices.DeleteFunc(all, func(one suggestion) bool {
		return !strings.Contains(text.Fold(one.Value), typed) && !strings.Contains(text.Fold(one.About), typed)
	})
	return all[:min(len(all), maxSuggestions)], nil
}

func counted(counts []view.Count) []suggestion {
	all := make([]suggestion, 0, len(counts))
	for _, count := range counts {
		all = append(all, suggestion{Value: count.Value, Count: count.Count})
	}
	return all
}

// targets are the incidents that take alerts, the newest activity first.
func targets(incidents []*query.Prepared) []suggestion {
	now, open := time.Now(), query.Filter{}.Question()
	taking := slices.DeleteFunc(slices.Clone(incidents), func(i *query.Prepared) bool { return !open.Selects(i, now) })
	slices.SortFunc(taking, func(a, b *query.Prepared) int {
		return b.EffectiveLastActivity(now).Compare(a.EffectiveLastActivity(now))
	})
	all := make([]suggestion, 0, len(taking))
	for _, incident := range taking {
		all = append(all, suggestion{Value: incident.Name, About: query.TitleOf(incident.Incident)})
	}
	return all
}
