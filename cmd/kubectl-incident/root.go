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
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
)

const (
	exitDone = 0
	// exitIncomplete is for what is not intact, and for changes of which some failed: both are printed.
	exitIncomplete = 1
	exitFailed     = 2
)

// program is the name of the plugin's binary, by which kubectl finds it.
const program = "kubectl-incident"

// version is set when the binary is built.
var version = "dev"

// errNotIntact ends the command with 1 after it has printed what is wrong.
var errNotIntact = errors.New("not intact")

// plugin is what the subcommands share.
type plugin struct {
	genericiooptions.IOStreams
	config *genericclioptions.ConfigFlags
	// utc says that people want their times in UTC.
	utc bool
	// These are replaced by tests.
	connect func() (dynamic.Interface, error)
	typed   func() (client.WithWatch, error)
	tables  func() (complete.Pages, error)
	watched func() bool
	// memory is what this command has read for suggestions.
	memory complete.Memory

	// The board, which runs commands itself, sets these; a user's command line has none of them.
	// within is the namespace to work in, whatever the flags say.
	within string
	// seen is the incident of the command as the user saw it, if that was before the command read it.
	seen *v1alpha1.Incident
	// heard is told why a task failed.
	heard func(error)
}

// onTerminal says whether a person reads along and can answer.
func (p *plugin) onTerminal() bool { return p.watched() }

// run returns 0 for success, 1 where something is not intact, and 2 for a wrong command line and for what could not be
// read.
func run(ctx context.Context, streams genericiooptions.IOStreams, args []string) int {
	return newPlugin(streams).run(ctx, args)
}

func newPlugin(streams genericiooptions.IOStreams) *plugin {
	p := &plugin{IOStreams: streams, config: genericclioptions.NewConfigFlags(true), memory: complete.Memory{}}
	p.connect = func() (dynamic.Interface, error) {
		config, err := p.config.ToRESTConfig()
		if err != nil {
			return nil, fmt.Errorf("finding the cluster: %w", err)
		}
		return dynamic.NewForConfig(config)
	}
	p.typed = p.connectTyped
	p.watched = func() bool { return terminal.Both(p.In, p.ErrOut) }
	p.tables = p.connectTables
	return p
}

func (p *plugin) run(ctx context.Context, args []string) int {
	out := &terminal.Output{Writer: p.Out, ASCII: terminal.IsASCII(p.Out)}
	p.Out = out
	if terminal.IsASCII(p.ErrOut) {
		p.ErrOut = &terminal.Output{Writer: p.ErrOut, ASCII: true}
	}
	root := p.command()
	root.SetArgs(args)
	err := input.CheckArguments(args)
	if err == nil {
		err = root.ExecuteContext(ctx)
	}
	if out.Err != nil {
		err = fmt.Errorf("writing the output: %w", out.Err)
	}
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errNotIntact), errors.Is(err, errIncomplete):
		return exitIncomplete
	default:
		terminal.PrintError(p.ErrOut, program, unreachable(err))
		return exitFailed
	}
}

func (p *plugin) command() *cobra.Command {
	root := &cobra.Command{
		Use:           program,
		Short:         "Work on incidents: the queue, and everything that is done with one",
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl incident"},
	}
	root.SetIn(p.In)
	root.SetOut(p.Out)
	root.SetErr(p.ErrOut)
	// Without it cobra adds one whose short form is -v, which kubectl takes for how much it logs.
	root.Flags().Bool("version", false, "print the version")
	p.config.AddFlags(root.PersistentFlags())
	root.PersistentFlags().BoolVar(&p.utc, "utc", false, "show times in UTC instead of local time")
	root.AddCommand(
		p.listCommand(), p.boardCommand(), p.queriesCommand(), p.showCommand(), p.alertsCommand(), p.nextCommand(), p.similarCommand(), p.reportCommand(), p.alertCommand(), p.handoverCommand(),
		p.takeCommand(), p.assignCommand(), p.unassignCommand(),
		p.tagCommand(), p.untagCommand(), p.renameCommand(), p.severityCommand(), p.classifyCommand(),
		p.startCommand(), p.resolveCommand(), p.reopenCommand(), p.commentCommand(), p.createCommand(), p.importCommand(), p.editCommand(),
		p.moveCommand(), p.mergeCommand(), p.undoCommand(),
		p.replayCommand(), p.suppressCommand(),
		p.verifyCommand(), p.timelineCommand(), p.tagsCommand(), p.consoleCommand(), p.statusCommand(), p.optionsCommand(), p.completionCommand(), p.versionCommand(),
	)
	dress(root)
	complete.Flags(root, p.flagSources(), fileFlags)
	return root
}

// namespace is the one of the flag -n or of the kubeconfig's context.
func (p *plugin) namespace() (string, error) {
	if p.within != "" {
		return p.within, nil
	}
	namespace, _, err := p.config.ToRawKubeConfigLoader().Namespace()
	if err != nil {
		return "", fmt.Errorf("finding the namespace: %w", err)
	}
	return namespace, nil
}
