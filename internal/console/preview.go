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
	"errors"
	"net/http"

	"golang.org/x/sync/errgroup"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/preview"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// maxOutcomes is how many alerts a preview lists; all of them are counted.
const maxOutcomes = 100

// previewReply is what would become of incidents.
type previewReply struct {
	Incidents []foreseen `json:"incidents"`
	// Changed, Unchanged and Refused count the incidents; Alerts and Staying the alerts that change and that do not.
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Refused   int `json:"refused"`
	Alerts    int `json:"alerts"`
	Staying   int `json:"staying"`
}

// foreseen is what would become of one incident.
type foreseen struct {
	Namespace string               `json:"namespace"`
	Name      string               `json:"name"`
	Title     string               `json:"title"`
	Fields    []actions.Difference `json:"fields"`
	// Refusal is why it cannot be done; empty if it can.
	Refusal   string     `json:"refusal,omitempty"`
	Conflicts []conflict `json:"conflicts,omitempty"`
	outcomes
	// Tags come along when another incident is merged into this one.
	Tags []string `json:"tags,omitempty"`
}

// outcomes are what alerts would do, those first that change.
type outcomes struct {
	Alerts  []preview.Outcome `json:"alerts"`
	Changes int               `json:"changes"`
	Stays   int               `json:"stays"`
	Kept    []preview.Outcome `json:"kept"`
}

func outcomesOf(all []preview.Outcome) outcomes {
	found := outcomes{Alerts: []preview.Outcome{}, Kept: []preview.Outcome{}}
	for _, one := range all {
		if one.Differs() {
			found.Changes++
			if len(found.Alerts) < maxOutcomes {
				found.Alerts = append(found.Alerts, one)
			}
			continue
		}
		found.Stays++
		if len(found.Kept) < maxOutcomes {
			found.Kept = append(found.Kept, one)
		}
	}
	return found
}

// changeRequest is a change of what is chosen.
type changeRequest struct {
	chosen
	Edit edit `json:"edit"`
	// Run names the change while it is under way, so that it can be stopped; empty for one that cannot.
	Run string `json:"run,omitempty"`
}

func (s *Session) previewChange(r *http.Request) (*previewReply, error) {
	var asked changeRequest
	if err := read(r, &asked); err != nil {
		return nil, err
	}
	if err := asked.Edit.check(); err != nil {
		return nil, err
	}
	targets, err := s.targetsOf(r.Context(), asked.chosen, asked.Edit.change())
	if err != nil {
		return nil, err
	}
	reply := &previewReply{Incidents: make([]foreseen, len(targets))}
	group, ctx := errgroup.WithContext(r.Context())
	group.SetLimit(actions.Workers)
	for i, one := range targets {
		group.Go(func() error {
			found, err := one.task.Preview(ctx)
			reply.Incidents[i], err = foresee(one.incident, found, err)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	reply.count()
	return reply, nil
}

// foresee tells a refusal as a part of the preview; any other error is one.
func foresee(incident *v1alpha1.Incident, found actions.Preview, err error) (foreseen, error) {
	f := foreseen{
		Namespace: incident.Namespace, Name: incident.Name, Title: query.TitleOf(incident),
		Fields: found.Fields, outcomes: outcomesOf(found.Alerts),
	}
	var meanwhile *conflictError
	if errors.As(err, &meanwhile) {
		f.Conflicts = meanwhile.conflicts
	}
	if err == nil {
		return f, nil
	}
	switch problemOf(err).Kind {
	case kindConflict, kindRefused, kindRequest, kindGone, kindForbidden:
		f.Refusal = err.Error()
		return f, nil
	default:
		return f, err
	}
}

func (p *previewReply) count() {
	for _, f := range p.Incidents {
		switch {
		case f.Refusal != "":
			p.Refused++
		case len(f.Fields) == 0:
			p.Unchanged++
		default:
			p.Changed++
		}
		p.Alerts += f.Changes
		p.Staying += f.Stays
	}
	// Counted above: a page has no room for more.
	p.Incidents = p.Incidents[:min(len(p.Incidents), maxOutcomes)]
}
