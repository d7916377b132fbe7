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

package tags

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/text"
)

const (
	// maxNameLength is what Kubernetes allows for the part of a label key behind the prefix.
	maxNameLength = 63
	// hashLength is in hex digits: 40 bits.
	hashLength = 10
	// noWords stands for the readable part of a tag that has no ASCII letter or digit.
	noWords = "tag"
)

var (
	labelName  = regexp.MustCompile(`^[a-z0-9]([-a-z0-9_.]{0,61}[a-z0-9])?$`)
	hashEnding = regexp.MustCompile(`-[0-9a-f]{10}$`)
	unreadable = regexp.MustCompile(`[^a-z0-9_.]+`)
)

// LabelKey is the key of the label that mirrors a tag. It depends on the tag alone. Tags that differ only in ASCII case, or
// in how Unicode composes their letters, have one key; tags that differ in more have different keys.
//
// What ends like a hash is always hashed, even where it would be a valid name: otherwise somebody could choose as a tag
// the very name that another tag was given.
func LabelKey(tag string) string {
	return v1alpha1.TagLabelPrefix + slug(asciiLower(text.Normalize(tag)))
}

func slug(lower string) string {
	if labelName.MatchString(lower) && !hashEnding.MatchString(lower) {
		return lower
	}
	sum := sha256.Sum256([]byte(lower))
	return readable(lower) + "-" + hex.EncodeToString(sum[:])[:hashLength]
}

// readable keeps of a tag what a label name may hold, and leaves room for the hash. It is never empty, and begins and
// ends with a letter or digit.
func readable(lower string) string {
	words := trim(unreadable.ReplaceAllLiteralString(lower, "-"))
	if room := maxNameLength - hashLength - len("-"); len(words) > room {
		words = trim(words[:room])
	}
	if words == "" {
		return noWords
	}
	return words
}

func trim(words string) string { return strings.Trim(words, "-_.") }

// asciiLower leaves all but A to Z alone: the API compares tags in the same way, and Unicode folding would make one
// label of tags that the API takes for two.
func asciiLower(tag string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, tag)
}
