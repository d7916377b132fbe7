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

package input

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// Tags reads tags that are separated by commas: one that has commas itself is put in double quotes. Every command and flag
// that takes tags reads them so.
func Tags(text string) ([]string, error) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, fmt.Errorf("tags must be in one line, are %q", text)
	}
	reader := csv.NewReader(strings.NewReader(text))
	reader.LazyQuotes = true // Tags may have quotes too.
	named, err := reader.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading the tags: %w", err)
	}
	if len(named) == 0 {
		named = []string{""}
	}
	var all []string
	for _, tag := range named {
		if tag = strings.TrimSpace(tag); tag == "" {
			return nil, errors.New("a tag is empty: separate tags by single commas")
		}
		if err := actions.AtMost(fmt.Sprintf("the tag %q", tag), tag, actions.MaxTag); err != nil {
			return nil, err
		}
		all = append(all, tag)
	}
	return all, nil
}

// TagsFlag is a flag that takes tags, with commas or given twice. It is a pflag.Value and a pflag.SliceValue.
type TagsFlag struct{ tags *[]string }

// NewTags returns the flag that adds to all.
func NewTags(all *[]string) TagsFlag { return TagsFlag{all} }

// Set implements pflag.Value. An empty value is kept, so that the command refuses it by the name of the flag.
func (f TagsFlag) Set(text string) error {
	if strings.TrimSpace(text) == "" {
		*f.tags = append(*f.tags, "")
		return nil
	}
	named, err := Tags(text)
	*f.tags = append(*f.tags, named...)
	return err
}

// String implements pflag.Value; pflag asks a zero value too.
func (f TagsFlag) String() string { return tags.Join(f.GetSlice()) }

// Type implements pflag.Value.
func (f TagsFlag) Type() string { return "tags" }

// Append implements pflag.SliceValue.
func (f TagsFlag) Append(tag string) error {
	*f.tags = append(*f.tags, tag)
	return nil
}

// Replace implements pflag.SliceValue.
func (f TagsFlag) Replace(all []string) error {
	*f.tags = slices.Clone(all)
	return nil
}

// GetSlice implements pflag.SliceValue.
func (f TagsFlag) GetSlice() []string {
	if f.tags == nil {
		return nil
	}
	return *f.tags
}
