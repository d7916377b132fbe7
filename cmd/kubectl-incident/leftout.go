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
	"fmt"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/decide/text"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// sayNone tells a person that there is nothing; programs read only the standard output.
func (p *plugin) sayNone(what, namespace string, everywhere bool) {
	where := " in namespace " + namespace
	if everywhere {
		where = ""
	}
	terminal.PrintLine(p.ErrOut, terminal.Escape("No "+what+" found"+where+"."))
}

// sayShown tells a person how much a limit leaves out.
func (p *plugin) sayShown(shown, found int) {
	terminal.PrintLine(p.ErrOut, fmt.Sprintf("%s of %s shown.", grouped(shown), grouped(found)))
}

// sayRest tells a person what a list leaves out.
func (o *listOptions) sayRest(ctx context.Context, c client.WithWatch, namespace string, found int) error {
	switch {
	case !o.streams():
		return nil
	case found == 0:
		o.sayNone("incidents", namespace, o.allNamespaces)
		return o.sayLeftOut(ctx, c, namespace)
	case o.limit > 0 && found > o.limit:
		o.sayShown(o.limit, found)
	}
	return nil
}

// sayLeftOut says how many incidents only their state leaves out.
func (o *listOptions) sayLeftOut(ctx context.Context, c client.WithWatch, namespace string) error {
	if o.Any && len(o.States) == 0 {
		return o.sayNearest(ctx, c, namespace)
	}
	wider := o.filterFlags
	wider.Any, wider.States = true, nil
	selector, err := wider.ready(ctx, c, namespace)
	if err != nil {
		return err
	}
	counts := map[v1alpha1.IncidentState]int{}
	err = selector.EachPage(ctx, c, time.Now(), func(page *v1alpha1.IncidentList) error {
		for i := range page.Items {
			counts[query.StateOf(&page.Items[i])]++
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("listing incidents: %w", err)
	}
	var said []string
	for _, state := range v1alpha1.IncidentStates() {
		if counts[state] > 0 {
			said = append(said, grouped(counts[state])+" "+string(state))
		}
	}
	if len(said) == 0 {
		return o.sayNearest(ctx, c, namespace)
	}
	how := "add --all"
	if len(o.States) > 0 {
		how = "use --all instead of --state"
	}
	terminal.PrintLine(o.ErrOut, "In other states these match: "+strings.Join(said, ", ")+". To see them, "+how+".")
	return nil
}

// askable is a flag whose values are those that incidents have.
type askable struct {
	flag  string
	asked []string
	of    func(*v1alpha1.Incident) []string
}

// sayNearest says which known value is like one that was asked for and that no incident has.
func (o *listOptions) sayNearest(ctx context.Context, c client.WithWatch, namespace string) error {
	flags := slices.DeleteFunc([]askable{
		{"tag", append(slices.Clone(o.Tags), o.AllTags...), query.TagsOf},
		{"assignee", o.Assignees, func(i *v1alpha1.Incident) []string { return []string{i.Spec.Assignee} }},
		{"source", o.Sources, func(i *v1alpha1.Incident) []string { return i.Status.Sources }},
		{"category", o.Categories, func(i *v1alpha1.Incident) []string { return i.Status.Categories }},
	}, func(a askable) bool { return len(a.asked) == 0 })
	if len(flags) == 0 {
		return nil
	}
	known := make([]map[string]bool, len(flags))
	for i := range known {
		known[i] = map[string]bool{}
	}
	if o.allNamespaces {
		namespace = ""
	}
	_, err := kube.Each(ctx, c, &v1alpha1.IncidentList{}, o.chunk, func(page *v1alpha1.IncidentList) error {
		for i := range page.Items {
			for j := range flags {
				for _, value := range flags[j].of(&page.Items[i]) {
					known[j][value] = value != ""
				}
			}
		}
		return nil
	}, client.InNamespace(namespace))
	if err != nil {
		return fmt.Errorf("listing incidents: %w", err)
	}
	for i := range flags {
		o.sayNearestOf(&flags[i], known[i])
	}
	return nil
}

func (o *listOptions) sayNearestOf(flag *askable, known map[string]bool) {
	delete(known, "")
	folded := map[string]bool{}
	for value := range known {
		folded[text.Fold(value)] = true
	}
	for _, asked := range flag.asked {
		if folded[text.Fold(asked)] {
			continue
		}
		said := fmt.Sprintf("No incident has --%s=%s", flag.flag, asked)
		if nearest := input.Nearest(asked, known); nearest != "" {
			said += "; did you mean " + nearest + "?"
		}
		terminal.PrintLine(o.ErrOut, terminal.Escape(said))
	}
}
