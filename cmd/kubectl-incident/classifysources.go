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

package main

import (
	"context"
	"slices"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/internal/decide/classify"
)

// classifications completes a verdict and, behind a slash, a determination that fits it. Behind a verdict there is no space,
// since the slash may follow; one that is typed whole also has its determinations suggested.
func classifications(_ context.Context, t *complete.Typing) ([]complete.Suggestion, error) {
	verdict, _, both := strings.Cut(t.Word, "/")
	var all []complete.Suggestion
	if !both {
		for _, known := range classify.Verdicts {
			all = append(all, complete.Suggestion{Text: string(known), Open: len(classify.Fitting(known)) > 0})
		}
	}
	for _, determination := range fittingDeterminations(verdict) {
		all = append(all, complete.Suggestion{Text: verdict + "/" + determination})
	}
	return all, nil
}

func fittingDeterminations(verdict string) []string {
	classification, err := classify.Parse(verdict, "")
	if err != nil {
		return nil
	}
	return classify.Fitting(classification.Verdict)
}

// determinationOrIncidents completes what may stand behind a verdict: first determinations that fit, then incidents.
func (p *plugin) determinationOrIncidents(ctx context.Context, t *complete.Typing) ([]complete.Suggestion, error) {
	if !isVerdict(t.Args[0]) {
		return p.incidentsOr(classifications)(ctx, t)
	}
	var all []complete.Suggestion
	if !strings.Contains(t.Args[0], "/") {
		fitting, err := complete.Words(fittingDeterminations(t.Args[0])...)(ctx, t)
		if err != nil {
			return nil, err
		}
		all = t.Fitting(fitting)
	}
	named, err := p.openIncidents(ctx, t)
	if err != nil && len(all) == 0 {
		return nil, err
	}
	return append(all, named...), nil
}

// determinationsOfFlag are those that fit the verdicts that a filter asks for, all where it asks for none.
func determinationsOfFlag(ctx context.Context, t *complete.Typing) ([]complete.Suggestion, error) {
	asked := classify.Verdicts
	if flag := t.Command.Flag("verdict"); flag.Changed {
		asked = nil
		for verdict := range strings.SplitSeq(flag.Value.String(), ",") {
			asked = append(asked, v1alpha1.Verdict(verdict))
		}
	}
	var all []string
	for _, verdict := range asked {
		all = append(all, classify.Fitting(verdict)...)
	}
	slices.Sort(all)
	return complete.Words(slices.Compact(all)...)(ctx, t)
}
