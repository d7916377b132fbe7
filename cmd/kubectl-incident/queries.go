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
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/saved"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// savedFormats are the flags beside filters and sort key that a query keeps.
var savedFormats = []string{"sort-by", "output", "label-columns", "show-labels", "no-headers"}

func addQueriesTo(flags *pflag.FlagSet, path *string) {
	flags.StringVar(path, "queries", "", "the file of saved queries; unset means the environment variable "+saved.Variable+
		" or, without it, kubectl-incident/queries.yaml in the folder for your configuration")
}

func (p *plugin) queriesCommand() *cobra.Command {
	var path string
	command := &cobra.Command{
		Use:   "queries",
		Short: "List the saved queries, as the flags that they stand for",
		Long: `List the saved queries, as the flags that they stand for. They are in one file of YAML, which a team can keep in Git:

  queries:
    ransomware:
      min-severity: High
      since: 7d
      tag: [Ransomware, Crown Jewels]

To save or delete a query leaves the others as they are in the file, with their order and comments.`,
		Example: `  kubectl incident list --mine --sort-by severity --save mine
  kubectl incident queries
  kubectl incident queries delete mine`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return p.printQueries(path) },
	}
	addQueriesTo(command.PersistentFlags(), &path)
	command.AddCommand(&cobra.Command{
		Use:               "delete NAME...",
		Short:             "Delete saved queries",
		ValidArgsFunction: complete.Args(savedQueries),
		Args:              cobra.MinimumNArgs(1),
		RunE:              func(_ *cobra.Command, names []string) error { return p.deleteQueries(path, names) },
	})
	return command
}

func (p *plugin) printQueries(path string) error {
	path, known, err := saved.Load(path, saveableNames())
	if err != nil {
		return err
	}
	if len(known.Queries) == 0 {
		terminal.PrintLine(p.ErrOut, terminal.Escape("No queries are saved in "+path+"."))
		return nil
	}
	rows := [][]string{{"NAME", "FLAGS"}}
	for _, name := range known.Names() {
		rows = append(rows, []string{name, known.Queries[name].String()})
	}
	for _, line := range terminal.AlignRows(rows) {
		terminal.PrintLine(p.Out, line)
	}
	return nil
}

func (p *plugin) deleteQueries(path string, names []string) error {
	path, known, err := saved.Load(path, saveableNames())
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := known.Get(name); err != nil {
			return err
		}
		known = known.Without(name)
	}
	if err := saved.Store(path, known); err != nil {
		return err
	}
	for _, name := range names {
		terminal.PrintLine(p.Out, terminal.Escape("query/"+name+" deleted"))
	}
	return nil
}

// saveable are the flags that a query keeps.
func (o *listOptions) saveable(flags *pflag.FlagSet) *pflag.FlagSet {
	saveable := pflag.NewFlagSet("saveable", pflag.ContinueOnError)
	saveable.AddFlagSet(o.set)
	for _, name := range savedFormats {
		saveable.AddFlag(flags.Lookup(name))
	}
	return saveable
}

// saveQuery stores the flags that were given.
func (o *listOptions) saveQuery(flags *pflag.FlagSet) error {
	if err := errors.Join(query.ValidateName(o.save), o.validate()); err != nil {
		return err
	}
	given := queryOf(flags)
	if len(given) == 0 {
		return errors.New("there is nothing to save: give the flags that make the query")
	}
	path, known, err := saved.Load(o.queries, saveableNames())
	if err != nil {
		return err
	}
	if err := saved.Store(path, known.With(o.save, given)); err != nil {
		return err
	}
	terminal.PrintLine(o.Out, terminal.Escape(fmt.Sprintf("query/%s saved in %s", o.save, path)))
	return nil
}

// queryOf is what the flags that were given say.
func queryOf(flags *pflag.FlagSet) query.Query {
	given := query.Query{}
	flags.VisitAll(func(flag *pflag.Flag) {
		if !flag.Changed {
			return
		}
		given[flag.Name] = query.Values{flag.Value.String()}
		if list, ok := flag.Value.(pflag.SliceValue); ok {
			given[flag.Name] = list.GetSlice()
		}
	})
	return given
}

// useQuery sets the flags of a saved query that were not given.
func useQuery(path, name string, flags *pflag.FlagSet) error {
	_, known, err := saved.Load(path, saveableNames())
	if err != nil {
		return err
	}
	found, err := known.Get(name)
	if err != nil {
		return err
	}
	if err := setFlags(flags, found); err != nil {
		return fmt.Errorf("query %s: %w", name, err)
	}
	return nil
}

func setFlags(flags *pflag.FlagSet, values query.Query) error {
	var problems []error
	flags.VisitAll(func(flag *pflag.Flag) {
		said, found := values[flag.Name]
		if !found || flag.Changed {
			return
		}
		if err := setFlag(flag, said); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", flag.Name, err))
		}
	})
	return errors.Join(problems...)
}

func setFlag(flag *pflag.Flag, values query.Values) error {
	flag.Changed = true
	if list, ok := flag.Value.(pflag.SliceValue); ok {
		return list.Replace(values)
	}
	if len(values) != 1 {
		return fmt.Errorf("takes one value, has %d", len(values))
	}
	return flag.Value.Set(values[0])
}

func saveableNames() []string {
	var filters filterFlags
	filters.addTo(pflag.NewFlagSet("", pflag.ContinueOnError))
	names := slices.Clone(savedFormats)
	filters.set.VisitAll(func(flag *pflag.Flag) { names = append(names, flag.Name) })
	return names
}
