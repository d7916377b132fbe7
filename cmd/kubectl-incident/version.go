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

func (p *plugin) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version of the plugin",
		Example: `  kubectl incident version`,
		Args:    cobra.NoArgs,
		Run: func(*cobra.Command, []string) {
			terminal.PrintLine(p.Out, version)
		},
	}
}
