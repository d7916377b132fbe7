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

package activity_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	utiljson "k8s.io/apimachinery/pkg/util/json"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

const (
	uid      = "0f5d1e52-1111-4222-8333-444455556666"
	otherUID = "7a7a7a7a-1111-4222-8333-444455556666"
)

type object = map[string]any

// sealedLog returns an intact log of the length.
func sealedLog(t testing.TB, namespace, incident, uid string, length int) []object {
	t.Helper()
	log := make([]object, 0, length)
	for i := range length {
		sequence := int64(i) + 1
		log = append(log, object{
			"apiVersion": "incidentoperator.dev/v1alpha1",
			"kind":       "Activity",
			"metadata": object{
				"name":      activity.Name(v1alpha1.ActivityIncident{Name: incident, UID: uid}, sequence),
				"namespace": namespace,
			},
			"spec": object{
				"incidentRef": object{"name": incident, "uid": uid},
				"sequence":    sequence,
				"time":        fmt.Sprintf("2026-01-31T12:00:%02dZ", i),
				"actor":       "alice@example.com",
				"actorKind":   "User",
				"type":        "Renamed",
				"summary":     fmt.Sprintf("renamed to “%d” <b>", sequence),
				"changes":     []any{object{"field": "spec.name", "from": "a", "to": "\u2028\u00e9"}},
				"after":       object{"generation": sequence, "resourceVersion": "7"},
				"unknown":     object{"later": []any{true, nil}},
			},
		})
	}
	sealAnew(t, log)
	return log
}

// sealAnew chains and hashes the entries as they stand, as a forger with all rights could.
func sealAnew(t testing.TB, log []object) {
	t.Helper()
	previous := ""
	for _, entry := range log {
		spec := specOf(entry)
		delete(spec, "previousHash")
		if previous != "" {
			spec["previousHash"] = previous
		}
		hash, err := activity.Hash(spec)
		if err != nil {
			t.Fatal(err)
		}
		spec["hash"], previous = hash, hash
	}
}

func specOf(entry object) object {
	return entry["spec"].(object)
}

func headOf(log []object, sequence int64) activity.Head {
	spec := specOf(log[sequence-1])
	ref := spec["incidentRef"].(object)
	return activity.Head{
		Namespace: log[0]["metadata"].(object)["namespace"].(string),
		Incident:  ref["name"].(string),
		UID:       ref["uid"].(string),
		Sequence:  sequence,
		Hash:      spec["hash"].(string),
	}
}

