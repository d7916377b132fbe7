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
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const (
	// completerName is the name under which kubectl looks for a program that completes the arguments of this plugin.
	completerName = "kubectl_complete-incident"
	// completionTimeout is how long a person who pressed the tab key is kept waiting at most.
	completionTimeout = 5 * time.Second
	// maxSuggestions is about what a person looks through.
	maxSuggestions = 200
)

// asCompleter makes the arguments of kubectl's completion those of cobra's, where the program goes by that name.
func asCompleter(program string, args []string) []string {
	if strings.TrimSuffix(filepath.Base(program), ".exe") != completerName {
		return args
	}
	return append([]string{cobra.ShellCompRequestCmd}, args...)
}

// typing is a command line that is being typed.
type typing struct {
	*plugin
	command *cobra.Command
	args    []string
	// word is what there is of the last word.
	word string
}

// suggestion is a word, and what it is about. It is listed where it is an item of a list that was checked already.
type suggestion struct {
	text, about string
	listed      bool
}

// source tells what a word may be. It need not look at what was typed of it. An error is as good as nothing.
type source func(ctx context.Context, t *typing) ([]suggestion, error)

// completeArgs completes a command's arguments by their position; the last source also stands for all further ones.
func (p *plugin) completeArgs(sources ...source) cobra.CompletionFunc {
	return func(command *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		t := &typing{plugin: p, command: command, args: args, word: word}
		return t.complete(sources[min(len(args), len(sources)-1)])
	}
}

// completeFlag completes the values of a flag; of one that takes a list, each value.
func (p *plugin) completeFlag(command *cobra.Command, name string, values source) {
	flag := command.Flag(name)
	if _, list := flag.Value.(pflag.SliceValue); list {
		values = listOf(values)
	}
	// It fails only for a flag that is unknown or has a completion, which no command line changes.
	_ = command.RegisterFlagCompletionFunc(name, func(command *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return (&typing{plugin: p, command: command, args: args, word: word}).complete(values)
	})
}

func (t *typing) complete(from source) ([]cobra.Completion, cobra.ShellCompDirective) {
	const directive = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	ctx, cancel := context.WithTimeout(t.command.Context(), completionTimeout)
	defer cancel()
	found, err := from(ctx, t)
	if err != nil {
		cobra.CompDebugln(escape(err.Error()), false)
		return nil, directive
	}
	var completions []cobra.Completion
	for _, s := range t.few(t.fitting(found)) {
		completions = append(completions, s.completion())
	}
	return completions, directive
}

// completion has the form that cobra takes: a tab separates the description.
func (s suggestion) completion() cobra.Completion {
	if s.about == "" || s.about == s.text {
		return s.text
	}
	return cobra.CompletionWithDesc(s.text, escape(s.about))
}

// fitting leaves out what begins otherwise than what was typed, what was said already, what is not safe to print, and what
// a shell would not take as it is.
func (t *typing) fitting(found []suggestion) []suggestion {
	return slices.DeleteFunc(slices.Clone(found), func(s suggestion) bool {
		return s.text == "" || !hasPrefixFold(s.text, t.word) || slices.Contains(t.args, s.text) || escape(s.text) != s.text || (!s.listed && !isPlain(s.text))
	})
}

// few cuts a long list. A shell goes on to what all suggestions have in common: where what is left has more in common
// than the whole, one more that differs is kept, so that the shell goes no further than the whole allows.
func (t *typing) few(all []suggestion) []suggestion {
	if len(all) <= maxSuggestions {
		return all
	}
	few, rest := all[:maxSuggestions:maxSuggestions], all[maxSuggestions:]
	common := commonPrefix(few)
	for _, s := range rest {
		if shared := commonPrefix([]suggestion{{text: common}, s}); len(shared) < len(common) {
			few, common = append(few, s), shared
		}
	}
	return few
}

func commonPrefix(all []suggestion) string {
	common := all[0].text
	for _, s := range all {
		for !strings.HasPrefix(s.text, common) {
			common = common[:len(common)-1]
		}
	}
	return common
}

func hasPrefixFold(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

// completeFlags completes the flags that mean the same wherever they are. Where nothing is known, no files are suggested.
func (p *plugin) completeFlags(root *cobra.Command) {
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	sources := flagSources()
	for _, command := range allCommands(root) {
		command.LocalFlags().VisitAll(func(flag *pflag.Flag) {
			if values, known := sources[flag.Name]; known {
				p.completeFlag(command, flag.Name, values)
			}
			if slices.Contains(fileFlags, flag.Name) {
				_ = command.RegisterFlagCompletionFunc(flag.Name, files)
			}
		})
	}
}

var fileFlags = []string{
	"filename", "heads", "queries", "template", "kubeconfig", "certificate-authority", "client-certificate", "client-key", "cache-dir",
}

// files leaves it to the shell to suggest files.
func files(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

func allCommands(root *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{root}
	for _, command := range root.Commands() {
		all = append(all, allCommands(command)...)
	}
	return all
}
