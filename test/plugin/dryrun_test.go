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

package plugin

import (
	"fmt"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/preview"
)

// byPlugin is how many of the states the plugin itself acts on, all kinds of actions in turn.
const byPlugin = 6 * actionKinds

// rehearsed is what the plugin printed of a command that it was not to do yet.
type rehearsed struct {
	args   []string
	code   int
	output string
}

// rehearse runs the commands of the first states with --dry-run, before anything is done.
func (w *world) rehearse(before seen) []rehearsed {
	GinkgoHelper()
	all := make([]rehearsed, byPlugin)
	sideBySide(len(all), commandsAtOnce, func(i int) {
		if args := w.command(i, before); args != nil {
			code, output := runPlugin(w.ctx, w.namespace, "alice", append(args, "--dry-run")...)
			all[i] = rehearsed{args: args, code: code, output: output}
		}
	})
	return all
}

// command is what act does as a command of the plugin; nil where there is no alert to move.
func (w *world) command(i int, before seen) []string {
	switch i % actionKinds {
	case 0:
		return []string{"resolve", source(i)}
	case 1:
		if who := w.assignee(i); who != "" {
			return []string{"assign", who, source(i)}
		}
		return []string{"unassign", source(i)}
	case 2:
		args := []string{"move"}
		for _, alert := range w.moved(i, before.of(source(i))) {
			args = append(args, alert.Name)
		}
		if len(args) == 1 {
			return nil
		}
		if to := w.destination(i, before.incidents[target(i)]); to != nil {
			return append(args, "--to", to.Name)
		}
		return append(args, "--unlink")
	default:
		return []string{"merge", source(i), "--into", target(i)}
	}
}

// perform runs the same commands for real. They must end as their rehearsals did. Each is about incidents of its own.
func (w *world) perform(all []rehearsed) {
	GinkgoHelper()
	sideBySide(len(all), commandsAtOnce, func(i int) {
		one := all[i]
		if one.args == nil {
			return
		}
		code, output := runPlugin(w.ctx, w.namespace, "alice", append(one.args, "--yes")...)
		Expect(code).To(Equal(one.code), "%v:\n%s\nin the rehearsal:\n%s", one.args, output, one.output)
	})
}

// expectPrinted compares what was printed with what happened, alert by alert. What is not printed must stay as it was.
func (w *world) expectPrinted(before, after seen, all []rehearsed) {
	GinkgoHelper()
	performed, lines := 0, 0
	for i, one := range all {
		if one.args == nil {
			continue
		}
		performed++
		said := alertLines(one.output)
		for _, alert := range before.of(source(i)) {
			want, err := applied(triageOf(&alert), said[alert.Name])
			Expect(err).NotTo(HaveOccurred(), one.output)
			Expect(triageOf(after.alerts[alert.Name])).To(Equal(want), "%s of the seed %d: %v printed\n%s",
				alert.Name, GinkgoRandomSeed(), one.args, one.output)
			delete(said, alert.Name)
		}
		Expect(said).To(BeEmpty(), "alerts of others are not told of")
		lines += strings.Count(one.output, " → ")
	}
	Expect(performed).To(BeNumerically(">=", 20))
	Expect(lines).To(BeNumerically(">", 10), "the commands must be such that something happens")
}

var alertLine = regexp.MustCompile(`(?m)^ *alert/([^\s:]+):? +(.*)$`)

// alertLines are what is printed of each alert.
func alertLines(output string) map[string]string {
	said := map[string]string{}
	for _, match := range alertLine.FindAllStringSubmatch(output, -1) {
		said[match[1]] = match[2]
	}
	return said
}

// applied is what an alert says after what is said of it, such as "assignee: none → bob; state: Active → Resolved".
func applied(triage preview.Triage, said string) (preview.Triage, error) {
	if said == "" || said == "unchanged" {
		return triage, nil
	}
	for change := range strings.SplitSeq(said, "; ") {
		field, values, _ := strings.Cut(change, ": ")
		from, to, _ := strings.Cut(values, " → ")
		state := string(triage.State)
		value, known := map[string]*string{"incident": &triage.Incident, "assignee": &triage.Assignee, "state": &state}[field]
		if !known || *value != noneAsEmpty(from) {
			return triage, fmt.Errorf("%q is not a change of %+v", change, triage)
		}
		*value = noneAsEmpty(to)
		triage.State = v1alpha1.ResolutionState(state)
	}
	return triage, nil
}

func noneAsEmpty(text string) string {
	if text == "none" {
		return ""
	}
	return text
}
