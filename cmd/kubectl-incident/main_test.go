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
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/dynamic"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	clienttesting "k8s.io/client-go/testing"
	"sigs.k8s.io/yaml"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

const uid = "0f5d1e52-1111-4222-8333-444455556666"

type object = map[string]any

func newLog(t *testing.T, incident, uid string, length int) []object {
	t.Helper()
	var log []object
	for i := range length {
		sequence := int64(i) + 1
		spec := object{
			"incidentRef": object{"name": incident, "uid": uid},
			"sequence":    sequence,
			"time":        fmt.Sprintf("2026-01-31T12:00:%02dZ", i),
			"actor":       "alice",
			"actorKind":   "User",
			"type":        "Renamed",
			"summary":     "renamed \U0001f600",
			"after":       object{"generation": sequence, "resourceVersion": "7"},
		}
		log = append(log, object{
			"apiVersion": v1alpha1.GroupVersion.String(),
			"kind":       "Activity",
			"metadata": object{
				"name":      activity.Name(v1alpha1.ActivityIncident{Name: incident, UID: uid}, sequence),
				"namespace": "default",
			},
			"spec": spec,
		})
	}
	return seal(t, log)
}

func seal(t *testing.T, log []object) []object {
	t.Helper()
	previous := ""
	for _, entry := range log {
		spec := entry["spec"].(object)
		if previous != "" {
			spec["previousHash"] = previous
		}
		hash, err := activity.Hash(spec)
		if err != nil {
			t.Fatal(err)
		}
		spec["hash"], previous = hash, hash
	}
	return log
}

func asYAML(t *testing.T, log []object) string {
	t.Helper()
	var text strings.Builder
	for _, entry := range log {
		encoded, err := yaml.Marshal(entry)
		if err != nil {
			t.Fatal(err)
		}
		text.WriteString("---\n" + string(encoded))
	}
	return text.String()
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// execute runs the command as main does.
func execute(t *testing.T, stdin string, client dynamic.Interface, args ...string) (int, string, string) {
	t.Helper()
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	var out, errOut bytes.Buffer
	p := newPlugin(genericiooptions.IOStreams{In: strings.NewReader(stdin), Out: &out, ErrOut: &errOut})
	if client != nil {
		p.connect = func() (dynamic.Interface, error) { return client, nil }
	}
	code := p.run(t.Context(), args)
	return code, out.String(), errOut.String()
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestVerifyFiles(t *testing.T) {
	log := newLog(t, "inc", uid, 3)
	inYAML := asYAML(t, log)
	escaped := strings.ReplaceAll(asJSON(t, log[0]), "\U0001f600", `\ud83d\ude00`)
	tests := map[string]struct {
		input string
		args  []string
		code  int
		want  string
	}{
		"YAML":              {inYAML, nil, 0, "intact"},
		"JSON objects":      {escaped + "\n" + asJSON(t, log[1]) + asJSON(t, log[2]), nil, 0, "intact"},
		"JSON list":         {asJSON(t, object{"kind": "List", "items": log}), nil, 0, "intact"},
		"comments alone":    {"# nothing\n", nil, 0, "No activities found."},
		"named":             {inYAML, []string{"inc"}, 0, "intact"},
		"named, absent":     {inYAML, []string{"other"}, 1, "other: has no activity log here"},
		"changed":           {strings.Replace(inYAML, "alice", "bob", 1), nil, 1, "entry 1 was changed"},
		"removed":           {asYAML(t, log[1:]), nil, 1, "entry 1 is missing"},
		"stray":             {"kind: \"A\\e[31m\"\n", nil, 1, `kind is "A\x1b[31m", not "Activity"`},
		"duplicate in YAML": {"kind: A\nkind: B\n", nil, 2, `key "kind" already set`},
		"duplicate in JSON": {`{"kind":"A","kind":"B"}`, nil, 2, `duplicate field "kind"`},
		"hidden document":   {"kind: A\n--- # more\nkind: B\n", nil, 2, "must hold nothing else"},
		"not an object":     {"- 1\n", nil, 2, "document 1:"},
		"cut JSON":          {`{"kind":`, nil, 2, "unexpected EOF"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			code, out, errOut := execute(t, test.input, nil, append([]string{"verify", "-f", "-"}, test.args...)...)
			if code != test.code || !strings.Contains(out+errOut, test.want) {
				t.Errorf("got %d, want %d with %q:\n%s%s", code, test.code, test.want, out, errOut)
			}
			if strings.Contains(out+errOut, "\x1b") {
				t.Error("the output holds an escape character")
			}
		})
	}
}

func TestVerifyKeptHeads(t *testing.T) {
	log := newLog(t, "inc", uid, 3)
	whole := writeFile(t, asYAML(t, log))
	code, heads, errOut := execute(t, "", nil, "verify", "-f", whole, "-o", "heads")
	want := fmt.Sprintf("default inc %s 3 %s\n", uid, log[2]["spec"].(object)["hash"])
	if code != 0 || heads != want {
		t.Fatalf("got %d, %q, %q; want %q", code, heads, errOut, want)
	}
	kept := writeFile(t, "# kept\n\n"+heads)
	for name, test := range map[string]struct {
		log  []object
		code int
		want string
	}{
		"the same": {log, 0, "intact"},
		"grown":    {newLog(t, "inc", uid, 4), 0, "intact"},
		"cut":      {log[:2], 1, "the log ends at 2, but a head of entry 3 was kept"},
		"gone":     {newLog(t, "other", uid, 1), 1, "the log is not there, but a head of entry 3 was kept"},
		"anew": {func() []object {
			forged := newLog(t, "inc", uid, 3)
			forged[0]["spec"].(object)["actor"] = "bob"
			return seal(t, forged)
		}(), 1, "entry 3 is not the one whose head was kept"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errOut := execute(t, "", nil, "verify", "-f", writeFile(t, asYAML(t, test.log)), "--heads", kept)
			if code != test.code || !strings.Contains(out, test.want) {
				t.Errorf("got %d, want %d with %q:\n%s%s", code, test.code, test.want, out, errOut)
			}
		})
	}
}

