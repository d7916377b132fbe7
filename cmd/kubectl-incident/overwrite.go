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

	"github.com/spf13/pflag"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// overwriteFlags say what becomes of incidents that are not as the user thinks.
type overwriteFlags struct{ force, followMerged bool }

func (f *overwriteFlags) addTo(flags *pflag.FlagSet) {
	flags.BoolVar(&f.force, "force", false, "also replace what somebody else set meanwhile, and take over what somebody else has")
	followVar(flags, &f.followMerged)
}

func followVar(flags *pflag.FlagSet, follow *bool) {
	flags.BoolVar(follow, "follow", false, "of an incident that was merged into another, work on that one")
}

// redirected returns the incidents to work on: with --follow, in place of merged ones those that they were merged into, each
// once. Without it, merged ones that people named are refused one by one later; those that only a filter selects are left
// out, and the user is told.
func (f *overwriteFlags) redirected(ctx context.Context, c client.Client, p *plugin, incidents []v1alpha1.Incident, named bool) ([]v1alpha1.Incident, error) {
	if named && !f.followMerged {
		return incidents, nil
	}
	var kept []v1alpha1.Incident
	seen, left := map[string]bool{}, 0
	for i := range incidents {
		into, err := actions.Follow(ctx, c, &incidents[i])
		switch {
		case err != nil:
			return nil, err
		case into != &incidents[i] && !f.followMerged:
			left++
		case !seen[actions.KeyOf(into)]:
			seen[actions.KeyOf(into)] = true
			kept = append(kept, *into)
		}
	}
	if left > 0 {
		terminal.PrintLine(p.ErrOut, fmt.Sprintf("Left out: %s that were merged; --follow works on what they were merged into.", counting(left, "incident")))
	}
	return kept, nil
}

// meant is the one incident to work on: work on one that was merged into another would reach nobody.
func (p *plugin) meant(ctx context.Context, c client.Reader, incident *v1alpha1.Incident, follow bool) (*v1alpha1.Incident, error) {
	if follow {
		return actions.Follow(ctx, c, incident)
	}
	err := actions.RefuseRedirected(ctx, c, incident)
	if _, refused := errors.AsType[*actions.RedirectedError](err); refused {
		err = p.refuse("incident/" + incident.Name + ": " + err.Error() + advice(err))
	}
	return incident, err
}

// advice says which flag goes on in spite of an error; empty if none does.
func advice(err error) string {
	if conflict, ok := errors.AsType[*actions.ConflictError](err); ok {
		if conflict.TakesOver() {
			return "; --force takes it over"
		}
		return "; --force replaces it"
	}
	if _, ok := errors.AsType[*actions.RedirectedError](err); ok {
		return ", or say --follow"
	}
	return ""
}

// before says what was there before a change, in parentheses; empty if there was nothing.
func before(replaced []actions.Difference) string {
	if len(replaced) == 0 {
		return ""
	}
	return " (" + actions.WasText(replaced) + ")"
}
