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
	"maps"
	"slices"
	"strings"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
)

// askAbove is how many objects are changed without a question.
const askAbove = 10

// confirm asks before many objects are changed. Alerts that follow count as well, unless people named the incidents.
func (b *bulkFlags) confirm(ctx context.Context, p *plugin, tasks []task) error {
	number := len(tasks)
	if !b.named {
		for _, t := range tasks {
			number += t.reaches
		}
	}
	if b.yes || number <= askAbove {
		return nil
	}
	if !p.onTerminal() {
		return fmt.Errorf("this would change %s: say --yes, or look first with --dry-run", extentOf(tasks))
	}
	return p.ask(ctx, "This changes "+extentOf(tasks)+". Go on? [y/N] ")
}

// extentOf says how many objects are changed, such as "12 incidents and 345 alerts of theirs".
func extentOf(tasks []task) string {
	kinds, reached := map[string]int{}, 0
	for _, t := range tasks {
		kind, _, _ := strings.Cut(t.title, "/")
		kinds[kind]++
		reached += t.reaches
	}
	var said []string
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		said = append(said, counting(kinds[kind], kind))
	}
	if reached > 0 {
		said = append(said, counting(reached, "alert")+" of theirs")
	}
	return strings.Join(said, " and ")
}

// counting is a number with its noun.
func counting(number int, noun string) string {
	if number != 1 {
		noun += "s"
	}
	return grouped(number) + " " + noun
}

// errNothingChanged is for a question that was not answered with yes.
var errNothingChanged = errors.New("nothing was changed")

// ask fails unless the user answers yes.
func (p *plugin) ask(ctx context.Context, question string) error {
	answer, err := p.answer(ctx, question)
	if err == nil && answer != "y" && answer != "yes" {
		err = errNothingChanged
	}
	return err
}

// answer is what the user answers, in lower case.
func (p *plugin) answer(ctx context.Context, question string) (string, error) {
	_, _ = fmt.Fprint(p.ErrOut, question)
	answer, err := terminal.ReadAnswer(ctx, p.In)
	if ctx.Err() != nil {
		terminal.PrintLine(p.ErrOut, "")
		return "", errors.New("interrupted: nothing was changed")
	}
	if err != nil {
		return "", fmt.Errorf("reading the answer: %w: nothing was changed", err)
	}
	return answer, nil
}
