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
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/edit"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// roundsUnwatched is how often an editor is opened for one sheet if nobody reads along: such an editor may make the same
// mistake for ever.
const roundsUnwatched = 3

// editOptions are what the command edit is told.
type editOptions struct {
	changeOptions
	file string
}

func (p *plugin) editCommand() *cobra.Command {
	o := &editOptions{changeOptions: changeOptions{plugin: p}}
	command := &cobra.Command{
		Use:               "edit INCIDENT",
		Short:             "Edit what people decide about an incident, in your editor",
		ValidArgsFunction: complete.Args(p.openIncidents, complete.Nothing),
		Args:              cobra.ExactArgs(1),
		Long: `Edit what people decide about an incident, in your editor. Only the fields that you change are sent. What somebody else
sets meanwhile in one of them is not replaced unless you say --force. What is not taken comes back to the editor with the
reason; leave it as it is to give up. It is then kept in a file, and the command that sends it is printed.`,
		Example: `  kubectl incident edit inc-1

  # In another editor
  KUBE_EDITOR=nano kubectl incident edit inc-1`,
		RunE: func(command *cobra.Command, args []string) error {
			name, err := input.Name(input.Incident, args[0])
			if err != nil {
				return err
			}
			return o.run(command.Context(), name)
		},
	}
	flags := command.Flags()
	flags.StringVarP(&o.file, "filename", "f", "", "send this file, which was kept, in place of opening an editor; - for standard input")
	o.bulkFlags.addTo(flags, p)
	o.overwriteFlags.addTo(flags)
	return command
}

func (o *editOptions) run(ctx context.Context, name string) error {
	if err := o.validate(); err != nil {
		return err
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	incident := &v1alpha1.Incident{}
	if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, incident); err != nil {
		return err
	}
	if incident, err = o.meant(ctx, c, incident, o.followMerged); err != nil {
		return err
	}
	s := &sheet{editOptions: o, client: c, incident: incident, before: edit.FormOf(incident)}
	if o.file != "" {
		return s.sendFile(ctx)
	}
	text, err := s.before.Render(namespace + "/" + incident.Name + ", " + query.TitleOf(incident))
	if err != nil {
		return fmt.Errorf("writing the file: %w", err)
	}
	return s.edit(ctx, text)
}

// sheet is one incident that is being edited.
type sheet struct {
	*editOptions
	client   client.WithWatch
	incident *v1alpha1.Incident
	// before is what was there when the user began.
	before edit.Form
}

// edit has the user edit until what is written is taken, or nothing more is changed.
func (s *sheet) edit(ctx context.Context, text []byte) error {
	for round, last := 1, []byte(nil); ; round++ {
		edited, err := s.open(s.incident.Name, ".yaml", text)
		if err != nil {
			return err
		}
		written := edit.WithoutProblem(edited.Text)
		// An editor that leaves all as it is changes nothing, whatever a reader makes of it.
		if round == 1 && bytes.Equal(written, text) {
			written = nil
		}
		wrong, err := s.send(ctx, written)
		if err == nil && s.dryRun == dryRunNone {
			edited.Discard()
			return nil
		}
		givesUp := bytes.Equal(written, last) || (round == roundsUnwatched && !s.onTerminal())
		if wrong == nil || givesUp {
			return s.keep(edited, written, err)
		}
		if !errors.Is(err, errIncomplete) {
			terminal.PrintError(s.ErrOut, program, err)
		}
		edited.Discard()
		text, last = edit.WithProblem(written, wrong), written
	}
}

// keep leaves what was not sent in its file, with what was there before it.
func (s *sheet) keep(edited edit.Draft, written []byte, err error) error {
	whole, problem := s.before.WithBase(written)
	if problem == nil {
		problem = os.WriteFile(edited.Path, whole, 0o600)
	}
	if problem != nil {
		return errors.Join(err, fmt.Errorf("keeping what you wrote: %w", problem))
	}
	err = s.keeping(edited, err)
	terminal.PrintLine(s.ErrOut, terminal.Escape("Send it by: kubectl incident edit "+s.incident.Name+" -f "+edited.Path+" "+s.flagsOfPlace(s.incident.Namespace).String()))
	return err
}

// sendFile sends what was kept. What others set since the user began counts as set meanwhile.
func (s *sheet) sendFile(ctx context.Context) error {
	text, err := input.Read(s.In, s.file, maxSheet)
	if err != nil {
		return err
	}
	base, found, err := edit.BaseOf(text)
	if err != nil {
		return fmt.Errorf("%s: %w", s.file, err)
	}
	if found {
		s.before = base
	}
	_, err = s.send(ctx, text)
	return err
}

// maxSheet bounds what is read of a file, in bytes.
const maxSheet = 1 << 20

// send makes the change that the edited text asks for. If the text is wrong, it says why.
func (s *sheet) send(ctx context.Context, text []byte) (wrong, err error) {
	after, err := edit.Parse(text, s.before)
	if err == nil && !after.Equal(s.before) {
		err = after.Check()
	}
	if err != nil {
		return err, fmt.Errorf("what you wrote cannot be sent: %w", err)
	}
	if after.Assignee != s.before.Assignee {
		if after.Assignee, err = s.owner(ctx, after.Assignee); err != nil {
			return nil, err
		}
	}
	seen := s.incident.DeepCopy()
	s.before.FillIn(seen, edit.FormOf(s.incident))
	change := actions.Change{Done: "edited " + fieldsOf(s.before, after), Apply: func(incident *v1alpha1.Incident) error {
		after.FillIn(incident, s.before)
		return nil
	}}
	sent := &actions.ChangeTask{Client: s.client, Incident: s.incident.DeepCopy(), Seen: seen, Change: change, Force: s.force}
	one := s.task(sent)
	watched := &watchedTask{Task: one.Task}
	one.Task = watched
	s.named = true
	err = s.bulkWith(ctx, s.plugin, []task{one})
	if apierrors.IsInvalid(watched.err) || apierrors.IsBadRequest(watched.err) {
		wrong = watched.err
	}
	return wrong, err
}

// fieldsOf names the fields in which two forms differ.
func fieldsOf(before, after edit.Form) string {
	was, is := &v1alpha1.Incident{}, &v1alpha1.Incident{}
	before.FillIn(was, edit.Form{})
	after.FillIn(is, edit.Form{})
	var names []string
	for _, difference := range actions.Differences(was, is) {
		names = append(names, difference.Field)
	}
	return strings.Join(names, ", ")
}

// watchedTask remembers why it failed.
type watchedTask struct {
	actions.Task
	err error
}

// Do implements actions.Task.
func (t *watchedTask) Do(ctx context.Context, dryRun bool) (actions.Result, error) {
	result, err := t.Task.Do(ctx, dryRun)
	t.err = err
	return result, err
}

// open has a text edited. The file stays until it is discarded.
func (p *plugin) open(name, suffix string, text []byte) (edit.Draft, error) {
	written, err := edit.Open(program, name, suffix, text, p.onTerminal())
	if err != nil {
		return edit.Draft{}, p.keeping(written, err)
	}
	return written, nil
}

// keeping says where the draft is that was not sent, and returns why.
func (p *plugin) keeping(d edit.Draft, err error) error {
	if d.Path != "" {
		terminal.PrintLine(p.ErrOut, "What you wrote is kept in "+terminal.Escape(d.Path)+".")
	}
	return err
}
