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
	"slices"
	"strconv"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// parseStamp reads a stamp; a user name may hold any character.
func parseStamp(stamp string) (user string, generation int64) {
	at := strings.LastIndexByte(stamp, '@')
	if at < 0 {
		return "", 0
	}
	generation, err := strconv.ParseInt(stamp[at+1:], 10, 64)
	if err != nil {
		return "", 0
	}
	return stamp[:at], generation
}

// EditorOf is who changed a group of fields of an object last, as admission stamped it; empty if it did not.
func EditorOf(annotations map[string]string, group string) string {
	user, _ := parseStamp(annotations[v1alpha1.EditorAnnotationPrefix+group])
	return user
}

// StampOf is who changed a recorded field of an object last, and the generation which that brought about, as admission
// stamped them for the group that the field belongs to; empty and 0 if it did not.
func StampOf(annotations map[string]string, field string) (user string, generation int64) {
	for _, g := range groups {
		if slices.Contains(g.fields, field) {
			return parseStamp(annotations[v1alpha1.EditorAnnotationPrefix+g.name])
		}
	}
	return "", 0
}
