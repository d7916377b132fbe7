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

package query

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// Saved are queries by their names.
type Saved struct {
	Queries map[string]Query `json:"queries,omitempty"`
}

// Query is what flags said, by their names without dashes.
type Query map[string]Values

// Values are what one flag said. One value is written without a list around it.
type Values []string

// MarshalJSON implements json.Marshaler.
func (v Values) MarshalJSON() ([]byte, error) {
	if len(v) != 1 {
		return json.Marshal([]string(v))
	}
	if truth, err := strconv.ParseBool(v[0]); err == nil && strconv.FormatBool(truth) == v[0] {
		return json.Marshal(truth)
	}
	return json.Marshal(v[0])
}

// UnmarshalJSON implements json.Unmarshaler.
func (v *Values) UnmarshalJSON(data []byte) error {
	var one any
	if err := json.Unmarshal(data, &one); err != nil {
		return err
	}
	several, isList := one.([]any)
	if !isList {
		several = []any{one}
	}
	*v = make(Values, 0, len(several))
	for _, value := range several {
		text, err := textOf(value)
		if err != nil {
			return err
		}
		*v = append(*v, text)
	}
	return nil
}

func textOf(value any) (string, error) {
	switch value := value.(type) {
	case string:
		return value, nil
	case bool:
		return strconv.FormatBool(value), nil
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64), nil
	default:
		return "", errors.New("a flag takes a text, true, false, a number, or a list of them")
	}
}

// Validate names the first query that has a bad name or a flag that does not exist.
func (s Saved) Validate(flags []string) error {
	for _, name := range s.Names() {
		if err := ValidateName(name); err != nil {
			return err
		}
		for _, flag := range slices.Sorted(maps.Keys(s.Queries[name])) {
			if !slices.Contains(flags, flag) {
				return fmt.Errorf("query %s: unknown field %q", name, flag)
			}
		}
	}
	return nil
}

// ValidateName says what is wrong with the name of a query.
func ValidateName(name string) error {
	if problems := validation.IsDNS1123Label(name); len(problems) > 0 {
		return fmt.Errorf("the name of a query must be 1 to 63 lower-case letters, digits and -, with a letter or digit at both ends; is %q", name)
	}
	return nil
}

// Names are the names of the queries, sorted.
func (s Saved) Names() []string { return slices.Sorted(maps.Keys(s.Queries)) }

// Get returns a query, or an error that tells which there are.
func (s Saved) Get(name string) (Query, error) {
	if query, found := s.Queries[name]; found {
		return query, nil
	}
	if len(s.Queries) == 0 {
		return nil, fmt.Errorf("there is no query %q: none is saved", name)
	}
	return nil, fmt.Errorf("there is no query %q: there are %s", name, strings.Join(s.Names(), ", "))
}

// With returns the queries and one more, in place of one of the same name.
func (s Saved) With(name string, query Query) Saved {
	queries := maps.Clone(s.Queries)
	if queries == nil {
		queries = map[string]Query{}
	}
	queries[name] = query
	return Saved{Queries: queries}
}

// Without returns the queries but one.
func (s Saved) Without(name string) Saved {
	queries := maps.Clone(s.Queries)
	delete(queries, name)
	return Saved{Queries: queries}
}

// String is the query as flags of a command line for a POSIX shell.
func (q Query) String() string {
	var words []string
	for _, flag := range slices.Sorted(maps.Keys(q)) {
		for _, value := range q[flag] {
			if value == "true" {
				words = append(words, "--"+flag)
			} else {
				words = append(words, "--"+flag+"="+Quote(value))
			}
		}
	}
	return strings.Join(words, " ")
}

// Quote puts a text that a POSIX shell would split or expand in quotes.
func Quote(text string) string {
	plain := func(r rune) bool {
		return strings.ContainsRune("@%+=:,./_-", r) || ('0' <= r && r <= '9') || ('a' <= r && r <= 'z') || ('A' <= r && r <= 'Z')
	}
	if text != "" && strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
