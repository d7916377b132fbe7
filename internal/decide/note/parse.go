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
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

const (
	// maxBytes is what Kubernetes allows for all annotations of an object.
	maxBytes = 256 * 1024
	// maxUsers is how many users of counted requests are known.
	maxUsers = 8
	// counter stands in place of the user in a line of counted requests.
	counter = "+"
	// large stands in place of the fields whose values are too large.
	large = "large"
)

// The policies write numbers of at most 16 digits.
var (
	numberForm = regexp.MustCompile(`^\d{1,18}$`)
	fieldForm  = regexp.MustCompile(`^[A-Za-z][A-Za-z-]{0,62}$`)
)

// Parse reads the annotation; an empty one is an empty List. It refuses what the policies do not write, naming the line
// from 1 and what it must be: that was written while they were not there.
func Parse(annotation string) (List, error) {
	if annotation == "" {
		return List{}, nil
	}
	if len(annotation) > maxBytes {
		return List{}, fmt.Errorf("notes must be at most %d bytes, are %d", maxBytes, len(annotation))
	}
	lines := strings.Split(annotation, "\n")
	last, err := parseNumber(lines[0])
	if err != nil {
		return List{}, fmt.Errorf("line 1: the last number %w", err)
	}
	list := List{Last: last, lines: lines}
	previous := int64(0)
	for i, line := range lines[1:] {
		note, err := parseLine(line)
		if err == nil && (note.Number <= previous || note.Number > last) {
			err = fmt.Errorf("number must be above %d and at most %d", previous, last)
		}
		if err != nil {
			return List{}, fmt.Errorf("line %d: %w", i+2, err)
		}
		previous = note.Number
		list.Notes = append(list.Notes, note)
	}
	return list, nil
}

func parseLine(line string) (Note, error) {
	number, rest, _ := strings.Cut(line, " ")
	generation, rest, _ := strings.Cut(rest, " ")
	note := Note{Count: 1}
	var err error
	if note.Number, err = parseNumber(number); err != nil {
		return Note{}, fmt.Errorf("number %w", err)
	}
	if note.Generation, err = parseNumber(generation); err != nil {
		return Note{}, fmt.Errorf("generation %w", err)
	}
	if counted, ok := strings.CutPrefix(rest, counter+" "); ok {
		err = note.parseCounted(counted)
	} else {
		err = note.parseValues(rest)
	}
	if err != nil {
		return Note{}, err
	}
	return note, nil
}

// parseCounted reads what follows the counter: how many requests, and who made them.
func (n *Note) parseCounted(text string) error {
	n.Counted = true
	count, rest, _ := strings.Cut(text, " ")
	var err error
	if n.Count, err = parseNumber(count); err != nil || n.Count == 0 {
		return errors.New("count must be a number of 1 or more")
	}
	for more := true; more; {
		var user string
		if user, rest, more, err = cutQuoted(rest); err != nil {
			return fmt.Errorf("user %w", err)
		}
		n.Users = append(n.Users, user)
	}
	if len(n.Users) > maxUsers {
		return fmt.Errorf("users must be at most %d, are %d", maxUsers, len(n.Users))
	}
	return nil
}

// parseValues reads a user and at least one field with its values.
func (n *Note) parseValues(text string) error {
	user, rest, more, err := cutQuoted(text)
	if err != nil {
		return fmt.Errorf("user %w", err)
	}
	n.Users = []string{user}
	if !more {
		return errors.New("a field must follow the user")
	}
	for more {
		var value Value
		if value, rest, more, err = cutValue(rest); err != nil {
			return err
		}
		if value.Field != large {
			n.Values = append(n.Values, value)
			continue
		}
		if n.Large = strings.Fields(value.To); len(n.Large) == 0 || value.From != "" || more {
			return fmt.Errorf("%s must come last and name fields", large)
		}
	}
	return nil
}

// cutValue cuts the first field with its two values off, and says whether there is more.
func cutValue(text string) (value Value, rest string, more bool, err error) {
	field, rest, _ := strings.Cut(text, " ")
	if !fieldForm.MatchString(field) {
		return Value{}, "", false, errors.New("a field must be a word of letters and dashes")
	}
	value.Field = field
	if value.From, rest, more, err = cutQuoted(rest); err == nil && !more {
		err = errors.New("must be followed by the value after")
	}
	if err != nil {
		return Value{}, "", false, fmt.Errorf("value of %s before %w", field, err)
	}
	if value.To, rest, more, err = cutQuoted(rest); err != nil {
		return Value{}, "", false, fmt.Errorf("value of %s after %w", field, err)
	}
	return value, rest, more, nil
}

// cutQuoted cuts the first quoted string off, and says whether there is more.
func cutQuoted(text string) (value, rest string, more bool, err error) {
	errNotQuoted := errors.New("must be a quoted string")
	if !strings.HasPrefix(text, `"`) {
		return "", "", false, errNotQuoted
	}
	quoted, err := strconv.QuotedPrefix(text)
	if err != nil {
		return "", "", false, errNotQuoted
	}
	if value, err = strconv.Unquote(quoted); err != nil {
		return "", "", false, errNotQuoted
	}
	rest = text[len(quoted):]
	if rest == "" {
		return value, "", false, nil
	}
	if rest, more = strings.CutPrefix(rest, " "); !more {
		return "", "", false, errors.New("must be followed by a space")
	}
	return value, rest, true, nil
}

func parseNumber(text string) (int64, error) {
	if !numberForm.MatchString(text) {
		return 0, errors.New("must be a number of 1 to 18 digits")
	}
	return strconv.ParseInt(text, 10, 64)
}