func TestVerifyOneLog(t *testing.T) {
	set := func(sequence int, field string, value any) func([]object) []object {
		return func(log []object) []object {
			specOf(log[sequence-1])[field] = value
			return log
		}
	}
	reseal := func(change func([]object) []object) func([]object) []object {
		return func(log []object) []object {
			log = change(log)
			sealAnew(t, log)
			return log
		}
	}
	same := func(log []object) []object { return log }
	tests := map[string]struct {
		change func([]object) []object
		heads  []int64
		want   string
	}{
		"intact":               {change: same},
		"intact with heads":    {change: same, heads: []int64{2, 5}},
		"in any order":         {change: func(l []object) []object { return []object{l[4], l[2], l[0], l[1], l[3]} }},
		"changed":              {set(3, "actor", "bob"), nil, "entry 3 was changed: spec.hash is not the hash of its content"},
		"member added":         {set(3, "extra", "x"), nil, "entry 3 was changed: spec.hash is not the hash of its content"},
		"null member added":    {set(1, "previousHash", nil), nil, "entry 1 was changed: spec.hash is not the hash of its content"},
		"hash changed":         {set(5, "hash", strings.Repeat("0", 64)), nil, "entry 5 was changed: spec.hash is not the hash of its content"},
		"first removed":        {func(l []object) []object { return l[1:] }, nil, "entry 1 is missing"},
		"removed":              {func(l []object) []object { return append(l[:2:2], l[3:]...) }, nil, "entry 3 is missing"},
		"two removed":          {func(l []object) []object { return append(l[:1:1], l[3:]...) }, nil, "entries 2 to 3 are missing"},
		"duplicated":           {func(l []object) []object { return append(l, l[1]) }, nil, "entry 2 is there more than once"},
		"huge sequence":        {set(5, "sequence", int64(1<<53-1)), nil, "entries 5 to 9007199254740990 are missing"},
		"truncated":            {change: func(l []object) []object { return l[:3] }},
		"truncated, kept":      {func(l []object) []object { return l[:3] }, []int64{5}, "the log ends at 3, but a head of entry 5 was kept"},
		"hashed anew":          {change: reseal(set(3, "actor", "bob"))},
		"hashed anew, kept":    {reseal(set(3, "actor", "bob")), []int64{5}, "entry 5 is not the one whose head was kept"},
		"first of two heads":   {reseal(set(3, "actor", "bob")), []int64{5, 2, 4}, "entry 4 is not the one whose head was kept"},
		"all removed, kept":    {func([]object) []object { return nil }, []int64{5}, "the log is not there, but a head of entry 5 was kept"},
		"sequence is text":     {set(2, "sequence", "2"), nil, `object "inc-0f5d1e52-00000002": spec.sequence must be an integer of at least 1`},
		"sequence is 0":        {set(2, "sequence", int64(0)), nil, `object "inc-0f5d1e52-00000002": spec.sequence must be an integer of at least 1`},
		"sequence is missing":  {set(2, "sequence", nil), nil, `object "inc-0f5d1e52-00000002": spec.sequence is missing`},
		"actor is a number":    {set(2, "actor", int64(2)), nil, "entry 2: spec.actor must be a string that is not empty"},
		"time is none":         {set(2, "time", "now"), nil, "entry 2: spec.time must be a time such as 2026-01-31T12:00:00Z"},
		"after is missing":     {set(2, "after", nil), nil, "entry 2: spec.after is missing"},
		"changes is no list":   {reseal(set(2, "changes", "x")), nil, "entry 2: spec.changes must be a list, not string"},
		"nested type":          {reseal(set(2, "comment", object{"text": true})), nil, "entry 2: spec.comment.text must be a string, not bool"},
		"unsafe integer":       {reseal(set(2, "coversGenerations", int64(1<<53))), nil, "entry 2: spec.coversGenerations must be an integer from -(2^53-1) to 2^53-1"},
		"fraction":             {reseal(set(2, "unknown", []any{1.5})), nil, "entry 2: spec.unknown[0] must be an integer from -(2^53-1) to 2^53-1"},
		"not UTF-8":            {reseal(set(2, "summary", "\xff")), nil, "entry 2: spec.summary is not UTF-8"},
		"first has a previous": {set(1, "previousHash", ""), nil, "entry 1 was changed: spec.hash is not the hash of its content"},
		"renamed": {func(l []object) []object {
			l[3]["metadata"].(object)["name"] = "x"
			return l
		}, nil, `entry 4 was renamed: metadata.name is "x", not "inc-0f5d1e52-00000004"`},
		"swapped": {func(l []object) []object {
			specOf(l[1])["sequence"], specOf(l[2])["sequence"] = int64(3), int64(2)
			return l
		}, nil, "entry 2 was changed: spec.hash is not the hash of its content"},
		"one hashed anew": {func(l []object) []object {
			specOf(l[2])["actor"] = "bob"
			hash, err := activity.Hash(specOf(l[2]))
			if err != nil {
				t.Fatal(err)
			}
			specOf(l[2])["hash"] = hash
			return l
		}, nil, "entry 4 does not follow entry 3: spec.previousHash is not the hash of that entry"},
		"begins with a previous": {func(l []object) []object {
			l = l[:1]
			specOf(l[0])["previousHash"] = strings.Repeat("a", 64)
			hash, err := activity.Hash(specOf(l[0]))
			if err != nil {
				t.Fatal(err)
			}
			specOf(l[0])["hash"] = hash
			return l
		}, nil, "entry 1 has spec.previousHash, which the first entry of a log has not"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			log := sealedLog(t, "prod", "inc", uid, 5)
			var heads []activity.Head
			for _, sequence := range test.heads {
				heads = append(heads, headOf(log, sequence))
			}
			result := activity.Verify(test.change(log), heads)
			if len(result.Logs) != 1 || len(result.Strays) != 0 {
				t.Fatalf("want one log, got %+v", result)
			}
			got := ""
			if finding := result.Logs[0].Finding; finding != nil {
				got = finding.Reason
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if result.Intact() != (test.want == "") || (result.Logs[0].Head != "") != (test.want == "") {
				t.Errorf("the result contradicts itself: %+v", result)
			}
		})
	}
}

func TestVerifySeveralLogs(t *testing.T) {
	first, second := sealedLog(t, "prod", "inc", uid, 2), sealedLog(t, "prod", "inc", otherUID, 1)
	third := sealedLog(t, "dev", "else", uid, 3)
	var items []any
	for _, entry := range append(first, third[0], third[2]) {
		items = append(items, entry)
	}
	delete(second[0], "kind")
	delete(second[0], "apiVersion")
	objects := []object{
		{"kind": "ActivityList", "apiVersion": "incidentoperator.dev/v1alpha1", "items": []any{second[0]}},
		{"kind": "List", "apiVersion": "v1", "items": items},
	}
	gone := activity.Head{Namespace: "prod", Incident: "gone", UID: uid, Sequence: 4, Hash: "x"}
	want := activity.Result{Logs: []activity.LogReport{
		{
			Namespace: "dev", Incident: "else", UID: uid, Entries: 2,
			Finding: &activity.Finding{Sequence: 2, Reason: "entry 2 is missing"},
		},
		{
			Namespace: "prod", Incident: "gone", UID: uid,
			Finding: &activity.Finding{Reason: "the log is not there, but a head of entry 4 was kept"},
		},
		{Namespace: "prod", Incident: "inc", UID: uid, Entries: 2, Head: headOf(first, 2).Hash},
		{Namespace: "prod", Incident: "inc", UID: otherUID, Entries: 1, Head: specOf(second[0])["hash"].(string)},
	}}
	if diff := cmp.Diff(want, activity.Verify(objects, []activity.Head{gone})); diff != "" {
		t.Error(diff)
	}
}

