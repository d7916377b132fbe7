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

	"golang.org/x/sync/errgroup"

	"github.com/incident-operator/incident-operator/internal/actions"
)

// selectors are what selects the incidents of a view, by the namespaces that are listed for it; the empty one is for all.
type selectors map[string]*actions.Selector

// of returns what selects incidents of a namespace; nil if that is not listed.
func (s selectors) of(namespace string) *actions.Selector {
	if one := s[namespace]; one != nil {
		return one
	}
	return s[""]
}

// lookup says what alerts and comments say to a selection.
type lookup func(context.Context, actions.Selection) (*actions.Elsewhere, error)

// anew reads all alerts and comments.
func (s *Session) anew(ctx context.Context, selection actions.Selection) (*actions.Elsewhere, error) {
	return selection.LookElsewhere(ctx, s.cluster.Client)
}

// selectors asks the cluster for what a view depends on, where the person may list incidents and nowhere else.
func (s *Session) selectors(ctx context.Context, v *queueView, look lookup) (selectors, error) {
	asked := []string{v.Namespace}
	if v.Namespace == "" {
		found, err := s.feed.reaches(ctx)
		if err != nil {
			return nil, err
		}
		asked = found.lists()
	}
	ready := make([]*actions.Selector, len(asked))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(reviewers)
	for i, namespace := range asked {
		selection := v.Selection
		selection.Namespace = namespace
		group.Go(func() error {
			elsewhere, err := look(ctx, selection)
			if err == nil {
				ready[i], err = selection.ReadyWith(ctx, s.cluster.Client, elsewhere)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	found := selectors{}
	for i, namespace := range asked {
		found[namespace] = ready[i]
	}
	return found, nil
}
