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

package alert

import (
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

func TestPatchedAlertIsAwaitedUntilTheWatchBringsIt(t *testing.T) {
	one, two := client.ObjectKey{Namespace: "soc", Name: "a-1"}, client.ObjectKey{Namespace: "soc", Name: "a-2"}
	type ask struct {
		alert   client.ObjectKey
		version string
		want    bool
	}
	for name, row := range map[string]struct {
		do   func(*echoes)
		asks []ask
	}{
		"nothing was patched": {func(*echoes) {}, []ask{{one, "7", false}}},
		"the old version, again and again, but of this alert only": {
			func(e *echoes) { e.await(one, "7", "8") }, []ask{{one, "7", true}, {one, "7", true}, {two, "7", false}},
		},
		"the new version, and then one that is like the old": {
			func(e *echoes) { e.await(one, "7", "8") }, []ask{{one, "8", false}, {one, "7", false}},
		},
		"somebody else's version":      {func(e *echoes) { e.await(one, "7", "8") }, []ask{{one, "9", false}}},
		"a patch that changed nothing": {func(e *echoes) { e.await(one, "7", "7") }, []ask{{one, "7", false}}},
		"a second patch":               {func(e *echoes) { e.await(one, "7", "8"); e.await(one, "8", "9") }, []ask{{one, "8", true}, {one, "9", false}}},
		"an alert that is gone":        {func(e *echoes) { e.await(one, "7", "8"); e.forget(one) }, []ask{{one, "7", false}}},
	} {
		t.Run(name, func(t *testing.T) {
			e := &echoes{}
			row.do(e)
			for i, ask := range row.asks {
				if got := e.isAwaited(ask.alert, ask.version); got != ask.want {
					t.Errorf("question %d, for version %s of %s: %t, want %t", i+1, ask.version, ask.alert.Name, got, ask.want)
				}
			}
		})
	}
}
