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
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// listOptions are what the command list is told.
type listOptions struct {
	*plugin
	filterFlags
	formatFlags
	sortBy  string
	limit   int
	watch   bool
	save    string
	queries string

	selector *actions.Selector
}

func (p *plugin) listCommand() *cobra.Command {
	o := &listOptions{plugin: p}
	command := &cobra.Command{
		Use:               "list [QUERY]",
		Aliases:           []string{"ls"},
		Short:             "List the incidents that wait to be worked on, the worst first",
		ValidArgsFunction: complete.Args(savedQueries, complete.Nothing),
		Long: `List the incidents of the queue: what is not resolved and was not merged, the most severe first, among these the one
that waits longest. Flags select further; an incident has to meet all of them. QUERY is a saved one; flags that are given
beside it override what it says.

With --sort-by=name, rows are printed as they come. -o csv prints all columns, with whole times. =, +, - and @ at the
beginning of a cell, or in it after one of ; , | " ' and spaces, get a ' in front: so a spreadsheet that splits at commas,
semicolons, tabs or bars takes nothing for a formula. What is not printable is shown as in \x1b.`,
		Example: `  # What is mine, or what nobody has and is severe
  kubectl incident list --mine
  kubectl incident list --unassigned --min-severity High

  # Keep a query under a name, and use it
  kubectl incident list --tag Ransomware --since 7d --sort-by severity --save ransomware
  kubectl incident list ransomware

  # Resolved this week, for a spreadsheet
  kubectl incident list --state Resolved --since 7d -o csv`,
		Args: cobra.MaximumNArgs(1),
	}
	flags := command.Flags()
	o.filterFlags.addTo(flags)
	o.formatFlags.addTo(command)
	flags.StringVar(&o.sortBy, "sort-by", query.ByUrgency, "what to sort by: "+strings.Join(query.Keys, ", "))
	flags.IntVar(&o.limit, "limit", 0, "show only so many, the first ones; 0 for all")
	flags.BoolVarP(&o.watch, "watch", "w", false, "follow what changes: on a terminal in place, elsewhere line by line")
	flags.StringVar(&o.save, "save", "", "save the flags that are given as a query of this name, and list nothing")
	addQueriesTo(flags, &o.queries)
	command.RunE = func(command *cobra.Command, args []string) error {
		saveable := o.saveable(flags)
		if len(args) > 0 {
			if err := useQuery(o.queries, args[0], saveable); err != nil {
				return err
			}
		}
		if o.save != "" {
			return o.saveQuery(saveable)
		}
		return o.run(command.Context())
	}
	return p.paged(command, &o.watch)
}

func (o *listOptions) run(ctx context.Context) error {
	if err := o.validate(); err != nil {
		return err
	}
	sink, err := newSink(o.plugin, &o.formatFlags, o.columns(), o.allNamespaces)
	if err != nil {
		return err
	}
	if objects, ok := sink.(*objectSink[*v1alpha1.Incident]); ok {
		objects.oneByOne = o.watch
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	if o.selector, err = o.ready(ctx, c, namespace); err != nil {
		return err
	}
	if o.watch && o.livesInPlace() {
		return o.live(ctx, c)
	}
	listed, err := o.list(ctx, c, sink)
	if err != nil {
		return err
	}
	if !o.watch {
		return o.sayRest(ctx, c, namespace, len(listed.versions))
	}
	return o.follow(ctx, c, sink, listed)
}

func (o *listOptions) validate() error {
	if err := o.validateFilters(); err != nil {
		return err
	}
	if o.watch && len(o.entities) > 0 {
		return errors.New("--watch cannot follow --entity: entities are in the alerts, not in the incident")
	}
	if err := query.Sort(nil, o.sortBy, time.Time{}); err != nil {
		return fmt.Errorf("--sort-by: %w", err)
	}
	switch {
	case o.limit < 0:
		return errNegativeLimit
	case o.limit > 0 && o.watch:
		return errors.New("--watch shows whatever changes: leave out --limit")
	}
	return nil
}

// listed is what a watch goes on from.
type listed struct {
	// versions are those of the incidents that are selected, as they were printed.
	versions        map[string]string
	resourceVersion string
}

// list prints the incidents: sorted by name page by page, in the order in which the API server sends them.
func (o *listOptions) list(ctx context.Context, c client.WithWatch, sink sink[*v1alpha1.Incident]) (listed, error) {
	now := time.Now()
	seen := listed{versions: map[string]string{}}
	byName := o.sortBy == query.ByName
	var all []v1alpha1.Incident
	err := o.selector.EachPage(ctx, c, now, func(page *v1alpha1.IncidentList) error {
		printed := len(seen.versions)
		seen.resourceVersion = page.ResourceVersion
		for i := range page.Items {
			seen.versions[actions.KeyOf(&page.Items[i])] = page.Items[i].ResourceVersion
			if o.tabular() && !o.isSpreadsheet() {
				slim(&page.Items[i])
			}
		}
		if byName {
			return sink.page(pointers(o.limited(page.Items, printed)), now)
		}
		all = append(all, page.Items...)
		return nil
	})
	if err != nil {
		return seen, fmt.Errorf("listing incidents: %w", err)
	}
	if err := query.Sort(all, o.sortBy, now); err != nil {
		return seen, err
	}
	if err := sink.page(pointers(o.limited(all, 0)), now); err != nil {
		return seen, err
	}
	return seen, sink.end()
}

// limited leaves out what the limit does, after some that are printed already.
func (o *listOptions) limited(incidents []v1alpha1.Incident, printed int) []v1alpha1.Incident {
	if o.limit == 0 {
		return incidents
	}
	return incidents[:min(len(incidents), max(0, o.limit-printed))]
}

// slim takes away what no column shows, so that the memory for a long list stays small.
func slim(incident *v1alpha1.Incident) {
	incident.ManagedFields = nil
	incident.Annotations = nil
	incident.Spec.Description = ""
	incident.Status.Conditions = nil
}

func pointers[T any](things []T) []*T {
	all := make([]*T, 0, len(things))
	for i := range things {
		all = append(all, &things[i])
	}
	return all
}
