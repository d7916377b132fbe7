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
	"strings"
	"testing"
)

func TestUnknownCommands(t *testing.T) {
	c := newCluster(t)
	for typed, want := range map[string]string{
		"close":   `unknown command "close": did you mean resolve?`,
		"ack":     `unknown command "ack": did you mean take?`,
		"history": "did you mean timeline?",
		"assgin":  "did you mean assign?",
		"zebra":   "unknown command \"zebra\"\n  kubectl incident --help lists all",
	} {
		c.refused(exitFailed, want, typed, "inc-1")
		c.refused(exitFailed, want, typed, "inc-1", "--note", "x")
	}
}

// TestMissingArguments says how the command is used.
func TestMissingArguments(t *testing.T) {
	c := newCluster(t)
	c.refused(exitFailed, "an argument is missing\n  Usage: kubectl incident timeline INCIDENT", "timeline")
	c.refused(exitFailed, "an argument is missing\n  Usage: kubectl incident comment INCIDENT [TEXT]", "comment")
	c.refused(exitFailed, "not how arguments are given here: a b c\n  Usage: kubectl incident comment", "comment", "a", "b", "c")
	c.refused(exitFailed, "an argument is missing\n  Usage: kubectl incident create alert NAME", "create", "alert")
	c.refused(exitFailed, "say to whom: --to", "assign")
	c.refused(exitFailed, "say which tags: --add", "tag")
	c.refused(exitFailed, "say as what: --as", "classify")
}

// TestHelp has every command in a group, and the flags of kubectl apart.
func TestHelp(t *testing.T) {
	c := newCluster(t)
	out := c.done("--help")
	for _, want := range []string{"\nWork on incidents:\n", "\n  resolve ", "kubectl incident options lists them"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if strings.Contains(out, "certificate-authority") || strings.Contains(c.done("take", "--help"), "certificate-authority") {
		t.Error("the flags of kubectl are among those of the command")
	}
	if !strings.Contains(c.done("options"), "certificate-authority") {
		t.Error("nothing lists the flags of kubectl")
	}
	p := newPlugin(c.streams())
	for _, command := range p.command().Commands() {
		if command.GroupID == "" {
			t.Errorf("%s is in no group", command.Name())
		}
	}
}
