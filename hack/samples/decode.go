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
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/incident-operator/incident-operator/internal/detect"
)

// recorded is later than everything in the recordings: a sample keeps the times that it was recorded with.
var recorded = detect.Reading{Received: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}

// decode reads recorded data. A recording of which something is refused makes no samples.
func decode(format detect.Format, data []byte, notes *remarks) (detect.Batch, error) {
	batch := format.Decode(data, recorded)
	for _, note := range batch.Notes {
		notes.add("%s: %s", format.Name, note)
	}
	for _, refusal := range batch.Refusals {
		return detect.Batch{}, fmt.Errorf("decoding item %d of %s: %s", refusal.Index+1, format.Name, refusal.Message)
	}
	return batch, nil
}

// readLines decodes a file that holds one JSON value a line.
func readLines[T any](data fs.FS, file string) ([]T, error) {
	content, err := fs.ReadFile(data, file)
	if err != nil {
		return nil, fmt.Errorf("reading recorded data: %w", err)
	}
	rows, err := readRows[T](content)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	return rows, nil
}

// readRows decodes JSON values that stand one after another.
func readRows[T any](content []byte) ([]T, error) {
	var rows []T
	decoder := json.NewDecoder(bytes.NewReader(content))
	for decoder.More() {
		var row T
		if err := decoder.Decode(&row); err != nil {
			return nil, fmt.Errorf("decoding row %d: %w", len(rows)+1, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// objectName names an alert after its title and, because titles repeat, its identity. It does not name the incident: an
// alert may move to another. Samples keep these short names; what a receiver stores is named by detect.Event.ObjectName.
func objectName(title, identity string) string {
	digest := sha256.Sum256([]byte(identity))
	return strings.TrimPrefix(detect.Slug(title, 40)+"-"+hex.EncodeToString(digest[:])[:8], "-")
}
