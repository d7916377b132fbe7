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

// Package input reads what a command is given: files, standard input, objects in YAML and JSON.
package input

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	goyaml "go.yaml.in/yaml/v2"
	strictjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"

	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

const (
	// MaxObjects bounds what is read of activities: hundreds of thousands of entries.
	MaxObjects = 512 << 20
	// MaxHeads bounds what is read of kept heads.
	MaxHeads = 64 << 20
)

var hashPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Read reads a file, or standard input for "-", and refuses more than the limit.
func Read(stdin io.Reader, path string, limit int64) ([]byte, error) {
	data, whole, err := ReadUpTo(stdin, path, limit)
	if err == nil && !whole {
		err = fmt.Errorf("%s is larger than %d MiB; split it by incident", path, limit>>20)
	}
	return data, err
}

// ReadUpTo reads a file, or standard input for "-", and says whether it is whole within the limit.
func ReadUpTo(stdin io.Reader, path string, limit int64) (data []byte, whole bool, err error) {
	source := stdin
	if path != "-" {
		file, err := os.Open(path) //nolint:gosec // The user says which file to read, with the user's own rights.
		if err != nil {
			return nil, false, err
		}
		defer func() { _ = file.Close() }() // Only read from.
		source = file
	}
	if data, err = io.ReadAll(io.LimitReader(source, limit+1)); err != nil {
		return nil, false, fmt.Errorf("reading %s: %w", path, err)
	}
	return data, int64(len(data)) <= limit, nil
}

// Objects reads documents of YAML or JSON. A member that is there twice is refused: programs differ in which of
// the two they take.
func Objects(data []byte) ([]map[string]any, error) {
	var objects []map[string]any
	for i, document := range splitDocuments(data) {
		decoded, err := decodeDocument(document)
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", i+1, err)
		}
		objects = append(objects, decoded...)
	}
	return objects, nil
}

// splitDocuments splits at the lines that YAML ends documents with. JSON has no such lines.
func splitDocuments(data []byte) [][]byte {
	var documents [][]byte
	start := 0
	for offset := 0; offset < len(data); {
		end := len(data)
		if n := bytes.IndexByte(data[offset:], '\n'); n >= 0 {
			end = offset + n + 1
		}
		if line := string(bytes.TrimRight(data[offset:end], " \t\r\n")); line == "---" || line == "..." {
			documents = append(documents, data[start:offset])
			start = end
		}
		offset = end
	}
	documents = append(documents, data[start:])
	filled := documents[:0]
	for _, document := range documents {
		if len(bytes.TrimSpace(document)) > 0 {
			filled = append(filled, document)
		}
	}
	return filled
}

func decodeDocument(document []byte) ([]map[string]any, error) {
	if bytes.HasPrefix(bytes.TrimSpace(document), []byte("{")) {
		return decodeJSON(document)
	}
	if err := onlyDocument(document); err != nil {
		return nil, err
	}
	converted, err := yaml.YAMLToJSONStrict(document)
	if err != nil {
		return nil, err
	}
	if string(converted) == "null" {
		return nil, nil // Comments alone.
	}
	object, err := decodeObject(converted)
	return []map[string]any{object}, err
}

// onlyDocument makes sure that no entry hides behind a separator that only YAML sees, such as "--- # more".
func onlyDocument(document []byte) error {
	decoder := goyaml.NewDecoder(bytes.NewReader(document))
	var first, second any
	if err := decoder.Decode(&first); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return errors.New(`the line "---" between documents must hold nothing else`)
	}
	return nil
}

// decodeJSON reads one object after another.
func decodeJSON(document []byte) ([]map[string]any, error) {
	var objects []map[string]any
	decoder := json.NewDecoder(bytes.NewReader(document))
	for {
		var raw json.RawMessage
		err := decoder.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		object, err := decodeObject(raw)
		if err != nil {
			return nil, err
		}
		objects = append(objects, object)
	}
}

// decodeObject keeps integers whole and tells letter case apart, as the API server does.
func decodeObject(raw []byte) (map[string]any, error) {
	var object map[string]any
	strict, err := strictjson.UnmarshalStrict(raw, &object, strictjson.DisallowDuplicateFields)
	if err := errors.Join(append(strict, err)...); err != nil {
		return nil, err
	}
	if object == nil {
		return nil, errors.New("is not an object")
	}
	return object, nil
}

// Heads reads lines of namespace, incident, UID, sequence and hash. Empty lines and those that begin with # are
// skipped.
func Heads(data []byte) ([]activity.Head, error) {
	var heads []activity.Head
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		head, err := decodeHead(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		heads = append(heads, head)
	}
	return heads, nil
}

func decodeHead(line string) (activity.Head, error) {
	words := strings.Fields(line)
	if len(words) != 5 {
		return activity.Head{}, fmt.Errorf("want <namespace> <incident> <uid> <entries> <hash>, got %d words", len(words))
	}
	sequence, err := strconv.ParseInt(words[3], 10, 64)
	if err != nil || sequence < 1 {
		return activity.Head{}, fmt.Errorf("entries is %q, not a number of at least 1", words[3])
	}
	if !hashPattern.MatchString(words[4]) {
		return activity.Head{}, fmt.Errorf("hash is %q, not 64 hexadecimal digits in lower case", words[4])
	}
	return activity.Head{Namespace: words[0], Incident: words[1], UID: words[2], Sequence: sequence, Hash: words[4]}, nil
}

// One reads the only YAML document of a text into a value, and refuses fields that the value does not have. It says whether
// there was anything.
func One(text []byte, into any) (found bool, err error) {
	if err := onlyDocument(text); err != nil {
		return false, err
	}
	converted, err := yaml.YAMLToJSONStrict(text)
	if err != nil || string(converted) == "null" {
		return false, err
	}
	strict, err := strictjson.UnmarshalStrict(converted, into)
	return true, errors.Join(append(strict, err)...)
}
