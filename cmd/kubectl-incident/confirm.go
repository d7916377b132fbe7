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

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
)

// askAbove is how many objects are changed without a question.
const askAbove = 10

// confirm asks before many objects are changed.
func (b *bulkFlags) confirm(ctx context.Context, p *plugin, number int) error {
	if b.yes || number <= askAbove {
		return nil
	}
	if !p.onTerminal() {
		return fmt.Errorf("this would change %d objects: say --yes, or look first with --dry-run", number)
	}
	_, _ = fmt.Fprintf(p.ErrOut, "This changes %d objects. Go on? [y/N] ", number)
	answer, err := terminal.ReadAnswer(ctx, p.In)
	if ctx.Err() != nil {
		terminal.PrintLine(p.ErrOut, "")
		return errors.New("interrupted: nothing was changed")
	}
	if err != nil {
		return fmt.Errorf("reading the answer: %w: nothing was changed", err)
	}
	if answer != "y" && answer != "yes" {
		return errors.New("nothing was changed")
	}
	return nil
}
