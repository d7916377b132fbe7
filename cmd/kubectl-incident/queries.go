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

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/incident-operator/incident-operator/internal/decide/query"
)

const queriesVariable = "KUBECTL_INCIDENT_QUERIES"

// savedFormats are the flags beside filters and sort key that a query keeps.
var savedFormats = []string{"sort-by", "output", "label-columns", "show-labels", "no-headers"}

func addQueriesTo(flags *pflag.FlagSet, path *string) {
	flags.StringVar(path, "queries", "", "the file of saved queries; unset means the environment variable "+queriesVariable+
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
		ValidArgsFunction: p.completeArgs(savedQueries),
		Args:              cobra.MinimumNArgs(1),
		RunE:              func(_ *cobra.Command, names []string) error { return p.deleteQueries(path, names) },
	})
	return command
}

func (p *plugin) printQueries(path string) error {
	path, saved, err := loadQueries(path)
	if err != nil {
		return err
	}
	if len(saved.Queries) == 0 {
		printLine(p.ErrOut, escape("No queries are saved in "+path+"."))
		return nil
	}
	rows := [][]string{{"NAME", "FLAGS"}}
	for _, name := range saved.Names() {
		rows = append(rows, []string{name, saved.Queries[name].String()})
	}
	for _, line := range alignRows(rows) {
		printLine(p.Out, line)
	}
	return nil
}

func (p *plugin) deleteQueries(path string, names []string) error {
	path, saved, err := loadQueries(path)
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := saved.Get(name); err != nil {
			return err
		}
		saved = saved.Without(name)
	}
	if err := storeQueries(path, saved); err != nil {
		return err
	}
	for _, name := range names {
		printLine(p.Out, escape("query/"+name+" deleted"))
	}
	return nil
}

// saveable are the flags that a query keeps.
func (o *listing) saveable(flags *pflag.FlagSet) *pflag.FlagSet {
	saveable := pflag.NewFlagSet("saveable", pflag.ContinueOnError)
	saveable.AddFlagSet(o.set)
	for _, name := range savedFormats {
		saveable.AddFlag(flags.Lookup(name))
	}
	return saveable
}

// saveQuery stores the flags that were given.
func (o *listing) saveQuery(flags *pflag.FlagSet) error {
	if err := errors.Join(query.ValidateName(o.save), o.validate()); err != nil {
		return err
	}
	given := queryOf(flags)
	if len(given) == 0 {
		return errors.New("there is nothing to save: give the flags that make the query")
	}
	path, saved, err := loadQueries(o.queries)
	if err != nil {
		return err
	}
	if err := storeQueries(path, saved.With(o.save, given)); err != nil {
		return err
	}
	printLine(o.Out, escape(fmt.Sprintf("query/%s saved in %s", o.save, path)))
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
	_, saved, err := loadQueries(path)
	if err != nil {
		return err
	}
	found, err := saved.Get(name)
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
