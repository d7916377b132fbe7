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

package actions

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// The bounds of texts, in characters, as the API has them.
const (
	MaxName        = 256
	MaxTag         = 128
	MaxTags        = 64
	MaxNote        = 4096
	MaxDescription = 5000
	MaxComment     = 30_000
	// MaxReason is for a reason of a move.
	MaxReason = 256
)

// AtMost says where a text is too long to be sent, or is no text.
func AtMost(what, text string, bound int) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("%s is not valid UTF-8", what)
	}
	if length := utf8.RuneCountInString(text); length > bound {
		return fmt.Errorf("%s has %d characters: at most %d fit", what, length, bound)
	}
	return nil
}

// CheckTags says why tags cannot be those of one object.
func CheckTags(all []v1alpha1.Tag) error {
	if len(all) > MaxTags {
		return fmt.Errorf("there are %d tags: at most %d fit", len(all), MaxTags)
	}
	seen := map[string]v1alpha1.Tag{}
	for _, tag := range all {
		if strings.TrimSpace(string(tag)) == "" {
			return errors.New("a tag is empty")
		}
		if err := AtMost(fmt.Sprintf("the tag %q", tag), string(tag), MaxTag); err != nil {
			return err
		}
		key := tags.LabelKey(string(tag))
		if other, there := seen[key]; there {
			return fmt.Errorf("the tags %q and %q are the same", other, tag)
		}
		seen[key] = tag
	}
	return nil
}

// checkTexts refuses what is no text: the API server would store something else.
func checkTexts(differences []Difference) error {
	for _, difference := range differences {
		if !utf8.ValidString(difference.To) {
			return refuse(difference.Field + " is not valid UTF-8")
		}
	}
	return nil
}

// checkObject refuses an object that is to be created with what is no text.
func checkObject(object client.Object) error {
	var texts map[string]string
	switch created := object.(type) {
	case *v1alpha1.Incident:
		texts = valuesOf(created)
	case *v1alpha1.Alert:
		spec := created.Spec
		texts = map[string]string{
			fieldName: spec.Name, fieldDescription: spec.Description, fieldAssignee: spec.Assignee, fieldTags: joinTags(spec.Tags),
			"category": spec.Category, "source": spec.Source.Service + spec.Source.Detector, "url": spec.URL,
		}
	}
	for _, field := range slices.Sorted(maps.Keys(texts)) {
		if !utf8.ValidString(texts[field]) {
			return refuse(field + " is not valid UTF-8")
		}
	}
	return nil
}
