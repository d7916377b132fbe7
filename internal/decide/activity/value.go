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
	"crypto/sha256"
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	// maxValueCharacters bounds what one entry records whole.
	maxValueCharacters = 5000
	// maxBaseCharacters bounds what is repeated from entry to entry.
	maxBaseCharacters = 256

	hashPrefix = "sha256:"
)

// Recorded is how an entry records a value: whole up to 5,000 characters, else by its hash and length. A value that looks
// like a hash is hashed too, so that no value can be taken for another.
func Recorded(value string) string { return recorded(value, maxValueCharacters) }

// base is how a value is recorded that is repeated from entry to entry.
func base(value string) string { return recorded(value, maxBaseCharacters) }

func recorded(value string, limit int) string {
	characters := utf8.RuneCountInString(value)
	if characters <= limit && !strings.HasPrefix(value, hashPrefix) {
		return value
	}
	return fmt.Sprintf("%s%x (%d characters)", hashPrefix, sha256.Sum256([]byte(value)), characters)
}

// IsWhole says whether a recorded value is the value itself, and not its hash.
func IsWhole(recorded string) bool { return !strings.HasPrefix(recorded, hashPrefix) }

// Says reports whether a recorded value is that of a value, also by the shorter bound of earlier versions.
func Says(recorded, value string) bool { return recorded == Recorded(value) || recorded == base(value) }
