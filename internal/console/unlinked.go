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
	"time"
	"unicode/utf8"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

// maxUnlinked is how many alerts of no incident are listed to choose from, the latest.
const maxUnlinked = 100

type unlinkedReply struct {
	Alerts []view.Row `json:"alerts"`
	// More is how many are left out.
	More int `json:"more"`
}

// unlinked lists the alerts of a namespace that belong to no incident, those that mention a text.
func (s *Session) unlinked(r *http.Request) (*unlinkedReply, error) {
	asked := r.URL.Query()
	namespace, text := asked.Get("namespace"), asked.Get("text")
	if namespace == "" {
		return nil, badRequest("namespace must say where to look")
	}
	if utf8.RuneCountInString(text) > maxSearch {
		return nil, badRequest("text must have at most %d characters", maxSearch)
	}
	selection := actions.AlertSelection{
		AlertFilter: query.AlertFilter{Search: text}, Namespace: namespace, Unlinked: true,
	}
	selector, err := selection.Ready(r.Context(), s.cluster.Client)
	if err != nil {
		return nil, err
	}
	now, latest := time.Now(), view.Latest(maxUnlinked)
	err = selector.EachPage(r.Context(), s.cluster.Client, now, func(page *v1alpha1.AlertList) error {
		for i := range page.Items {
			latest.Add(view.RowOf(&page.Items[i], now))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &unlinkedReply{Alerts: latest.Rows(), More: latest.Seen() - len(latest.Rows())}, nil
}
