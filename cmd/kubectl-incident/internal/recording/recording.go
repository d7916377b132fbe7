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

// Package recording reads files of what detectors sent, however long they are.
package recording

import (
	"bytes"
	"fmt"
	"time"

	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/aitads"
	"github.com/incident-operator/incident-operator/internal/detect/formats"
)

// MaxBytes bounds what is read of a file.
const MaxBytes = 512 << 20

// lines and bytes of a file that are read as one delivery: fewer than a delivery may have.
const (
	maxLines = detect.MaxItems / 2
	maxChunk = detect.MaxBytes / 2
)

// Decode reads a file of the format of that name. The numbers of events and refusals are those in the file. A file of JSON
// lines or of CSV may have any number of them; any other is one delivery, with its bounds.
func Decode(formatName string, data []byte, received time.Time) (detect.Batch, error) {
	format, err := formats.Find(formatName)
	if err != nil {
		return detect.Batch{}, err
	}
	var whole detect.Batch
	items := 0
	for _, chunk := range chunks(format.Name, data) {
		batch := formats.Decode(format, nil, chunk, detect.Reading{Received: received})
		for i := range batch.Events {
			batch.Events[i].Index += items
		}
		for i := range batch.Refusals {
			batch.Refusals[i].Index += items
		}
		items += batch.Items()
		whole.Events = append(whole.Events, batch.Events...)
		whole.Refusals = append(whole.Refusals, batch.Refusals...)
		whole.Notes = append(whole.Notes, batch.Notes...)
	}
	return whole, nil
}

// Describe tells refusals in words, the first few of them.
func Describe(refusals []detect.Refusal) []string {
	const most = 5
	var lines []string
	for i, refusal := range refusals {
		if i == most {
			return append(lines, fmt.Sprintf("and %d more refusals", len(refusals)-most))
		}
		lines = append(lines, fmt.Sprintf("item %d: %s: %s", refusal.Index+1, refusal.Reason, refusal.Message))
	}
	return lines
}

// chunks divides a file at the ends of lines where each line stands for itself.
func chunks(format string, data []byte) [][]byte {
	var header []byte
	body := data
	if format == aitads.Format.Name {
		if end := bytes.IndexByte(data, '\n'); end >= 0 {
			header, body = data[:end+1], data[end+1:]
		}
	} else if !isLines(data) {
		return [][]byte{data}
	}
	var found [][]byte
	for len(body) > 0 {
		size := chunkOf(body)
		found = append(found, append(bytes.Clone(header), body[:size]...))
		body = body[size:]
	}
	if len(found) == 0 {
		return [][]byte{data}
	}
	return found
}

// isLines says whether each line is a JSON object.
func isLines(data []byte) bool {
	for line := range bytes.Lines(data) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && (line[0] != '{' || line[len(line)-1] != '}') {
			return false
		}
	}
	return true
}

// chunkOf is how many bytes of whole lines make one delivery; a line that is too long is one alone.
func chunkOf(data []byte) int {
	size := 0
	for range maxLines {
		end := bytes.IndexByte(data[size:], '\n')
		if end < 0 {
			end = len(data) - size - 1
		}
		if size > 0 && size+end+1 > maxChunk {
			break
		}
		size += end + 1
		if size == len(data) {
			break
		}
	}
	return size
}
