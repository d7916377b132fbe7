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
	"bytes"
	"errors"
	"testing"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/incident-operator/incident-operator/internal/actions"
)

// TestAccount prints what is done on one stream and what is not on the other, without what moves the cursor.
func TestAccount(t *testing.T) {
	var out, errOut bytes.Buffer
	a := &account{
		plugin: newPlugin(genericiooptions.IOStreams{Out: &out, ErrOut: &errOut}),
		tasks:  []task{{title: "a"}, {title: "b"}, {title: "c"}, {title: "d"}, {title: "e"}, {title: "f"}},
		counts: map[actions.Ending]int{},
	}
	for i, result := range []actions.Result{
		{Ending: actions.Unchanged},
		{Ending: actions.Changed, Done: "done"},
		{Ending: actions.Failed, Err: errors.New("no\x1b")},
		{Ending: actions.NotSelected},
		{Ending: actions.NotBegun},
		{Ending: actions.Interrupted},
	} {
		a.tell(i, result)
	}
	if a.sum() {
		t.Error("it is complete")
	}
	if want := "a unchanged\nb done\nd no longer selected\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
	const want = "c: no\\x1b\nf: interrupted: it may be done or not\n" +
		"1 changed, 1 unchanged, 1 no longer selected, 1 failed, 1 interrupted, 1 not begun.\n"
	if errOut.String() != want {
		t.Errorf("got %q, want %q", errOut.String(), want)
	}
}
