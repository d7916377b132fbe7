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
	"strings"

	"github.com/spf13/cobra"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/classify"
)

func (p *plugin) classifyCommand() *cobra.Command {
	as := ""
	command := &cobra.Command{
		Use:               "classify [INCIDENT...] VERDICT[/DETERMINATION]",
		Short:             "Say what incidents turned out to be",
		ValidArgsFunction: complete.Args(p.orIncidents(classifications), p.determinationOrIncidents, p.incidentsOr(classifications)),
		Long: `Say what incidents turned out to be.

A verdict is NotSet, TruePositive, InformationalExpectedActivity or FalsePositive; a determination that fits it may stand
behind a slash. They stand behind the incidents or in front of them, or in --as. VERDICT DETERMINATION in two words works
too.`,
		Example: `  kubectl incident classify inc-1 inc-2 TruePositive/Malware

  # Everything that the scanner's test caused
  kubectl incident classify --as InformationalExpectedActivity/SecurityTesting --tag "Red team"

  # Take a verdict back
  kubectl incident classify inc-1 NotSet`,
	}
	command.Flags().StringVar(&as, "as", "", "what they turned out to be: VERDICT or VERDICT/DETERMINATION")
	complete.Flag(command, "as", classifications)
	return p.changeCommand(command, func(_ context.Context, args []string) (actions.Change, []string, error) {
		classification, names, err := takeClassification(as, command.Flags().Changed("as"), args)
		return actions.ClassifyAs(classification), names, err
	})
}

// takeClassification tells what is said from the incidents. Verdicts and determinations are closed sets, and no incident
// has an upper-case letter in its name.
func takeClassification(as string, changed bool, args []string) (v1alpha1.Classification, []string, error) {
	last := len(args) - 1
	switch {
	case changed:
		classification, err := classify.Split(as)
		return classification, args, err
	case last < 0:
		return v1alpha1.Classification{}, nil, errors.New("say as what: --as")
	case last > 0 && !isVerdict(args[0]) && isVerdict(args[last]):
		classification, err := classify.Split(args[last])
		return classification, args[:last], err
	case last > 1 && !isVerdict(args[0]) && isVerdict(args[last-1]):
		classification, err := classify.Parse(args[last-1], args[last])
		return classification, args[:last-1], err
	case last > 0 && isVerdict(args[last]):
		return v1alpha1.Classification{}, nil, fmt.Errorf("%s and %s may both be meant: say which by --as", args[0], args[last])
	case last > 0 && !strings.Contains(args[0], "/") && strings.ToLower(args[1]) != args[1]:
		classification, err := classify.Parse(args[0], args[1])
		return classification, args[2:], err
	}
	classification, err := classify.Split(args[0])
	return classification, args[1:], err
}

// isVerdict also says yes to a verdict with a determination that does not fit: that is meant as one.
func isVerdict(word string) bool {
	verdict, _, _ := strings.Cut(word, "/")
	_, err := classify.Parse(verdict, "")
	return err == nil
}
