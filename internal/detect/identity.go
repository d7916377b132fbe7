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

package detect

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// MaxIdentity is the bound of an identity in bytes; a longer one is replaced by its hash.
const MaxIdentity = 512

// Identity is what the chosen fields say, in a form in which no two different choices of values look alike. It answers
// the fields whose values count, and an error if every one of the chosen fields is empty: an alert of that identity
// would swallow events that have nothing to do with each other.
func Identity(chosen []string, value func(field string) string) (identity string, used []string, err error) {
	var parts []string
	for _, entry := range chosen {
		for field := range strings.SplitSeq(entry, "|") {
			if v := value(field); strings.TrimSpace(v) != "" {
				parts = append(parts, field+"="+strconv.Quote(v))
				used = append(used, field)
				break
			}
		}
	}
	if len(parts) == 0 {
		return "", nil, fmt.Errorf("identity must be made of fields that the alert has: %s are all empty", shown(strings.Join(chosen, ", "), maxTitle))
	}
	identity = strings.Join(parts, ",")
	if len(identity) > MaxIdentity {
		identity = digest(identity)
	}
	return identity, used, nil
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256:" + hex.EncodeToString(sum[:])
}

const (
	maxStem = 36
	// nameDigits of a SHA-256, in hex: 80 bits, so that a million alerts of one source do not collide by chance.
	nameDigits = 20
)

// ObjectName is the name of the alert's object: a readable beginning and a hash of source, the name of the AlertSource,
// and of the event's identity. It is a valid DNS label of at most 57 characters, and the same for every event of that
// identity: the title is its beginning only if the identity fixes the title, else the source's name is.
func (e Event) ObjectName(source string) string {
	stem := Slug(e.stem, maxStem)
	if stem == "" {
		stem = Slug(source, maxStem)
	}
	if stem == "" {
		stem = "alert"
	}
	sum := sha256.Sum256([]byte(source + "\x00" + e.Identity))
	return stem + "-" + hex.EncodeToString(sum[:])[:nameDigits]
}

// fixesTitle holds if one of the fields that make the identity also makes the title.
func fixesTitle(used, titleFields []string) bool {
	return slices.ContainsFunc(used, func(field string) bool { return slices.Contains(titleFields, field) })
}
