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
	"time"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// slowAfter is after how long a wait says what to look at; tests take less.
var slowAfter = 10 * time.Second

// waiting waits, and after a while says what to look at.
func (p *plugin) waiting(ctx context.Context, bar *terminal.Bar, wait func() []error) []error {
	ended, told := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(told)
		timer := time.NewTimer(slowAfter)
		defer timer.Stop()
		select {
		case <-ended:
		case <-ctx.Done():
		case <-timer.C:
			hint := p.whyItTakesLong(ctx)
			bar.End()
			terminal.PrintLine(p.ErrOut, terminal.Escape(hint))
		}
	}()
	problems := wait()
	close(ended)
	<-told
	return problems
}

// whyItTakesLong says whether the operator is there, as far as the user may know.
func (p *plugin) whyItTakesLong(ctx context.Context) string {
	const more = " kubectl incident status tells more."
	_, c, err := p.cluster()
	if err != nil {
		return "Still waiting." + more
	}
	now := time.Now()
	state, err := actions.LookAtOperator(ctx, c, operatorNamespace, now)
	switch {
	case err != nil:
		return "Still waiting, and whether the operator is alive is not known here." + more
	case state.Alive:
		return "Still waiting, though the operator is alive: it may have many alerts to change." + more
	default:
		return "Still waiting, and the operator is not alive: " + livenessText(state, now) + ". Alerts follow once it runs again." + more
	}
}
