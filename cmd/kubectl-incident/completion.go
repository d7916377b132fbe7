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
	_ "embed"
	"fmt"

	"github.com/spf13/cobra"
)

// bashFunctions stand in for the package bash-completion, without which bash says only that a command was not found.
//
//go:embed completion.bash
var bashFunctions string

func (p *plugin) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion (bash | zsh | fish | powershell)",
		Short: "Print what makes a shell complete commands, incidents, tags and users",
		Long: `Print what makes a shell complete commands, incidents, tags and users of kubectl-incident, with a dash. With a space,
kubectl incident is completed where kubectl's own completion is on.

That of bash works without the package bash-completion. It also gives kubectl's own completion the functions that this
needs of that package.`,
		Example: `  source <(kubectl incident completion bash)`,
		Args:    cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []cobra.Completion{
			"bash", "zsh", "fish", "powershell",
		},
		RunE: func(command *cobra.Command, args []string) error {
			root := command.Root()
			// The functions of a shell bear the name of the program, which has no space.
			delete(root.Annotations, cobra.CommandDisplayNameAnnotation)
			switch args[0] {
			case "bash":
				if _, err := fmt.Fprint(p.Out, bashFunctions); err != nil {
					return err
				}
				return root.GenBashCompletionV2(p.Out, true)
			case "zsh":
				return root.GenZshCompletion(p.Out)
			case "fish":
				return root.GenFishCompletion(p.Out, true)
			}
			return root.GenPowerShellCompletionWithDesc(p.Out)
		},
	}
}
