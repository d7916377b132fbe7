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
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

type commenter struct {
	*plugin
	bulkFlags
	file string
}

func (p *plugin) commentCommand() *cobra.Command {
	o := &commenter{plugin: p}
	command := &cobra.Command{
		Use:               "comment INCIDENT [TEXT]",
		Short:             "Say something about an incident; without a text, in your editor",
		ValidArgsFunction: p.completeArgs(openIncidents, nothing),
		Args:              cobra.RangeArgs(1, 2),
		Example: `  kubectl incident comment inc-1 "The laptop is off the network."

  # In $KUBE_EDITOR or $EDITOR
  kubectl incident comment inc-1

  # What another program prints
  kubectl describe pod web-0 | kubectl incident comment inc-1 -f -`,
		RunE: func(command *cobra.Command, args []string) error { return o.run(command.Context(), args) },
	}
	command.Flags().StringVarP(&o.file, "filename", "f", "", "the file that holds the text, - for standard input")
	o.addTo(command.Flags(), p)
	command.Flags().Lookup("wait").Usage = "wait until the comment stands in the activity log; the default on a terminal"
	return command
}

func (o *commenter) run(ctx context.Context, args []string) error {
	if err := o.validate(); err != nil {
		return err
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	// A comment on an incident that does not exist would be taken and never recorded.
	incident := &v1alpha1.Incident{}
	if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: args[0]}, incident); err != nil {
		return err
	}
	written, err := o.text(incident, args[1:])
	if err != nil {
		return err
	}
	if strings.TrimSpace(string(written.text)) == "" {
		written.discard()
		return errors.New("the comment is empty: nothing was said")
	}
	err = atMost("the comment", string(written.text), maxComment)
	if err == nil {
		err = o.bulkWith(ctx, o.plugin, []task{o.task(c, incident, string(written.text))})
	}
	if err != nil || o.dryRun != dryRunNone {
		return o.keeping(written, err)
	}
	written.discard()
	return nil
}

// text is what the user says, from an argument, a file or an editor.
func (o *commenter) text(incident *v1alpha1.Incident, args []string) (draft, error) {
	switch {
	case len(args) > 0 && o.file != "":
		return draft{}, errors.New("say a text or --filename, not both")
	case len(args) > 0:
		return draft{text: []byte(args[0])}, nil
	case o.file != "":
		text, err := readText(o.In, o.file)
		return draft{text: []byte(strings.TrimRight(text, "\r\n"))}, err
	}
	written, err := o.edit(incident.Name, ".md", nil)
	written.text = []byte(strings.TrimRight(string(written.text), "\r\n"))
	return written, err
}

// readText reads a file, or standard input for "-", up to more than a comment can hold: the check says what is too much.
func readText(stdin io.Reader, path string) (string, error) {
	const maxBytesOfCharacter = 4
	text, whole, err := readUpTo(stdin, path, maxComment*maxBytesOfCharacter)
	if err == nil && !whole {
		err = fmt.Errorf("the comment has more than %d characters: at most that many fit", maxComment)
	}
	return string(text), err
}

func newComment(incident *v1alpha1.Incident, text string) *v1alpha1.Comment {
	comment := &v1alpha1.Comment{}
	comment.Namespace = incident.Namespace
	comment.GenerateName = incident.Name[:min(len(incident.Name), maxBaseName)] + "-"
	comment.Spec.IncidentRef.Name = incident.Name
	comment.Spec.Text = text
	return comment
}

// maxBaseName leaves room for what the API server adds to a name.
const maxBaseName = 200

func (o *commenter) task(c client.WithWatch, incident *v1alpha1.Incident, text string) task {
	comment := newComment(incident, text)
	return task{
		what: "incident/" + incident.Name,
		preview: func(context.Context) (string, error) {
			return escape("incident/"+incident.Name+": a new comment: ") + "\n" + indented(text), nil
		},
		do: func(ctx context.Context, options ...client.PatchOption) (string, error) {
			if err := c.Create(ctx, comment, createOptions(options)...); err != nil {
				return "", err
			}
			return "commented: comment/" + comment.Name, nil
		},
		wait: func(ctx context.Context, _ *progress) error { return o.waitForEntry(ctx, c, comment) },
	}
}

func indented(text string) string {
	var out strings.Builder
	indent(&out, text)
	return strings.TrimSuffix(out.String(), "\n")
}

// createOptions are options of a patch as those of a creation: the dry run is the same for both.
func createOptions(options []client.PatchOption) []client.CreateOption {
	all := []client.CreateOption{fieldOwner}
	for _, option := range options {
		if o, ok := option.(client.CreateOption); ok {
			all = append(all, o)
		}
	}
	return all
}

// waitForEntry waits until the comment has its entry in the activity log, and says its number.
func (o *commenter) waitForEntry(ctx context.Context, c client.WithWatch, comment *v1alpha1.Comment) error {
	var recorded *metav1.Condition
	err := watchUntil(ctx, c, comment, &v1alpha1.CommentList{}, func(object client.Object) (bool, error) {
		if seen, ok := object.(*v1alpha1.Comment); ok {
			*comment = *seen
		}
		recorded = meta.FindStatusCondition(comment.Status.Conditions, v1alpha1.ConditionRecorded)
		return recorded != nil, nil
	})
	if err != nil {
		return err
	}
	if recorded.Status != metav1.ConditionTrue {
		return fmt.Errorf("comment/%s is not in the log: %s: %s", comment.Name, recorded.Reason, recorded.Message)
	}
	printLine(o.Out, fmt.Sprintf("comment/%s is entry %d of the log", comment.Name, comment.Status.Sequence))
	return nil
}
