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
	"strings"

	"github.com/spf13/cobra"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/classify"
)

func (p *plugin) classifyCommand() *cobra.Command {
	return p.changeCommand(&cobra.Command{
		Use:               "classify VERDICT [DETERMINATION] [INCIDENT...]",
		Short:             "Say what incidents turned out to be",
		ValidArgsFunction: complete.Args(classifications, p.determinationOrIncidents, p.openIncidents),
		Long: `Say what incidents turned out to be.

A verdict is NotSet, TruePositive, InformationalExpectedActivity or FalsePositive. The second argument is a determination
where it has an upper-case letter, which no incident has in its name. VERDICT/DETERMINATION in one word works too.`,
		Args: cobra.MinimumNArgs(1),
		Example: `  kubectl incident classify TruePositive Malware inc-1 inc-2

  # Everything that the scanner's test caused
  kubectl incident classify InformationalExpectedActivity SecurityTesting --tag "Red team"

  # Take a verdict back
  kubectl incident classify NotSet inc-1`,
	}, func(_ context.Context, args []string) (actions.Change, []string, error) {
		classification, names, err := takeClassification(args)
		return actions.ClassifyAs(classification), names, err
	})
}

func takeClassification(args []string) (v1alpha1.Classification, []string, error) {
	if strings.Contains(args[0], "/") {
		classification, err := classify.Split(args[0])
		return classification, args[1:], err
	}
	if len(args) > 1 && strings.ToLower(args[1]) != args[1] {
		classification, err := classify.Parse(args[0], args[1])
		return classification, args[2:], err
	}
	classification, err := classify.Parse(args[0], "")
	return classification, args[1:], err
}
