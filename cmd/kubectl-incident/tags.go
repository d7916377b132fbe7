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
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// tagsOptions are what the command tags is told.
type tagsOptions struct {
	*plugin
	output        string
	allNamespaces bool
	noHeaders     bool
	chunk         int64
}

func (p *plugin) tagsCommand() *cobra.Command {
	o := &tagsOptions{plugin: p}
	command := &cobra.Command{
		Use:   "tags",
		Short: "List the tags that are in use, most used first",
		Long: `List the tags that incidents bear, also those that are resolved, with how many bear each, most used first. Tags that
differ only in letter case are one tag.`,
		Example: `  kubectl incident tags

  # Alone, for a script
  kubectl incident tags -A -o name`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error { return o.run(command.Context()) },
	}
	flags := command.Flags()
	flags.StringVarP(&o.output, "output", "o", formatTable, "name to print the tags alone")
	flags.BoolVarP(&o.allNamespaces, "all-namespaces", "A", false, "the tags of all namespaces")
	flags.BoolVar(&o.noHeaders, "no-headers", false, "print no heads of columns")
	flags.Int64Var(&o.chunk, "chunk-size", kube.Streamed, "how many objects one request asks for; 0 has them streamed")
	complete.Flag(command, "output", complete.Words(formatName))
	return command
}

func (o *tagsOptions) run(ctx context.Context) error {
	if o.output != formatTable && o.output != formatName {
		return fmt.Errorf("--output must be %s or unset, is %q", formatName, o.output)
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	counts, err := o.count(ctx, c, namespace)
	if err != nil {
		return fmt.Errorf("listing incidents: %w", err)
	}
	if len(counts) == 0 {
		o.sayNone("tags", namespace, o.allNamespaces)
		return nil
	}
	o.print(counts.mostUsed())
	return nil
}

// count looks at whole incidents: only they say which labels are tags.
func (o *tagsOptions) count(ctx context.Context, c client.WithWatch, namespace string) (tagCounts, error) {
	if o.allNamespaces {
		namespace = ""
	}
	counts := tagCounts{}
	_, err := kube.Each(ctx, c, &v1alpha1.IncidentList{}, o.chunk, func(page *v1alpha1.IncidentList) error {
		for i := range page.Items {
			for _, tag := range query.TagsOf(&page.Items[i]) {
				counts.add(tag)
			}
		}
		return nil
	}, client.InNamespace(namespace))
	return counts, err
}

func (o *tagsOptions) print(all []counted) {
	if o.output == formatName {
		for _, tag := range all {
			terminal.PrintLine(o.Out, terminal.Escape(tag.text))
		}
		return
	}
	var rows [][]string
	if !o.noHeaders {
		rows = append(rows, []string{"TAG", "INCIDENTS"})
	}
	for _, tag := range all {
		rows = append(rows, []string{tag.text, strconv.Itoa(tag.count)})
	}
	for _, line := range terminal.AlignRows(rows) {
		terminal.PrintLine(o.Out, line)
	}
}
