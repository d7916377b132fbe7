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
	"github.com/spf13/cobra"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
)

// paged has a command show what it prints in the user's pager, unless it goes on printing until Ctrl-C.
func (p *plugin) paged(command *cobra.Command, endless *bool) *cobra.Command {
	run := command.RunE
	atOnce := command.Flags().Bool("no-pager", false, "print all at once, also on a terminal")
	command.RunE = func(command *cobra.Command, args []string) error {
		if *atOnce || *endless {
			return run(command, args)
		}
		defer terminal.Page(p.Out)()
		return run(command, args)
	}
	return command
}
