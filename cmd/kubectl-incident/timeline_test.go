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
	"context"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

func TestTimelineFlags(t *testing.T) {
	live := newObject("Incident", "inc", uid, object{})
	objects := append(newLog(t, "inc", uid, 3), live)
	for name, test := range map[string]struct {
		args      []string
		code      int
		want, not string
	}{
		"the last":          {[]string{"inc", "--limit", "1"}, 0, "12:00:02Z   3 ", "12:00:01Z"},
		"more than all":     {[]string{"inc", "--limit", "9"}, 0, "12:00:00Z   1 ", "UID"},
		"json":              {[]string{"inc", "-o", "json"}, 0, `"kind": "List"`, "ENTRY"},
		"yaml, the last":    {[]string{"inc", "-o", "yaml", "--limit", "2"}, 0, "sequence: 2", "sequence: 1"},
		"negative":          {[]string{"inc", "--limit", "-1"}, 2, "--limit must not be negative", "ENTRY"},
		"table of no sort":  {[]string{"inc", "-o", "wide"}, 2, `--output must be json or yaml, is "wide"`, "ENTRY"},
		"follow what's not": {[]string{"other", "-f"}, 2, "has no activities", "ENTRY"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errOut := execute(t, "", newClient(objects...), append([]string{"timeline"}, test.args...)...)
			if code != test.code || !strings.Contains(out+errOut, test.want) || strings.Contains(out+errOut, test.not) {
				t.Errorf("got %d:\n%s%s", code, out, errOut)
			}
		})
	}
	_, kept, _ := execute(t, "", newClient(objects...), "timeline", "inc", "-o", "yaml")
	if code, out, errOut := execute(t, kept, nil, "verify", "-f", "-"); code != 0 {
		t.Errorf("a kept log is not intact: %d\n%s%s", code, out, errOut)
	}
}

func TestFollowShowsEachEntryOnceAndInOrder(t *testing.T) {
	const text = "seen\x1b too"
	log := newLog(t, "inc", uid, 5)
	spec := log[3]["spec"].(object)
	spec["type"], spec["comment"] = "Commented", object{"name": "c", "uid": "c", "text": text}
	seal(t, log)
	other := newLog(t, "inc", "1"+uid[1:], 1)

	var out bytes.Buffer
	p := newPlugin(genericiooptions.IOStreams{Out: &out})
	f := &follower{
		timelineOptions: &timelineOptions{plugin: p, follow: true}, namespace: "default", incident: "inc", uid: uid, pending: map[int64]object{},
		client: newClient(newObject("Comment", "c", "c", object{"text": text})), shown: 1,
	}
	f.columns.Measure(timelineHeader)
	watcher := watch.NewFakeWithChanSize(10, false)
	for _, entry := range []object{log[0], log[2], other[0], log[3], log[1], log[1], log[4]} {
		watcher.Add(&unstructured.Unstructured{Object: entry})
	}
	watcher.Delete(&unstructured.Unstructured{Object: log[0]})
	watcher.Stop()
	if err := f.watch(t.Context(), watcher); err != nil {
		t.Fatal(err)
	}
	want := `2026-01-31T12:00:01Z   2       alice   Renamed   renamed ` + "\U0001f600" + `
2026-01-31T12:00:02Z   3       alice   Renamed   renamed ` + "\U0001f600" + `
2026-01-31T12:00:03Z   4       alice   Commented   renamed ` + "\U0001f600" + `
    seen\x1b too
2026-01-31T12:00:04Z   5       alice   Renamed     renamed ` + "\U0001f600" + "\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestFollowEndsWhenItIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	objects := append(newLog(t, "inc", uid, 1), newObject("Incident", "inc", uid, object{}))
	var out bytes.Buffer
	f := &follower{timelineOptions: &timelineOptions{plugin: newPlugin(genericiooptions.IOStreams{Out: &out})}, client: newClient(objects...), uid: uid}
	if err := f.run(ctx, nil); err != nil || out.Len() > 0 {
		t.Errorf("got %v, %s", err, out.String())
	}
}
