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

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/edit"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

var errChangedMeanwhile = errors.New("somebody else changed it while you edited: look at it and edit it again")

func (p *plugin) editCommand() *cobra.Command {
	o := &changeOptions{plugin: p}
	command := &cobra.Command{
		Use:               "edit INCIDENT",
		Short:             "Edit what people decide about an incident, in your editor",
		ValidArgsFunction: complete.Args(p.openIncidents, complete.Nothing),
		Args:              cobra.ExactArgs(1),
		Example: `  kubectl incident edit inc-1

  # In another editor
  KUBE_EDITOR=nano kubectl incident edit inc-1`,
		RunE: func(command *cobra.Command, args []string) error { return o.edit(command.Context(), args[0]) },
	}
	o.bulkFlags.addTo(command.Flags(), p)
	return command
}

func (o *changeOptions) edit(ctx context.Context, name string) error {
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
	before := edit.FormOf(incident)
	text, err := before.Render(namespace + "/" + name + ", " + query.TitleOf(incident))
	if err != nil {
		return fmt.Errorf("writing the file: %w", err)
	}
	edited, err := o.open(name, ".yaml", text)
	if err != nil {
		return err
	}
	if err := o.send(ctx, c, incident, before, edited.Text); err != nil || o.dryRun != dryRunNone {
		return o.keeping(edited, err)
	}
	edited.Discard()
	return nil
}

// send makes the change that the edited text asks for.
func (o *changeOptions) send(ctx context.Context, c client.WithWatch, incident *v1alpha1.Incident, before edit.Form, text []byte) error {
	after, err := parseForm(text, before)
	if err == nil && !after.Equal(before) {
		err = after.Check()
	}
	if err != nil {
		return fmt.Errorf("what you wrote cannot be sent: %w", err)
	}
	change := actions.Change{Done: "edited", Apply: replaceForm(before, after)}
	return o.bulkWith(ctx, o.plugin, []task{o.task(&actions.ChangeTask{Client: c, Incident: incident, Change: change})})
}

// parseForm reads what the user left of a form; an empty file leaves all as it was.
func parseForm(text []byte, before edit.Form) (edit.Form, error) {
	after := edit.Form{}
	found, err := input.One(text, &after)
	if err == nil && !found {
		return before, nil
	}
	after.Complete()
	return after, err
}

// replaceForm refuses an incident of which people decided something else meanwhile. What the operator writes meanwhile
// does not matter, so it is asked again when the version of the object is not the one that was edited.
func replaceForm(before, after edit.Form) func(*v1alpha1.Incident) error {
	return func(incident *v1alpha1.Incident) error {
		if current := edit.FormOf(incident); !current.Equal(before) {
			return errChangedMeanwhile
		}
		after.FillIn(incident)
		return nil
	}
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