func TestVerifyStrays(t *testing.T) {
	tests := map[string]struct {
		change func(object)
		want   string
	}{
		"kind":       {func(o object) { o["kind"] = "Alert" }, `kind is "Alert", not "Activity"`},
		"version":    {func(o object) { delete(o, "apiVersion") }, `apiVersion is "", not "incidentoperator.dev/v1alpha1"`},
		"metadata":   {func(o object) { o["metadata"] = 1 }, "metadata.namespace is missing"},
		"no spec":    {func(o object) { delete(o, "spec") }, "spec is missing"},
		"spec":       {func(o object) { o["spec"] = "x" }, "spec must be an object"},
		"incident":   {func(o object) { specOf(o)["incidentRef"] = []any{} }, "spec.incidentRef must be an object"},
		"name":       {func(o object) { specOf(o)["incidentRef"] = object{} }, "spec.incidentRef.name is missing"},
		"uid":        {func(o object) { specOf(o)["incidentRef"] = object{"name": "x", "uid": 1.0} }, "spec.incidentRef.uid must be a string that is not empty"},
		"line break": {func(o object) { specOf(o)["incidentRef"] = object{"name": "x\ny"} }, `spec.incidentRef.name is "x\ny", which no object may be called`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			log := sealedLog(t, "prod", "inc", uid, 1)
			test.change(log[0])
			result := activity.Verify(log, nil)
			if result.Intact() || len(result.Strays) != 1 || result.Strays[0].Reason != test.want {
				t.Errorf("got %+v, want %q", result, test.want)
			}
		})
	}
}

// owned is what the log speaks for: of the metadata only the name and the namespace are checked.
func owned(entry object) object {
	metadata, _ := entry["metadata"].(object)
	return object{"namespace": metadata["namespace"], "name": metadata["name"], "spec": entry["spec"]}
}

// decode reads a list; plain decides whether all numbers become float64, by which the value is compared.
func decode(data []byte, plain bool) ([]object, error) {
	var list []object
	unmarshal := utiljson.Unmarshal
	if plain {
		unmarshal = json.Unmarshal
	}
	err := unmarshal(data, &list)
	return list, err
}

func FuzzVerify(f *testing.F) {
	valid, err := json.Marshal(sealedLog(f, "prod", "inc", uid, 3))
	if err != nil {
		f.Fatal(err)
	}
	original, err := decode(valid, false)
	if err != nil {
		f.Fatal(err)
	}
	intact := activity.Verify(original, nil)
	if !intact.Intact() || len(intact.Logs) != 1 || intact.Logs[0].Entries != 3 {
		f.Fatalf("the log is not intact: %+v", intact)
	}
	f.Add(valid, uint(0), byte('{'))
	f.Add([]byte(`[{"kind":"List","items":[1,{}]},null]`), uint(9), byte('7'))
	for position := uint(0); position < uint(len(valid)); position += 7 {
		f.Add([]byte(nil), position, byte('0'+position%70))
	}
	f.Fuzz(func(t *testing.T, raw []byte, position uint, value byte) {
		if objects, err := decode(raw, false); err == nil {
			activity.Verify(objects, nil)
		}
		mutated := bytes.Clone(valid)
		mutated[position%uint(len(mutated))] = value
		objects, err := decode(mutated, false)
		if err != nil || !reflect.DeepEqual(activity.Verify(objects, nil), intact) {
			return
		}
		before, _ := decode(valid, true)
		after, _ := decode(mutated, true)
		if len(before) != 3 || len(after) != 3 {
			t.Fatalf("%d and %d entries", len(before), len(after))
		}
		for i := range before {
			if !reflect.DeepEqual(owned(before[i]), owned(after[i])) {
				t.Fatalf("byte %d set to %q goes unnoticed", position%uint(len(mutated)), value)
			}
		}
	})
}

// TestEveryByte sets each byte of an intact log to each of a few values.
func TestEveryByte(t *testing.T) {
	valid, err := json.Marshal(sealedLog(t, "prod", "inc", uid, 2))
	if err != nil {
		t.Fatal(err)
	}
	before, err := decode(valid, true)
	if err != nil {
		t.Fatal(err)
	}
	intact := activity.Verify(before, nil)
	for position := range valid {
		for _, value := range []byte("0a\" \\") {
			mutated := bytes.Clone(valid)
			mutated[position] = value
			after, err := decode(mutated, true)
			if err != nil || !reflect.DeepEqual(activity.Verify(after, nil), intact) {
				continue
			}
			for i := range before {
				if !reflect.DeepEqual(owned(before[i]), owned(after[i])) {
					t.Fatalf("byte %d set to %q goes unnoticed", position, value)
				}
			}
		}
	}
}
