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
	"slices"
	"strconv"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/dynamic"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

// timelineOptions are what the command timeline is told.
type timelineOptions struct {
	*plugin
	follow bool
	limit  int
	format string
}

func (p *plugin) timelineCommand() *cobra.Command {
	o := &timelineOptions{plugin: p}
	command := &cobra.Command{
		Use:               "timeline INCIDENT",
		Short:             "Show what happened to an incident, oldest first, with its comments",
		ValidArgsFunction: complete.Args(p.allIncidents, complete.Nothing),
		Long: `Show the activity log of an incident, oldest first, with the whole text of its comments. What is not printable is
shown as in \x1b. Of an incident that is gone, the logs of all that bore its name are shown.`,
		Example: `  # The last ten entries, then new ones as they come
  kubectl incident timeline inc-1 --limit 10 --follow

  # Keep the log, and verify the copy later
  kubectl incident timeline inc-1 -o yaml > inc-1.yaml
  kubectl incident verify -f inc-1.yaml`,
		Args: cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			name, err := input.Name(input.Incident, args[0])
			if err != nil {
				return err
			}
			return o.run(command.Context(), name)
		},
	}
	command.Flags().BoolVarP(&o.follow, "follow", "f", false, "go on with new entries as they come, until Ctrl-C")
	command.Flags().IntVar(&o.limit, "limit", 0, "show only so many entries, the last ones; 0 for all")
	command.Flags().StringVarP(&o.format, "output", "o", "", "the entries as objects: json or yaml")
	complete.Flag(command, "output", complete.Words("json", "yaml"))
	return p.paged(command, &o.follow)
}

func (o *timelineOptions) validate(incident string) error {
	switch {
	case incident == "":
		return errors.New("the name of the incident is empty")
	case o.limit < 0:
		return errors.New("--limit must not be negative")
	case o.format != "" && o.format != "json" && o.format != "yaml":
		return fmt.Errorf("--output must be json or yaml, is %q", o.format)
	}
	return nil
}

func (o *timelineOptions) run(ctx context.Context, incident string) error {
	if err := o.validate(incident); err != nil {
		return err
	}
	namespace, err := o.namespace()
	if err != nil {
		return err
	}
	client, err := o.connect()
	if err != nil {
		return err
	}
	uid, err := uidOf(ctx, client, namespace, incident)
	if err != nil {
		return err
	}
	entries, err := list(ctx, client, "activities", namespace, incident)
	if err != nil {
		return err
	}
	if uid != "" {
		entries = slices.DeleteFunc(entries, func(entry map[string]any) bool { return logUID(entry) != uid })
	}
	if len(entries) == 0 && (!o.follow || uid == "") {
		return fmt.Errorf("incident %q in namespace %q has no activities", incident, namespace)
	}
	if o.follow && uid == "" {
		return fmt.Errorf("incident %q in namespace %q is gone: there is nothing to follow", incident, namespace)
	}
	o.warn(entries)
	if err := o.show(ctx, client, namespace, incident, entries); err != nil || !o.follow {
		return err
	}
	f := &follower{timelineOptions: o, client: client, namespace: namespace, incident: incident, uid: uid, pending: map[int64]map[string]any{}}
	return f.run(ctx, entries)
}

// warn says where the log is not intact.
func (p *plugin) warn(entries []map[string]any) {
	for _, log := range activity.Verify(entries, nil).Logs {
		if !log.Intact() {
			terminal.PrintLine(p.ErrOut, terminal.Escape("Warning: the log is not intact: "+log.Finding.Reason))
		}
	}
}

// show prints the entries, as many as are asked for.
func (o *timelineOptions) show(ctx context.Context, client dynamic.Interface, namespace, incident string, entries []map[string]any) error {
	sortEntries(entries)
	first := firstTimes(entries)
	if o.limit > 0 {
		entries = entries[max(0, len(entries)-o.limit):]
	}
	if o.format != "" {
		return o.printObjects(entries)
	}
	comments, err := commentsOf(ctx, client, namespace, incident, entries)
	if err != nil {
		return err
	}
	o.printTimeline(entries, comments, len(first) > 1)
	return nil
}

