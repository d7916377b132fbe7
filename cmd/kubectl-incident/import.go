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
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/decide/intake"
	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/delivery"
	"github.com/incident-operator/incident-operator/internal/detect/formats"
	"github.com/incident-operator/incident-operator/internal/kube/alertstore"
)

const (
	// importWriters is how many alerts are written at the same time.
	importWriters = 8
	// importedName stands in the names of alerts that come by no AlertSource, always the same, so that they come once.
	importedName = "import"
	// maxToldRefusals bounds how many refusals are printed.
	maxToldRefusals = 20
)

// importOptions are the flags of the command.
type importOptions struct {
	*plugin
	file, source, format string
	dryRun               bool
}

func (p *plugin) importCommand() *cobra.Command {
	o := &importOptions{plugin: p}
	command := &cobra.Command{
		Use:   "import -f FILE (--source NAME | --format FORMAT)",
		Short: "Make alerts of what a detector wrote into a file",
		Long: `Make alerts of what a detector wrote into a file.

It is read as the receiver would read it: by an AlertSource of the namespace, or by a format alone. What is there already is
not made again, so the same command does the rest after an interruption. Alerts are made in your own name; those that the
detector has ended are resolved, and you may do no more with them than your role allows.`,
		Args: cobra.NoArgs,
		Example: `  # See first what would come of it
  kubectl incident import -f events.jsonl --format Falco --dry-run

  kubectl incident import -f events.jsonl --format Falco`,
		RunE: func(command *cobra.Command, _ []string) error { return o.run(command.Context()) },
	}
	flags := command.Flags()
	flags.StringVarP(&o.file, "filename", "f", "", "the file, - for standard input")
	flags.StringVar(&o.source, "source", "", "the AlertSource that says how to read it")
	flags.StringVar(&o.format, "format", "", "how it is written, without an AlertSource: "+strings.Join(formats.Names(), ", "))
	flags.BoolVar(&o.dryRun, "dry-run", false, "say what would come of it and change nothing")
	return command
}

func (o *importOptions) run(ctx context.Context) error {
	if o.file == "" {
		return errors.New("--filename is required: the file to import, or - for standard input")
	}
	if (o.source == "") == (o.format == "") {
		return errors.New("either --source or --format is required: what says how the file is read")
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	reader, err := o.reader(ctx, namespace, c)
	if err != nil {
		return err
	}
	body, err := input.Read(o.In, o.file, detect.MaxBytes)
	if err != nil {
		return fmt.Errorf("reading what is to be imported: %w", err)
	}
	read := reader.Read(nil, body, time.Now())
	return o.sent(o.store(ctx, namespace, c, read))
}

// reader reads as an AlertSource says, or by a format alone.
func (o *importOptions) reader(ctx context.Context, namespace string, c client.Reader) (*delivery.Source, error) {
	source := &v1alpha1.AlertSource{Spec: v1alpha1.AlertSourceSpec{Format: v1alpha1.AlertFormat(o.format)}}
	source.Namespace, source.Name = namespace, importedName
	if o.source == "" {
		if _, err := formats.Find(o.format); err != nil {
			return nil, fmt.Errorf("--%w", err)
		}
	} else if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: o.source}, source); err != nil {
		return nil, fmt.Errorf("reading the AlertSource: %w", err)
	}
	return delivery.NewSource(source)
}

// imported counts what became of alerts.
type imported struct {
	mutex  sync.Mutex
	done   int
	counts map[intake.Action]int
	failed []string
}

func (i *imported) add(name string, action intake.Action, err error) (done int) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.done++
	if err != nil {
		i.failed = append(i.failed, "alert/"+name+": "+err.Error())
	} else {
		i.counts[action]++
	}
	return i.done
}

