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
	"io"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/edit"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
)

type commentOptions struct {
	*plugin
	bulkFlags
	file         string
	followMerged bool
}

func (p *plugin) commentCommand() *cobra.Command {
	o := &commentOptions{plugin: p}
	command := &cobra.Command{
		Use:               "comment INCIDENT [TEXT]",
		Short:             "Say something about an incident; without a text, in your editor",
		ValidArgsFunction: complete.Args(p.allIncidents, complete.Nothing),
		Args:              cobra.RangeArgs(1, 2),
		Example: `  kubectl incident comment inc-1 "The laptop is off the network."

  # In $KUBE_EDITOR or $EDITOR
  kubectl incident comment inc-1

  # What another program prints
  kubectl describe pod web-0 | kubectl incident comment inc-1 -f -`,
		RunE: func(command *cobra.Command, args []string) error {
			name, err := input.Name(input.Incident, args[0])
			if err != nil {
				return err
			}
			return o.run(command.Context(), name, args[1:])
		},
	}
	command.Flags().StringVarP(&o.file, "filename", "f", "", "the file that holds the text, - for standard input")
	followVar(command.Flags(), &o.followMerged)
	o.addTo(command.Flags(), p)
	command.Flags().Lookup("wait").Usage = "wait until the comment stands in the activity log; the default on a terminal"
	return command
}

func (o *commentOptions) run(ctx context.Context, name string, said []string) error {
	if err := o.validate(); err != nil {
		return err
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	// A comment on an incident that does not exist would be taken and never recorded.
	incident := &v1alpha1.Incident{}
	if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, incident); err != nil {
		return err
	}
	if incident, err = o.meant(ctx, c, incident, o.followMerged); err != nil {
		return err
	}
	written, err := o.text(incident, said)
	if err != nil {
		return err
	}
	if strings.TrimSpace(string(written.Text)) == "" {
		written.Discard()
		return errors.New("the comment is empty: nothing was said")
	}
	err = actions.AtMost("the comment", string(written.Text), actions.MaxComment)
	if err == nil {
		err = o.bulkWith(ctx, o.plugin, []task{o.task(actions.NewComment(c, incident, string(written.Text)))})
	}
	if err != nil || o.dryRun != dryRunNone {
		return o.keeping(written, err)
	}
	written.Discard()
	return nil
}

// text is what the user says, from an argument, a file or an editor.
func (o *commentOptions) text(incident *v1alpha1.Incident, args []string) (edit.Draft, error) {
	switch {
	case len(args) > 0 && o.file != "":
		return edit.Draft{}, errors.New("say a text or --filename, not both")
	case len(args) > 0:
		return edit.Draft{Text: []byte(args[0])}, nil
	case o.file != "":
		text, err := readText(o.In, o.file)
		return edit.Draft{Text: []byte(strings.TrimRight(text, "\r\n"))}, err
	}
	written, err := o.open(incident.Name, ".md", nil)
	written.Text = []byte(strings.TrimRight(string(written.Text), "\r\n"))
	return written, err
}

// readText reads a file, or standard input for "-", up to more than a comment can hold: the check says what is too much.
func readText(stdin io.Reader, path string) (string, error) {
	const maxBytesOfCharacter = 4
	text, whole, err := input.ReadUpTo(stdin, path, actions.MaxComment*maxBytesOfCharacter)
	if err == nil && !whole {
		err = fmt.Errorf("the comment has more than %d characters: at most that many fit", actions.MaxComment)
	}
	return string(text), err
}

// commentTask also says as which entry the comment was recorded.
type commentTask struct {
	*actions.CommentTask
	plugin *plugin
}

// Wait implements actions.Task.
func (t commentTask) Wait(ctx context.Context, tell actions.Progress) error {
	if err := t.CommentTask.Wait(ctx, tell); err != nil {
		return err
	}
	terminal.PrintLine(t.plugin.Out, fmt.Sprintf("comment/%s is entry %d of the log", t.Comment.Name, t.Comment.Status.Sequence))
	return nil
}

func (o *commentOptions) task(comment *actions.CommentTask) task {
	title := "incident/" + comment.Comment.Spec.IncidentRef.Name
	return task{
		Task: commentTask{comment, o.plugin}, title: title,
		describe: func(actions.Preview) string {
			return terminal.Escape(title+": a new comment: ") + "\n" + indented(comment.Comment.Spec.Text)
		},
	}
}

func indented(text string) string {
	var out strings.Builder
	terminal.Indent(&out, text)
	return strings.TrimSuffix(out.String(), "\n")
}
