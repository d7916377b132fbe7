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
	"maps"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/board"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/table"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// errNoScreen is for a board that nobody could see or press a key on.
var errNoScreen = errors.New("the board takes a whole terminal, which is not there: kubectl incident list --watch follows the queue line by line")

// boardOptions are what the command board is told.
type boardOptions struct {
	*listOptions
	// place are the flags by which another command works in the same cluster as the same user.
	place query.Query
}

func (p *plugin) boardCommand() *cobra.Command {
	o := &boardOptions{listOptions: &listOptions{plugin: p, watch: true}}
	command := &cobra.Command{
		Use:               "board [QUERY]",
		Short:             "Work through the queue on the whole screen, by single keys",
		ValidArgsFunction: complete.Args(savedQueries, complete.Nothing),
		Long: `Work through the queue on the whole screen. It follows what changes, and shows the incident below the cursor beside the
list or, on a small screen, on Enter. The last lines of the screen show the keys; ? explains them.

Every change is a command of this plugin, which the board runs: with its refusals, its questions and its undo. If somebody
else was faster, both values are shown, and nothing is overwritten before you press F. Flags select as those of list do.`,
		Example: `  kubectl incident board

  # What is yours, or what nobody has and is severe
  kubectl incident board --mine --unassigned --min-severity High`,
		Args: cobra.MaximumNArgs(1),
	}
	flags := command.Flags()
	o.filterFlags.addTo(flags)
	// The columns are those of the list, without the flags for other formats.
	o.formatFlags.addTo(&cobra.Command{})
	flags.StringVar(&o.sortBy, "sort-by", query.ByUrgency, "what to sort by: "+strings.Join(query.Keys, ", "))
	addQueriesTo(flags, &o.queries)
	command.RunE = func(command *cobra.Command, args []string) error {
		if len(args) > 0 {
			if err := useQuery(o.queries, args[0], o.narrowing(flags)); err != nil {
				return err
			}
		}
		return o.run(command.Context())
	}
	return command
}

// narrowing are the flags of a saved query that mean something here.
func (o *boardOptions) narrowing(flags *pflag.FlagSet) *pflag.FlagSet {
	narrowing := pflag.NewFlagSet("narrowing", pflag.ContinueOnError)
	narrowing.AddFlagSet(o.set)
	narrowing.AddFlag(flags.Lookup("sort-by"))
	return narrowing
}

func (o *boardOptions) run(ctx context.Context) error {
	if !terminal.Both(o.In, o.Out) || !terminal.ScreenOf(o.Out).Moves {
		return errNoScreen
	}
	if len(o.entities) > 0 {
		return errors.New("the board cannot follow --entity: entities are in the alerts, not in the incident")
	}
	if err := o.validate(); err != nil {
		return err
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	// Whoever cannot read the queue is told so as by any command, before the screen is taken.
	where := client.InNamespace(namespace)
	if o.allNamespaces {
		where = ""
	}
	if err := c.List(ctx, &v1alpha1.IncidentList{}, where, client.Limit(1)); err != nil {
		return fmt.Errorf("listing incidents: %w", err)
	}
	return o.show(ctx, c, namespace)
}

// show draws the board until its user leaves it.
func (o *boardOptions) show(ctx context.Context, c client.WithWatch, namespace string) error {
	out, _ := terminal.File(o.Out)
	state, first := board.New(o.config(namespace))
	desk := newDesk(ctx, o, c, namespace)
	program := tea.NewProgram(boardScreen{state: state, desk: desk, first: first},
		tea.WithContext(ctx), tea.WithInput(o.In), tea.WithOutput(out), tea.WithoutSignalHandler())
	desk.send = program.Send
	// Anything that is printed while the board is there would be painted over it.
	errOut := o.ErrOut
	o.ErrOut = desk
	_, err := program.Run()
	desk.close(errOut)
	o.ErrOut = errOut
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("drawing the board: %w", err)
	}
	return nil
}

func (o *boardOptions) config(namespace string) board.Config {
	where := namespace
	if o.allNamespaces {
		where = "all namespaces"
	}
	o.place = o.flagsOfPlace("")
	return board.Config{
		Place: where, Flags: o.otherFlags(), Zone: o.zone(),
		Colors: terminal.ScreenOf(o.Out).Colors, ASCII: terminal.IsASCII(o.Out),
		Filter: board.Filter{
			States: o.States, Any: o.Any, MinSeverity: o.MinSeverity, Mine: o.mine, Unassigned: o.Unassigned, Search: o.Search,
		},
		Table: o.rows,
		Line:  o.line,
	}
}

// otherFlags are those that select and that no key changes.
func (o *boardOptions) otherFlags() string {
	given := queryOf(o.set)
	for _, keyed := range []string{"state", "all", "min-severity", "mine", "unassigned", "search", "all-namespaces"} {
		delete(given, keyed)
	}
	return given.String()
}

// narrowed are the options of the list for another filter.
func (o *boardOptions) narrowed(filter board.Filter) *listOptions {
	narrowed := *o.listOptions
	narrowed.States, narrowed.Any, narrowed.MinSeverity = filter.States, filter.Any, filter.MinSeverity
	narrowed.mine, narrowed.Unassigned, narrowed.Search = filter.Mine, filter.Unassigned, filter.Search
	return &narrowed
}

// rows are the incidents as list shows them.
func (o *boardOptions) rows(incidents []*v1alpha1.Incident, screen terminal.Screen, now time.Time) (string, []string) {
	var text strings.Builder
	(&table.Table[*v1alpha1.Incident]{
		Out: &text, Screen: screen, Columns: columnsFor(&o.formatFlags, o.columns(), o.allNamespaces),
	}).Print(incidents, now)
	lines := strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")
	return lines[0], lines[1:]
}

// line is an order as a user types it in a shell.
func (o *boardOptions) line(order board.Order) string {
	words := []string{"kubectl incident"}
	for _, word := range order.Words {
		if flag, value, assigned := strings.Cut(word, "="); assigned && strings.HasPrefix(flag, "--") {
			word = flag + "=" + query.Quote(value)
		} else {
			word = query.Quote(word)
		}
		words = append(words, word)
	}
	namespace, _, _ := strings.Cut(order.Key, "/")
	place := maps.Clone(o.place)
	place["namespace"] = query.Values{namespace}
	return strings.Join(append(words, place.String()), " ")
}