// store stores what was read, or says what would come of it.
func (o *importOptions) store(ctx context.Context, namespace string, c client.Client, read delivery.Delivery) error {
	put := o.putter(c)
	told := &imported{counts: map[intake.Action]int{}}
	bar := terminal.NewBar(o.ErrOut, o.onTerminal())
	var writers errgroup.Group
	writers.SetLimit(importWriters)
	for i := range read.Alerts {
		if ctx.Err() != nil {
			break
		}
		alert := &read.Alerts[i]
		writers.Go(func() error {
			event := alertstore.Event{
				First: client.ObjectKey{Namespace: namespace, Name: alert.Name}, Source: o.source, Signal: alert.Signal,
			}
			action, err := put(ctx, event)
			bar.Show("import", told.add(alert.Name, action, err), len(read.Alerts))
			return nil
		})
	}
	_ = writers.Wait() // None of them returns an error.
	bar.End()
	return o.summarize(ctx, read, told)
}

// putter puts one event into the cluster, or only decides what would come of it.
func (o *importOptions) putter(c client.Client) func(context.Context, alertstore.Event) (intake.Action, error) {
	finder, wall := alertstore.Prober{Reader: c}, clock.RealClock{}
	if !o.dryRun {
		return (&alertstore.Store{Finder: finder, Live: c, Writer: c, Clock: wall}).Put
	}
	return func(ctx context.Context, event alertstore.Event) (intake.Action, error) {
		known, err := finder.Latest(ctx, event.First)
		if err != nil {
			return "", err
		}
		action, _ := intake.Decide(known, event.Signal, "", wall.Now())
		return action, nil
	}
}

// endings are the words for what became of alerts, in the order of their importance.
var endings = []struct {
	action intake.Action
	word   string
}{
	{intake.Create, "created"},
	{intake.CreateNext, "created anew, since the one before was closed"},
	{intake.Resolve, "resolved"},
	{intake.Reactivate, "active again"},
	{intake.Update, "updated"},
	{intake.Unchanged, "there already"},
}

func (o *importOptions) summarize(ctx context.Context, read delivery.Delivery, told *imported) error {
	for i, refusal := range read.Refusals {
		if i == maxToldRefusals {
			terminal.PrintLine(o.ErrOut, fmt.Sprintf("and %d more refusals", len(read.Refusals)-i))
			break
		}
		terminal.PrintLine(o.ErrOut, terminal.Escape(fmt.Sprintf("item %d: refused: %s: %s", refusal.Index+1, refusal.Reason, refusal.Message)))
	}
	slices.Sort(told.failed)
	for _, failure := range told.failed {
		terminal.PrintLine(o.ErrOut, terminal.Escape(failure))
	}
	for _, kind := range slices.Sorted(maps.Keys(read.Notes)) {
		terminal.PrintLine(o.ErrOut, fmt.Sprintf("%d values: %s", read.Notes[kind], noteMeaning(kind)))
	}
	var parts []string
	for _, ending := range endings {
		if n := told.counts[ending.action]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, ending.word))
		}
	}
	refused := 0
	for _, refusal := range read.Refusals {
		refused += refusal.Count
	}
	terminal.PrintLine(o.Out, fmt.Sprintf("%d items, %d alerts: %s; %d items dropped, %d refused.",
		read.Items, len(read.Alerts), orNone(strings.Join(parts, ", ")), read.Dropped, refused))
	if o.dryRun {
		terminal.PrintLine(o.Out, "Nothing was changed (dry run).")
	}
	if ctx.Err() != nil {
		terminal.PrintLine(o.ErrOut, "Interrupted; "+sameAgain+".")
	}
	if ctx.Err() != nil || refused > 0 || len(told.failed) > 0 {
		return errIncomplete
	}
	return nil
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// noteMeaning says in words what a kind of note counts.
func noteMeaning(kind detect.NoteKind) string {
	switch kind {
	case detect.NoteCut:
		return "too long, and cut"
	case detect.NoteEscaped:
		return "with characters that must not be printed, which are shown escaped"
	case detect.NoteUnknownSeverity:
		return "severities that nobody knows, which stay unset"
	case detect.NoteTime:
		return "times that cannot be, which stay unset"
	case detect.NoteMissing:
		return "missing, and replaced by a stand-in"
	case detect.NoteTruncated:
		return "left out by the sender itself"
	case detect.NoteDuplicateKey:
		return "keys that stand twice, of which the last counts"
	default:
		return "without a place in an alert"
	}
}
