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

package note

import (
	"strconv"
	"strings"
)

const (
	// many is how many notes that logs have taken an object may bear before it drops them by a write of its own.
	many = 8
	// long is how many bytes of notes it may bear before that.
	long = 16 * 1024
)

// IsDropDue says whether it is worth a write of its own to drop so many taken notes from an annotation; less of them go with
// the next write of the object.
func IsDropDue(taken int, annotation string) bool {
	return taken >= many || taken > 0 && len(annotation) > long
}

// Salvage is what takes the place of an annotation that cannot be read, because it was written while no policy was there.
// Numbers go on from what its first line says, if it says one, else from what the log has taken: it would take a lower one
// for a note that it knows.
func Salvage(annotation string, taken int64) string {
	first, _, _ := strings.Cut(annotation, "\n")
	if _, err := parseNumber(first); err != nil {
		return strconv.FormatInt(taken, 10)
	}
	return first
}