func TestUsage(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		code int
		want string
	}{
		"help":           {nil, 0, "verify"},
		"no such":        {[]string{"nonsense"}, 2, `unknown command "nonsense"`},
		"no such flag":   {[]string{"verify", "--nonsense"}, 2, "unknown flag: --nonsense"},
		"output":         {[]string{"verify", "-o", "xml"}, 2, `--output is "xml"`},
		"no file":        {[]string{"verify", "-f", "/none"}, 2, "/none: no such file"},
		"both":           {[]string{"verify", "-n", "a", "-A"}, 2, "exclude each other"},
		"bad heads":      {[]string{"verify", "-f", "-", "--heads", writeFile(t, "a b")}, 2, "line 1: want <namespace>"},
		"bad sequence":   {[]string{"verify", "-f", "-", "--heads", writeFile(t, "a b c 0 d")}, 2, `entries is "0"`},
		"bad hash":       {[]string{"verify", "-f", "-", "--heads", writeFile(t, "a b c 1 d")}, 2, `hash is "d"`},
		"no incident":    {[]string{"timeline"}, 2, "Usage: kubectl incident timeline INCIDENT"},
		"empty incident": {[]string{"timeline", ""}, 2, "name of the incident is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errOut := execute(t, "", nil, test.args...)
			if code != test.code || !strings.Contains(out+errOut, test.want) {
				t.Errorf("got %d, want %d with %q:\n%s%s", code, test.code, test.want, out, errOut)
			}
		})
	}
}

func newClient(objects ...object) dynamic.Interface {
	var stored []runtime.Object
	for _, object := range objects {
		stored = append(stored, &unstructured.Unstructured{Object: object})
	}
	kinds := map[schema.GroupVersionResource]string{}
	for resource, kind := range map[string]string{"incidents": "Incident", "activities": "Activity", "comments": "Comment"} {
		kinds[v1alpha1.GroupVersion.WithResource(resource)] = kind + "List"
	}
	client := dynamicfake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), kinds, stored...)
	client.PrependReactor("list", "*", func(action clienttesting.Action) (bool, runtime.Object, error) {
		handled, found, err := clienttesting.ObjectReaction(client.Tracker())(action)
		selectByFields(found, action)
		return handled, found, err
	})
	return client
}

