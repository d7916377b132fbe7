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
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
)

// The groups in which the help lists commands.
const (
	groupLook   = "look"
	groupWork   = "work"
	groupAlerts = "alerts"
	groupLog    = "log"
	groupSetup  = "setup"
)

var groups = []*cobra.Group{
	{ID: groupLook, Title: "Find incidents"},
	{ID: groupWork, Title: "Work on incidents"},
	{ID: groupAlerts, Title: "Put together and apart"},
	{ID: groupLog, Title: "See and check what happened"},
	{ID: groupSetup, Title: "The plugin and the cluster"},
}

var groupOf = map[string]string{
	"list": groupLook, "board": groupLook, "show": groupLook, "alerts": groupLook, "tags": groupLook, "queries": groupLook, "next": groupLook, "similar": groupLook, "console": groupLook,
	"take": groupWork, "assign": groupWork, "unassign": groupWork, "start": groupWork, "resolve": groupWork, "reopen": groupWork,
	"classify": groupWork, "severity": groupWork, "tag": groupWork, "untag": groupWork, "rename": groupWork, "comment": groupWork,
	"edit": groupWork, "undo": groupWork, "handover": groupWork, "alert": groupWork,
	"create": groupAlerts, "import": groupAlerts, "move": groupAlerts, "merge": groupAlerts, "replay": groupAlerts, "suppress": groupAlerts,
	"timeline": groupLog, "verify": groupLog, "report": groupLog,
	"status": groupSetup, "version": groupSetup, "options": groupSetup, "completion": groupSetup, "help": groupSetup,
}

// otherWords are what people also call commands.
var otherWords = map[string][]string{
	"list": {"get", "queue", "incidents"}, "board": {"tui", "top", "screen", "triage"}, "show": {"describe", "view", "open", "info"}, "timeline": {"log", "logs", "history", "events", "audit"},
	"take": {"ack", "acknowledge", "claim", "own", "mine"}, "assign": {"give", "owner", "reassign"}, "unassign": {"release", "drop", "unown"},
	"start": {"begin", "work", "progress"}, "resolve": {"close", "done", "finish", "fix", "solve", "complete"}, "reopen": {"unresolve", "re-open"},
	"classify": {"verdict", "determination"}, "severity": {"priority", "sev"}, "tag": {"label"}, "untag": {"unlabel"},
	"rename": {"name", "title"}, "comment": {"note", "say", "annotate"}, "edit": {"modify", "change", "set"}, "undo": {"revert", "rollback", "restore"},
	"create": {"new", "add"}, "move": {"mv", "link", "unlink", "split"}, "merge": {"join", "combine", "duplicate"},
	"verify": {"check", "validate"}, "console": {"web", "ui", "browser", "dashboard", "portal"}, "status": {"health", "doctor", "ping", "whoami"}, "queries": {"filters", "saved"},
}

// usage is that of cobra, with the flags that are kubectl's own elsewhere: they are many, and the same for all commands.
const usage = `Usage:{{if and .Runnable .HasParent}}
  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} COMMAND{{end}}{{if .Aliases}}

Aliases:
  {{.NameAndAliases}}{{end}}{{if .HasExample}}

Examples:
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}{{$all := .Commands}}{{if .Groups}}{{range $group := .Groups}}

{{.Title}}:{{range $all}}{{if (and (eq .GroupID $group.ID) (or .IsAvailableCommand (eq .Name "help")))}}
  {{rpad .Name .NamePadding }} {{.Short}}{{end}}{{end}}{{end}}{{else}}

Commands:{{range $all}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding }} {{.Short}}{{end}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

Flags:
{{.LocalNonPersistentFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}

Which cluster, user and namespace: the flags of kubectl, such as -n, --context and --as. kubectl incident options lists them.
{{if .HasAvailableSubCommands}}
{{.CommandPath}} COMMAND --help tells more of a command.
{{end}}`

// dress gives the commands their groups and other words, and has every command say how it is used when arguments are
// missing.
func dress(root *cobra.Command) {
	root.AddGroup(groups...)
	root.SetHelpCommandGroupID(groupSetup)
	root.SetUsageTemplate(usage)
	root.Args, root.RunE = unknownCommand, func(command *cobra.Command, _ []string) error { return command.Help() }
	// The flags of a command that is not known are not known either.
	root.SetFlagErrorFunc(func(command *cobra.Command, err error) error {
		if typed := command.Flags().Args(); command == root && len(typed) > 0 {
			return unknownCommand(root, typed)
		}
		return err
	})
	for _, command := range root.Commands() {
		command.GroupID, command.SuggestFor = groupOf[command.Name()], otherWords[command.Name()]
		explainArguments(command)
		for _, part := range command.Commands() {
			explainArguments(part)
		}
	}
}

// unknownCommand names commands that may be meant.
func unknownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	root.SuggestionsMinimumDistance = 2
	text := fmt.Sprintf("unknown command %q", args[0])
	if like := root.SuggestionsFor(args[0]); len(like) > 0 {
		text += ": did you mean " + strings.Join(like, " or ") + "?"
	}
	return errors.New(text + "\nkubectl incident --help lists all")
}

func explainArguments(command *cobra.Command) {
	check := command.Args
	if check == nil {
		return
	}
	command.Args = func(command *cobra.Command, args []string) error {
		err := check(command, args)
		if err == nil {
			return nil
		}
		problem := err.Error()
		if strings.HasPrefix(problem, "accepts ") || strings.HasPrefix(problem, "requires ") {
			problem = fmt.Sprintf("that is not how arguments are given here: %s", strings.Join(args, " "))
		}
		if len(args) == 0 {
			problem = "an argument is missing"
		}
		return fmt.Errorf("%s\nUsage: %s\n%s --help tells more", problem, command.UseLine(), command.CommandPath())
	}
}

// optionsCommand lists the flags that every command takes.
func (p *plugin) optionsCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "options",
		Short:   "List the flags that say which cluster, user and namespace",
		Example: `  kubectl incident options`,
		Args:    cobra.NoArgs,
		Run: func(command *cobra.Command, _ []string) {
			terminal.PrintLine(p.Out, "These flags of kubectl are taken by every command, behind the word incident:\n")
			terminal.PrintLine(p.Out, strings.TrimRight(command.Root().PersistentFlags().FlagUsages(), "\n"))
		},
	}
}
