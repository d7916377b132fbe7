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

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// owner is the user who was typed: "me" and "@me" are whoever asks. One who owns no incident yet is warned of, since it may
// be a slip of the pen: any name is taken, and alerts would wait for somebody who is not there.
func (p *plugin) owner(ctx context.Context, typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return "", nil
	}
	_, c, err := p.cluster()
	if err != nil {
		return "", err
	}
	if typed == "me" || typed == "@me" {
		return actions.WhoAmI(ctx, c)
	}
	if err := actions.AtMost("the user", typed, actions.MaxName); err != nil {
		return "", err
	}
	p.warnOfStranger(ctx, typed)
	return typed, nil
}

// warnOfStranger says nothing if it cannot find out: the warning is a help, and no check.
func (p *plugin) warnOfStranger(ctx context.Context, owner string) {
	namespace, err := p.namespace()
	if err != nil {
		return
	}
	known, err := p.known().Incidents(ctx, namespace)
	if err != nil {
		return
	}
	seen := map[string]bool{}
	for i := range known {
		seen[known[i].Assignee] = true
	}
	if me, err := p.myself(ctx); err == nil {
		seen[me] = true
	}
	delete(seen, "")
	if seen[owner] {
		return
	}
	warning := fmt.Sprintf("Warning: %s owns no incident in the namespace %s so far", owner, namespace)
	if nearest := input.Nearest(owner, seen); nearest != "" {
		warning += "; did you mean " + nearest + "?"
	}
	terminal.PrintLine(p.ErrOut, terminal.Escape(warning))
}