// selectByFields leaves of a list what its field selector selects: the fake client leaves that out of account.
func selectByFields(found runtime.Object, action clienttesting.Action) {
	objects, isList := found.(*unstructured.UnstructuredList)
	listOptions, isListing := action.(clienttesting.ListAction)
	if !isList || !isListing {
		return
	}
	objects.Items = slices.DeleteFunc(objects.Items, func(item unstructured.Unstructured) bool {
		selectable := fields.Set{"spec.incidentRef.name": nested(item.Object, "spec", "incidentRef", "name")}
		return !listOptions.GetListRestrictions().Fields.Matches(selectable)
	})
}

func newObject(kind, name, uid string, spec object) object {
	return object{
		"apiVersion": v1alpha1.GroupVersion.String(), "kind": kind,
		"metadata": object{"name": name, "namespace": "default", "uid": uid}, "spec": spec,
	}
}

func TestVerifyCluster(t *testing.T) {
	client := newClient(append(newLog(t, "inc", uid, 3), newLog(t, "other", uid, 3)[1:]...)...)
	if code, out, errOut := execute(t, "", client, "verify", "inc"); code != 0 || strings.Contains(out, "other") {
		t.Errorf("got %d:\n%s%s", code, out, errOut)
	}
	if code, out, errOut := execute(t, "", client, "verify", "-A"); code != 1 || !strings.Contains(out, "entry 1 is missing") {
		t.Errorf("got %d:\n%s%s", code, out, errOut)
	}
}

func TestTimeline(t *testing.T) {
	const text = "one\r\ntwo \x1b[31mred\u202e\n\nfour\ttab"
	log := newLog(t, "inc", uid, 3)
	log[0]["spec"].(object)["summary"] = "a\x1b]0;x\u202e\nb"
	for i, uid := range []string{"c-1", "gone"} {
		spec := log[i+1]["spec"].(object)
		spec["type"], spec["comment"] = "Commented", object{"name": uid, "uid": uid, "text": text}
	}
	seal(t, log)
	comment := newObject("Comment", "c-1", "c-1", object{"incidentRef": object{"name": "inc"}, "text": text})
	old := newLog(t, "inc", "1"+uid[1:], 1)
	old[0]["spec"].(object)["time"] = "2025-01-01T00:00:00Z"
	seal(t, old)
	objects := append(append(old, log...), comment)

	entries := `TIME                   ENTRY   ACTOR   TYPE        SUMMARY
2026-01-31T12:00:00Z   1       alice   Renamed     a\x1b]0;x\u202e\nb
2026-01-31T12:00:01Z   2       alice   Commented   renamed ` + "\U0001f600" + `
    one
    two \x1b[31mred\u202e

    four\ttab
2026-01-31T12:00:02Z   3       alice   Commented   renamed ` + "\U0001f600" + `
    one
    two \x1b[31mred\u202e

    four\ttab
    (the Comment is gone; this is what the log recorded of it)
`
	live := newObject("Incident", "inc", uid, object{})
	code, out, errOut := execute(t, "", newClient(append(objects, live)...), "timeline", "inc")
	if code != 0 || out != entries || errOut != "" {
		t.Errorf("got %d, %s\n%swant\n%s", code, errOut, out, entries)
	}
	_, out, _ = execute(t, "", newClient(objects...), "timeline", "inc")
	first, second := strings.Index(out, "UID 1"+uid[1:]+":"), strings.Index(out, "UID "+uid+":")
	if first < 0 || second < first {
		t.Errorf("the logs are not grouped by UID, the older first:\n%s", out)
	}
	if code, _, errOut := execute(t, "", newClient(), "timeline", "inc"); code != 2 || !strings.Contains(errOut, "no activities") {
		t.Errorf("got %d: %s", code, errOut)
	}
}
