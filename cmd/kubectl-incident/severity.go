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
	"slices"

	"github.com/spf13/cobra"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/classify"
)

func (p *plugin) severityCommand() *cobra.Command {
	return p.changeCommand(&cobra.Command{
		Use:               "severity (Informational | Low | Medium | High | Critical | computed) [INCIDENT...]",
		Short:             "Pin the severity of incidents, or let it follow their alerts again",
		ValidArgsFunction: complete.Args(complete.Words(append(slices.Clone(classify.Severities), classify.Computed)...), p.openIncidents),
		Args:              cobra.MinimumNArgs(1),
		Example: `  kubectl incident severity Critical inc-1

  # The highest severity among the alerts again
  kubectl incident severity computed inc-1`,
	}, func(_ context.Context, args []string) (actions.Change, []string, error) {
		severity, err := classify.ParseSeverity(args[0])
		return actions.SetSeverity(severity), args[1:], err
	})
}
