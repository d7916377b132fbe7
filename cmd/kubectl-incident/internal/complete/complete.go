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

// Package complete completes what is typed in a shell: words that are always the same, and what a cluster has, read as tables
// and remembered for a moment.
package complete

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
)

const (
	// completerName is the name under which kubectl looks for a program that completes the arguments of this plugin.
	completerName = "kubectl_complete-incident"
	// completionTimeout is how long a person who pressed the tab key is kept waiting at most.
	completionTimeout = 5 * time.Second
	// maxsuggestions is about what a person looks through.
	maxSuggestions = 200
)

// AsCompleter makes the arguments of kubectl's completion those of cobra's, where the program goes by that name.
func AsCompleter(program string, args []string) []string {
	if strings.TrimSuffix(filepath.Base(program), ".exe") != completerName {
		return args
	}
	return append([]string{cobra.ShellCompRequestCmd}, args...)
}

// Typing is a command line that is being typed.
type Typing struct {
	Command *cobra.Command
	// Args are the words before the last one.
	Args []string
	// Word is what there is of the last word.
	Word string
}

// Suggestion is a word, and what it is about.
type Suggestion struct {
	Text, About string
	// Listed says that the text is an item of a list that was checked already.
	Listed bool
	// Open says that more may follow the text in the same word, so that no space is put behind it.
	Open bool
}

// Source tells what a word may be. It need not look at what was typed of it. An error is as good as Nothing.
type Source func(ctx context.Context, t *Typing) ([]Suggestion, error)

// Args completes a command's arguments by their position; the last source also stands for all further ones.
func Args(sources ...Source) cobra.CompletionFunc {
	return func(command *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		t := &Typing{Command: command, Args: args, Word: word}
		return t.complete(sources[min(len(args), len(sources)-1)])
	}
}

// Flag completes the values of a flag; of one that takes a list, each value.
func Flag(command *cobra.Command, name string, values Source) {
	flag := command.Flag(name)
	if _, list := flag.Value.(pflag.SliceValue); list {
		values = ListOf(values)
	}
	// It fails only for a flag that is unknown or has a completion, which no command line changes.
	_ = command.RegisterFlagCompletionFunc(name, func(command *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return (&Typing{Command: command, Args: args, Word: word}).complete(values)
	})
}

func (t *Typing) complete(from Source) ([]cobra.Completion, cobra.ShellCompDirective) {
	const directive = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	ctx, cancel := context.WithTimeout(t.Command.Context(), completionTimeout)
	defer cancel()
	found, err := from(ctx, t)
	if err != nil {
		cobra.CompDebugln(terminal.Escape(err.Error()), false)
		return nil, directive
	}
	var completions []cobra.Completion
	open := cobra.ShellCompDirectiveDefault
	for _, s := range t.few(t.Fitting(found)) {
		completions = append(completions, s.completion())
		if s.Open {
			open = cobra.ShellCompDirectiveNoSpace
		}
	}
	return completions, directive | open
}

// completion has the form that cobra takes: a tab separates the description.
func (s Suggestion) completion() cobra.Completion {
	if s.About == "" || s.About == s.Text {
		return s.Text
	}
	return cobra.CompletionWithDesc(s.Text, terminal.Escape(s.About))
}

// Fitting leaves out what begins otherwise than what was typed, what was said already, what is not safe to print, and what
// a shell would not take as it is.
func (t *Typing) Fitting(found []Suggestion) []Suggestion {
	return slices.DeleteFunc(slices.Clone(found), func(s Suggestion) bool {
		return s.Text == "" || !hasPrefixFold(s.Text, t.Word) || slices.Contains(t.Args, s.Text) || terminal.Escape(s.Text) != s.Text || (!s.Listed && !IsPlain(s.Text))
	})
}

// few cuts a long list. A shell goes on to what all suggestions have in common: where what is left has more in common
// than the whole, one more that differs is kept, so that the shell goes no further than the whole allows.
func (t *Typing) few(all []Suggestion) []Suggestion {
	if len(all) <= maxSuggestions {
		return all
	}
	few, rest := all[:maxSuggestions:maxSuggestions], all[maxSuggestions:]
	common := commonPrefix(few)
	for _, s := range rest {
		if shared := commonPrefix([]Suggestion{{Text: common}, s}); len(shared) < len(common) {
			few, common = append(few, s), shared
		}
	}
	return few
}

func commonPrefix(all []Suggestion) string {
	common := all[0].Text
	for _, s := range all {
		for !strings.HasPrefix(s.Text, common) {
			common = common[:len(common)-1]
		}
	}
	return common
}

func hasPrefixFold(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

// Flags completes the flags that mean the same wherever they are, and those that take files. Where nothing is known, no files are suggested.
func Flags(root *cobra.Command, sources map[string]Source, fileFlags []string) {
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	for _, command := range allCommands(root) {
		command.LocalFlags().VisitAll(func(flag *pflag.Flag) {
			if values, known := sources[flag.Name]; known {
				Flag(command, flag.Name, values)
			}
			if slices.Contains(fileFlags, flag.Name) {
				_ = command.RegisterFlagCompletionFunc(flag.Name, files)
			}
		})
	}
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
