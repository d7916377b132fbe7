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
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	// maxSafeInteger bounds the numbers that the canonical form tells apart: above it two integers share one hash.
	maxSafeInteger = 1<<53 - 1

	// maxMembers bounds the members of one object: sorting them takes quadratic time.
	maxMembers = 1000
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
		log.Head = text(entries[len(entries)-1].spec["hash"])
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
		previous = text(e.spec["hash"])
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
	if hash != text(e.spec["hash"]) {
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
	case text(found) != previous:
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
		case text(entries[head.Sequence-1].spec["hash"]) != head.Hash:
			return &Finding{
				Sequence: head.Sequence,
				Object:   entries[head.Sequence-1].name,
				Reason:   fmt.Sprintf("entry %d is not the one whose head was kept", head.Sequence),
			}
		}
	}
	return nil
}

// flatten takes lists apart. The items of an ActivityList need not repeat what they are.
func flatten(objects []map[string]any) []map[string]any {
	var flat []map[string]any
	for _, object := range objects {
		kind := text(object["kind"])
		items, isList := object["items"].([]any)
		if !isList || (kind != "List" && kind != "ActivityList") {
			flat = append(flat, object)
			continue
		}
		for _, item := range items {
			member, _ := item.(map[string]any) // Not an object: the nil map has no kind, and so is a stray.
			flat = append(flat, typed(member, kind, object["apiVersion"]))
		}
	}
	return flat
}

func typed(member map[string]any, listKind string, listVersion any) map[string]any {
	_, hasKind := member["kind"]
	_, hasVersion := member["apiVersion"]
	if listKind != "ActivityList" || member == nil || hasKind || hasVersion {
		return member
	}
	member = maps.Clone(member)
	member["kind"], member["apiVersion"] = "Activity", listVersion
	return member
}

// readEntry returns an error where the object does not say to which log it belongs. What else is wrong becomes a fault
// of the entry.
func readEntry(object map[string]any) (entry, error) {
	metadata, _ := object["metadata"].(map[string]any)
	e := entry{name: text(metadata["name"])}
	if err := checkKind(object); err != nil {
		return e, err
	}
	var err error
	if e.namespace, err = identifier(metadata, "metadata", "namespace"); err != nil {
		return e, err
	}
	spec, isObject := object["spec"].(map[string]any)
	if !isObject {
		return e, wrong(object["spec"], "spec", "an object")
	}
	incident, isObject := spec["incidentRef"].(map[string]any)
	if !isObject {
		return e, wrong(spec["incidentRef"], "spec.incidentRef", "an object")
	}
	if e.incident, err = identifier(incident, "spec.incidentRef", "name"); err != nil {
		return e, err
	}
	if e.uid, err = identifier(incident, "spec.incidentRef", "uid"); err != nil {
		return e, err
	}
	e.spec = spec
	sequence, ok := integer(spec["sequence"])
	if !ok || sequence < 1 {
		e.fault = wrong(spec["sequence"], "spec.sequence", "an integer of at least 1").Error()
		return e, nil
	}
	e.sequence = sequence
	if err := checkSpec(spec); err != nil {
		e.fault = err.Error()
	}
	return e, nil
}

func checkKind(object map[string]any) error {
	if kind := text(object["kind"]); kind != "Activity" {
		return fmt.Errorf("kind is %q, not \"Activity\"", kind)
	}
	if version := text(object["apiVersion"]); version != v1alpha1.GroupVersion.String() {
		return fmt.Errorf("apiVersion is %q, not %q", version, v1alpha1.GroupVersion)
	}
	return nil
}

// identifier reads a name that the API server would accept as far as heads need it: printable ASCII without a space.
func identifier(object map[string]any, path, field string) (string, error) {
	path += "." + field
	value, isString := object[field].(string)
	if !isString || value == "" {
		return "", wrong(object[field], path, "a string that is not empty")
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", fmt.Errorf("%s is %q, which no object may be called", path, value)
	}
	return value, nil
}

// checkSpec names the first field that is not of its type.
func checkSpec(spec map[string]any) error {
	if err := checkValue("spec", spec); err != nil {
		return err
	}
	for _, field := range []string{"time", "actor", "actorKind", "type", "summary", "hash"} {
		if value, isString := spec[field].(string); !isString || value == "" {
			return wrong(spec[field], "spec."+field, "a string that is not empty")
		}
	}
	if _, err := time.Parse(time.RFC3339, text(spec["time"])); err != nil {
		return errors.New("spec.time must be a time such as 2026-01-31T12:00:00Z")
	}
	if _, isObject := spec["after"].(map[string]any); !isObject {
		return wrong(spec["after"], "spec.after", "an object")
	}
	encoded, err := json.Marshal(spec)
	if err != nil {
		return fmt.Errorf("spec cannot be encoded: %w", err)
	}
	err = json.Unmarshal(encoded, &v1alpha1.ActivitySpec{})
	if typeError, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("spec.%s must be %s, not %s", typeError.Field, jsonType(typeError), typeError.Value)
	}
	if err != nil {
		return fmt.Errorf("spec is not that of an Activity: %w", err)
	}
	return nil
}

func jsonType(err *json.UnmarshalTypeError) string {
	switch kind := err.Type.Kind().String(); kind {
	case "struct", "map":
		return "an object"
	case "slice":
		return "a list"
	case "int64":
		return "an integer"
	default:
		return "a " + kind
	}
}

// checkValue refuses what two different values could share a hash with.
func checkValue(path string, value any) error {
	switch value := value.(type) {
	case map[string]any:
		if len(value) > maxMembers {
			return fmt.Errorf("%s has more than %d members", path, maxMembers)
		}
		for _, key := range slices.Sorted(maps.Keys(value)) {
			if !utf8.ValidString(key) {
				return fmt.Errorf("%s has a member whose name %q is not UTF-8", path, key)
			}
			if err := checkValue(path+"."+key, value[key]); err != nil {
				return err
			}
		}
	case []any:
		for i, item := range value {
			if err := checkValue(path+"["+strconv.Itoa(i)+"]", item); err != nil {
				return err
			}
		}
	case string:
		if !utf8.ValidString(value) {
			return fmt.Errorf("%s is not UTF-8", path)
		}
	case nil, bool:
	default:
		if _, ok := integer(value); !ok {
			return fmt.Errorf("%s must be an integer from -(2^53-1) to 2^53-1", path)
		}
	}
	return nil
}

// integer reads a number as any decoder of JSON may leave it.
func integer(value any) (int64, bool) {
	var number int64
	switch value := value.(type) {
	case int64:
		number = value
	case int:
		number = int64(value)
	case float64:
		if value != math.Trunc(value) || math.Abs(value) > maxSafeInteger {
			return 0, false
		}
		number = int64(value)
	case json.Number:
		parsed, err := value.Int64()
		if err != nil {
			return 0, false
		}
		number = parsed
	default:
		return 0, false
	}
	return number, -maxSafeInteger <= number && number <= maxSafeInteger
}

func wrong(value any, path, want string) error {
	if value == nil {
		return fmt.Errorf("%s is missing", path)
	}
	return fmt.Errorf("%s must be %s", path, want)
}

func text(value any) string {
	s, _ := value.(string)
	return s
}
