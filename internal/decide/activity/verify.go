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

package activity

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Head is the end of a log as someone kept it: the entry that bore the highest sequence, and its hash.
type Head struct {
	Namespace, Incident, UID string
	Sequence                 int64
	Hash                     string
}

// Finding says which entry of a log is the first that is not as it was written, and why.
type Finding struct {
	// Sequence is the number of the entry; 0 where the entry has no readable one or the log is absent.
	Sequence int64
	// Object is the metadata.name of the entry; empty where it is missing.
	Object string
	// Reason says what is wrong in words. It may quote what the input says, so a terminal must escape it.
	Reason string
}

// LogReport is what Verify found about the log of one incident.
type LogReport struct {
	Namespace, Incident, UID string
	// Entries is how many entries were read.
	Entries int
	// Head is the hash of the last entry of an intact log. A log that is not intact has no head worth keeping.
	Head string
	// Finding is nil for an intact log.
	Finding *Finding
}

// Intact says whether every entry is as it was written, as far as the entries and the kept heads show.
func (l LogReport) Intact() bool {
	return l.Finding == nil
}

// Stray is an object that belongs to no log, because it does not say to which.
type Stray struct {
	// Position counts the objects of the input from 1.
	Position int
	// Object is its metadata.name, if it has one.
	Object string
	// Reason names the field that is wrong.
	Reason string
}

// Result is what Verify found.
type Result struct {
	// Logs are sorted by namespace, incident and UID.
	Logs []LogReport
	// Strays are in the order of the input.
	Strays []Stray
}

// Intact says whether all that was read is in order.
func (r Result) Intact() bool {
	return len(r.Strays) == 0 && !slices.ContainsFunc(r.Logs, func(log LogReport) bool { return !log.Intact() })
}

// logKey tells logs apart. An incident that was deleted and created anew has another UID, and another log.
type logKey struct {
	namespace, incident, uid string
}

// entry is what one object says. Its spec is kept raw, since the hash covers members unknown to this program too.
type entry struct {
	logKey
	name     string
	spec     map[string]any
	sequence int64
	fault    string
}

// Verify checks the logs in objects, each an Activity or a List of them as decoded from JSON or YAML, whose integers may
// be int64, float64 or json.Number. It compares them with the heads that were kept, if any. It changes nothing.
func Verify(objects []map[string]any, heads []Head) Result {
	var result Result
	logs := map[logKey][]entry{}
	for i, object := range flatten(objects) {
		read, err := readEntry(object)
		if err != nil {
			result.Strays = append(result.Strays, Stray{Position: i + 1, Object: read.name, Reason: err.Error()})
			continue
		}
		logs[read.logKey] = append(logs[read.logKey], read)
	}
	kept := map[logKey][]Head{}
	for _, head := range heads {
		key := logKey{head.Namespace, head.Incident, head.UID}
		kept[key] = append(kept[key], head)
		if _, found := logs[key]; !found {
			logs[key] = nil
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(logs), compareKeys) {
		result.Logs = append(result.Logs, verifyLog(key, logs[key], kept[key]))
	}
	return result
}

func compareKeys(a, b logKey) int {
	return cmp.Or(
		strings.Compare(a.namespace, b.namespace),
		strings.Compare(a.incident, b.incident),
		strings.Compare(a.uid, b.uid))
}

func verifyLog(key logKey, entries []entry, heads []Head) LogReport {
	log := LogReport{Namespace: key.namespace, Incident: key.incident, UID: key.uid, Entries: len(entries)}
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.sequence, b.sequence), strings.Compare(a.name, b.name))
	})
	log.Finding = firstFault(entries)
	if log.Finding == nil {
		log.Finding = compareHeads(entries, heads)
	}
	if log.Finding == nil {
		log.Head = textOf(entries[len(entries)-1].spec["hash"])
	}
	return log
}

// firstFault follows the chain from its first entry.
func firstFault(entries []entry) *Finding {
	previous := ""
	for i, e := range entries {
		expected := int64(i) + 1
		if e.sequence > expected {
			return &Finding{Sequence: expected, Reason: missing(expected, e.sequence-1)}
		}
		if reason := e.check(expected, previous); reason != "" {
			return &Finding{Sequence: e.sequence, Object: e.name, Reason: reason}
		}
		previous = textOf(e.spec["hash"])
	}
	return nil
}

func missing(first, last int64) string {
	if first == last {
		return fmt.Sprintf("entry %d is missing", first)
	}
	return fmt.Sprintf("entries %d to %d are missing", first, last)
}

// check returns what is wrong with the entry that ought to have the sequence and to follow the hash, or nothing.
func (e entry) check(sequence int64, previous string) string {
	if e.sequence == 0 {
		return fmt.Sprintf("object %q: %s", e.name, e.fault)
	}
	if e.sequence < sequence {
		return fmt.Sprintf("entry %d is there more than once", e.sequence)
	}
	if e.fault != "" {
		return fmt.Sprintf("entry %d: %s", e.sequence, e.fault)
	}
	hash, err := Hash(e.spec)
	if err != nil {
		return fmt.Sprintf("entry %d cannot be hashed: %v", e.sequence, err)
	}
	if hash != textOf(e.spec["hash"]) {
		return fmt.Sprintf("entry %d was changed: spec.hash is not the hash of its content", e.sequence)
	}
	if name := Name(v1alpha1.ActivityIncident{Name: e.incident, UID: e.uid}, e.sequence); e.name != name {
		return fmt.Sprintf("entry %d was renamed: metadata.name is %q, not %q", e.sequence, e.name, name)
	}
	return e.checkPrevious(previous)
}

func (e entry) checkPrevious(previous string) string {
	found, present := e.spec["previousHash"]
	switch {
	case previous == "" && present:
		return fmt.Sprintf("entry %d has spec.previousHash, which the first entry of a log has not", e.sequence)
	case textOf(found) != previous:
		return fmt.Sprintf("entry %d does not follow entry %d: spec.previousHash is not the hash of that entry",
			e.sequence, e.sequence-1)
	default:
		return ""
	}
}

// compareHeads reveals what the chain alone cannot: a log hashed anew, or cut at its end. The entries must be gap-free.
func compareHeads(entries []entry, heads []Head) *Finding {
	if len(entries) == 0 && len(heads) == 0 {
		return &Finding{Reason: "the log has no entries"}
	}
	sorted := slices.SortedStableFunc(slices.Values(heads), func(a, b Head) int {
		return cmp.Or(cmp.Compare(a.Sequence, b.Sequence), strings.Compare(a.Hash, b.Hash))
	})
	last := int64(len(entries))
	for _, head := range sorted {
		switch {
		case last == 0:
			return &Finding{Reason: fmt.Sprintf("the log is not there, but a head of entry %d was kept", head.Sequence)}
		case head.Sequence < 1:
			return &Finding{Reason: fmt.Sprintf("a head of entry %d was kept, but entries count from 1", head.Sequence)}
		case head.Sequence > last:
			return &Finding{
				Sequence: last + 1,
				Reason:   fmt.Sprintf("the log ends at %d, but a head of entry %d was kept", last, head.Sequence),
			}
		case textOf(entries[head.Sequence-1].spec["hash"]) != head.Hash:
			return &Finding{
				Sequence: head.Sequence,
				Object:   entries[head.Sequence-1].name,
				Reason:   fmt.Sprintf("entry %d is not the one whose head was kept", head.Sequence),
			}
		}
	}
	return nil
}