// printObjects prints one list or, where more is to follow, one object after another.
func (o *timelineOptions) printObjects(entries []map[string]any) error {
	printer, err := genericclioptions.NewJSONYamlPrintFlags().ToPrinter(o.format)
	if err != nil {
		return err
	}
	all := &unstructured.UnstructuredList{Object: map[string]any{"apiVersion": "v1", "kind": "List"}}
	for _, entry := range entries {
		all.Items = append(all.Items, unstructured.Unstructured{Object: entry})
	}
	if !o.follow {
		return printer.PrintObj(all, o.Out)
	}
	for i := range all.Items {
		if o.format == "yaml" {
			terminal.PrintLine(o.Out, "---")
		}
		if err := printer.PrintObj(&all.Items[i], o.Out); err != nil {
			return err
		}
	}
	return nil
}

// uidOf returns the UID of the incident that bears the name now, or nothing.
func uidOf(ctx context.Context, client dynamic.Interface, namespace, incident string) (string, error) {
	resource := client.Resource(v1alpha1.GroupVersion.WithResource("incidents")).Namespace(namespace)
	live, err := resource.Get(ctx, incident, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading the incident: %w", err)
	}
	return string(live.GetUID()), nil
}

// commentsOf returns the texts of the comments that still exist by their UID. One list takes less than a request for
// each, which the client would slow down.
func commentsOf(
	ctx context.Context, client dynamic.Interface, namespace, incident string, entries []map[string]any,
) (map[string]string, error) {
	if !slices.ContainsFunc(entries, isCommented) {
		return nil, nil
	}
	comments, err := list(ctx, client, "comments", namespace, incident)
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for _, comment := range comments {
		texts[nested(comment, "metadata", "uid")] = nested(comment, "spec", "text")
	}
	return texts, nil
}

var timelineHeader = []string{"TIME", "ENTRY", "ACTOR", "TYPE", "SUMMARY"}

func entryRow(entry map[string]any) []string {
	return []string{
		nested(entry, "spec", "time"), strconv.FormatInt(sequenceOf(entry), 10),
		nested(entry, "spec", "actor"), nested(entry, "spec", "type"), nested(entry, "spec", "summary"),
	}
}

// printTimeline prints sorted entries, with the UID above each log where there are several.
func (p *plugin) printTimeline(entries []map[string]any, comments map[string]string, several bool) {
	rows := [][]string{timelineHeader}
	for _, entry := range entries {
		rows = append(rows, entryRow(entry))
	}
	lines := terminal.AlignRows(rows)
	terminal.PrintLine(p.Out, lines[0])
	for i, entry := range entries {
		if uid := logUID(entry); several && (i == 0 || logUID(entries[i-1]) != uid) {
			terminal.PrintLine(p.Out, terminal.Escape("UID "+uid+":"))
		}
		terminal.PrintLine(p.Out, lines[i+1])
		if isCommented(entry) {
			p.printComment(entry, comments)
		}
	}
}

// printComment prints the whole comment, and says where it is not what the log recorded.
func (p *plugin) printComment(entry map[string]any, comments map[string]string) {
	recorded := nested(entry, "spec", "comment", "text")
	text, found := comments[nested(entry, "spec", "comment", "uid")]
	switch {
	case !found:
		terminal.Indent(p.Out, recorded)
		terminal.Indent(p.Out, "(the Comment is gone; this is what the log recorded of it)")
	case activity.Recorded(text) != recorded:
		terminal.Indent(p.Out, text)
		terminal.Indent(p.Out, "(the Comment is not the one that the log recorded)")
	default:
		terminal.Indent(p.Out, text)
	}
}
