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
	"io"
	"slices"
	"strings"
	"time"

	"github.com/liggitt/tabwriter"
	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/printers"
	"k8s.io/kubectl/pkg/cmd/get"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/table"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
)

const (
	formatTable = ""
	formatWide  = "wide"
	formatCSV   = "csv"
	formatName  = "name"
)

// formatFlags say how objects are printed, as kubectl get has them.
type formatFlags struct {
	*get.PrintFlags
	// mark puts in front what tells Excel that a spreadsheet is in UTF-8.
	mark bool
}

func (f *formatFlags) addTo(command *cobra.Command) {
	f.PrintFlags = get.NewGetPrintFlags()
	// What kubectl sorts by is a path; its rows are of several kinds.
	f.HumanReadableFlags.SortBy, f.HumanReadableFlags.ShowKind = nil, nil
	format := f.OutputFormat
	f.OutputFormat = nil // Its own text leaves out csv.
	f.AddFlags(command)
	f.OutputFormat = format
	formats := append(f.AllowedFormats(), formatCSV)
	slices.Sort(formats)
	command.Flags().StringVarP(format, "output", "o", "", "how to print: one of "+strings.Join(formats, ", "))
	complete.Flag(command, "output", complete.Words(formats...))
	command.Flags().BoolVar(&f.mark, "bom", false, "with -o csv, begin with the mark by which Excel knows UTF-8")
}

func (f *formatFlags) isSpreadsheet() bool { return *f.OutputFormat == formatCSV }

// tabular says that columns are printed, not objects.
func (f *formatFlags) tabular() bool {
	return slices.Contains([]string{formatTable, formatWide, formatCSV}, *f.OutputFormat) && *f.TemplateFlags.TemplateArgument == ""
}

// streams says that every page can be printed as it comes.
func (f *formatFlags) streams() bool {
	return f.tabular() || *f.OutputFormat == formatName || strings.HasPrefix(*f.OutputFormat, "custom-columns")
}

// sink prints objects.
type sink[T client.Object] interface {
	// page prints some objects.
	page(things []T, now time.Time) error
	// end prints what can only be printed as a whole.
	end() error
}

// newSink returns what prints objects in the format that the flags ask for.
func newSink[T client.Object](p *plugin, f *formatFlags, columns []table.Column[T], withNamespace bool) (sink[T], error) {
	if f.mark && !f.isSpreadsheet() {
		return nil, errors.New("--bom goes with --output=csv")
	}
	if f.tabular() {
		columns = columnsFor(f, columns, withNamespace)
		if f.isSpreadsheet() {
			return &spreadsheetSink[T]{&table.Spreadsheet[T]{Out: p.Out, Columns: columns, NoHeaders: *f.NoHeaders, Mark: f.mark}}, nil
		}
		return &tableSink[T]{&table.Table[T]{Out: p.Out, Screen: terminal.ScreenOf(p.Out), Columns: columns, NoHeaders: *f.NoHeaders}}, nil
	}
	printer, err := f.ToPrinter()
	if err != nil {
		return nil, fmt.Errorf("--output: %w", err)
	}
	whole := &objectSink[T]{out: p.Out, printer: printer}
	if f.streams() {
		return &pageSink[T]{objectSink: whole}, nil
	}
	return whole, nil
}

// columnsFor adds the columns that flags ask for, and leaves out those that only wide tables have.
func columnsFor[T client.Object](f *formatFlags, columns []table.Column[T], withNamespace bool) []table.Column[T] {
	columns = slices.Clone(columns)
	if *f.OutputFormat == formatTable {
		columns = slices.DeleteFunc(columns, func(c table.Column[T]) bool { return c.Wide })
	}
	if withNamespace {
		columns = slices.Insert(columns, 0, table.Column[T]{Name: "NAMESPACE", Cell: func(thing T, _ time.Time) string { return thing.GetNamespace() }})
	}
	for _, key := range *f.HumanReadableFlags.ColumnLabels {
		head := strings.ToUpper(key[strings.LastIndex(key, "/")+1:])
		columns = append(columns, table.Column[T]{Name: head, Cell: func(thing T, _ time.Time) string { return thing.GetLabels()[key] }})
	}
	if *f.HumanReadableFlags.ShowLabels {
		columns = append(columns, table.Column[T]{Name: "LABELS", Cell: func(thing T, _ time.Time) string { return labels.FormatLabels(thing.GetLabels()) }})
	}
	return columns
}

type tableSink[T client.Object] struct{ table *table.Table[T] }

func (s *tableSink[T]) page(things []T, now time.Time) error {
	s.table.Print(things, now)
	return nil
}

func (s *tableSink[T]) end() error { return nil }

type spreadsheetSink[T client.Object] struct{ spreadsheet *table.Spreadsheet[T] }

func (s *spreadsheetSink[T]) page(things []T, now time.Time) error {
	return s.spreadsheet.Print(things, now)
}

func (s *spreadsheetSink[T]) end() error { return s.spreadsheet.End() }

// objectSink prints all objects as one list at the end, or one by one as they come.
type objectSink[T client.Object] struct {
	out      io.Writer
	printer  printers.ResourcePrinter
	oneByOne bool
	list     unstructured.UnstructuredList
}

func (s *objectSink[T]) page(things []T, _ time.Time) error {
	for _, thing := range things {
		object, err := toUnstructured(thing)
		if err != nil {
			return err
		}
		if !s.oneByOne {
			s.list.Items = append(s.list.Items, *object)
		} else if err := s.printer.PrintObj(object, s.out); err != nil {
			return err
		}
	}
	return nil
}

func (s *objectSink[T]) end() error {
	if s.oneByOne {
		return nil
	}
	// kubectl prints such a list, of whatever kinds.
	s.list.Object = map[string]any{"apiVersion": "v1", "kind": "List", "metadata": map[string]any{"resourceVersion": ""}}
	return s.printer.PrintObj(&s.list, s.out)
}

// pageSink prints every page as it comes.
type pageSink[T client.Object] struct {
	*objectSink[T]
	aligned *tabwriter.Writer
}

func (s *pageSink[T]) page(things []T, now time.Time) error {
	if len(things) == 0 {
		return nil
	}
	s.list.Items = nil
	if err := s.objectSink.page(things, now); err != nil {
		return err
	}
	if s.aligned == nil {
		s.aligned = printers.GetNewTabWriter(s.out)
	}
	s.list.Object = map[string]any{"apiVersion": "v1", "kind": "List"}
	if err := s.printer.PrintObj(&s.list, s.aligned); err != nil {
		return err
	}
	return s.aligned.Flush()
}

func (s *pageSink[T]) end() error { return nil }

// toUnstructured makes an object what printers expect: typed lists leave out the kind of their items.
func toUnstructured(object client.Object) (*unstructured.Unstructured, error) {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return nil, fmt.Errorf("converting %s: %w", actions.KeyOf(object), err)
	}
	converted := &unstructured.Unstructured{Object: content}
	switch object.(type) {
	case *v1alpha1.Incident:
		converted.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("Incident"))
	case *v1alpha1.Alert:
		converted.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("Alert"))
	}
	return converted, nil
}
