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
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// computed stands for the severity that the operator computes from the alerts.
const computed = "computed"

var severities = []v1alpha1.Severity{
	v1alpha1.SeverityInformational, v1alpha1.SeverityLow, v1alpha1.SeverityMedium, v1alpha1.SeverityHigh, v1alpha1.SeverityCritical,
}

func (p *plugin) severityCommand() *cobra.Command {
	return p.changeCommand(&cobra.Command{
		Use:               "severity (Informational | Low | Medium | High | Critical | computed) [INCIDENT...]",
		Short:             "Pin the severity of incidents, or let it follow their alerts again",
		ValidArgsFunction: p.completeArgs(words(append(severities, computed)...), openIncidents),
		Args:              cobra.MinimumNArgs(1),
		Example: `  kubectl incident severity Critical inc-1

  # The highest severity among the alerts again
  kubectl incident severity computed inc-1`,
	}, func(_ context.Context, args []string) (change, []string, error) {
		severity, err := parseSeverity(args[0])
		done := "severity set to " + string(severity)
		if severity == "" {
			done = "severity computed from its alerts"
		}
		return change{done: done, apply: func(incident *v1alpha1.Incident) error {
			incident.Spec.Severity = severity
			return nil
		}}, args[1:], err
	})
}

// parseSeverity returns an empty severity for the computed one.
func parseSeverity(text string) (v1alpha1.Severity, error) {
	if strings.EqualFold(text, computed) {
		return "", nil
	}
	for _, severity := range severities {
		if strings.EqualFold(text, string(severity)) {
			return severity, nil
		}
	}
	return "", fmt.Errorf("severity must be Informational, Low, Medium, High, Critical or %s, is %q", computed, text)
}
