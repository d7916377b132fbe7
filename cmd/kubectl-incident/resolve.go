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
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/classify"
)

func (p *plugin) resolveCommand() *cobra.Command {
	var note, verdict string
	command := &cobra.Command{
		Use:               "resolve [INCIDENT...]",
		Short:             "Resolve incidents, and with them their alerts",
		ValidArgsFunction: p.completeArgs(openIncidents),
		Example: `  # See first what it would change, on each alert too
  kubectl incident resolve inc-1 --dry-run

  kubectl incident resolve inc-1 --note "re-imaged the host" --classify TruePositive/Malware

  # All that a test caused
  kubectl incident resolve --tag "Red team" --classify InformationalExpectedActivity/SecurityTesting`,
	}
	command.Flags().StringVar(&note, "note", "", "why they are resolved")
	command.Flags().StringVar(&verdict, "classify", "", "what they turned out to be: VERDICT or VERDICT/DETERMINATION")
	return p.changeCommand(command, func(_ context.Context, names []string) (change, []string, error) {
		if err := atMost("the note", note, maxNote); err != nil {
			return change{}, nil, err
		}
		c := change{done: "resolved", apply: func(incident *v1alpha1.Incident) error {
			resolve(incident, note)
			return nil
		}}
		if verdict == "" {
			return c, names, nil
		}
		classification, err := classify.Split(verdict)
		if err != nil {
			err = fmt.Errorf("--classify: %w", err)
		}
		return both(c, classifyAs(classification)), names, err
	})
}

// resolve keeps the note that is there where no other is given.
func resolve(incident *v1alpha1.Incident, note string) {
	incident.Spec.Resolution.State = v1alpha1.ResolutionResolved
	if note != "" {
		incident.Spec.Resolution.Note = note
	}
}

// both makes two changes in one request.
func both(first, second change) change {
	return change{
		done: first.done + ", " + second.done,
		apply: func(incident *v1alpha1.Incident) error {
			return errors.Join(first.apply(incident), second.apply(incident))
		},
	}
}

func (p *plugin) startCommand() *cobra.Command {
	return p.changeCommand(&cobra.Command{
		Use:               "start [INCIDENT...]",
		Short:             "Say that work on incidents is in progress",
		ValidArgsFunction: p.completeArgs(openIncidents),
		Example: `  kubectl incident start inc-1

  # All of yours
  kubectl incident start --mine`,
	}, func(_ context.Context, names []string) (change, []string, error) {
		return change{done: "in progress", apply: func(incident *v1alpha1.Incident) error {
			leaveResolved(incident)
			incident.Spec.Resolution.State = v1alpha1.ResolutionInProgress
			return nil
		}}, names, nil
	})
}

func (p *plugin) reopenCommand() *cobra.Command {
	return p.changeCommand(&cobra.Command{
		Use:               "reopen [INCIDENT...]",
		Short:             "Open resolved incidents again; alerts become what they were before",
		ValidArgsFunction: p.completeArgs(resolvedIncidents),
		Example: `  kubectl incident reopen inc-1

  # The queue leaves out what is resolved, so ask for it
  kubectl incident reopen --state Resolved --tag "Red team"`,
	}, func(_ context.Context, names []string) (change, []string, error) {
		return change{done: "re-opened", apply: func(incident *v1alpha1.Incident) error {
			leaveResolved(incident)
			return nil
		}}, names, nil
	})
}

// leaveResolved makes a resolved incident active. The note goes too: it says why the incident was resolved.
func leaveResolved(incident *v1alpha1.Incident) {
	if incident.Spec.Resolution.State == v1alpha1.ResolutionResolved {
		incident.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionActive}
	}
}

// The bounds of texts, in characters, as the API has them.
const (
	maxName        = 256
	maxTag         = 128
	maxTags        = 64
	maxNote        = 4096
	maxDescription = 5000
	maxComment     = 30_000
	// maxReason is what the log keeps whole of why alerts were moved: of more, nobody could read it there.
	maxReason = 256
)

func atMost(what, text string, bound int) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("%s is not valid UTF-8", what)
	}
	if length := utf8.RuneCountInString(text); length > bound {
		return fmt.Errorf("%s has %d characters: at most %d fit", what, length, bound)
	}
	return nil
}
