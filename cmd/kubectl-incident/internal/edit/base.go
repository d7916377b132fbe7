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

package edit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// WithBase adds to a sheet what was there when the user began, so that it can be sent later without undoing what others do
// until then. Comments hold no control characters, so that it is written in ASCII.
func (f *Form) WithBase(text []byte) ([]byte, error) {
	encoded, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("encoding what was there before: %w", err)
	}
	text = withoutLines(text, baseMark)
	if len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
		text = append(text, '\n')
	}
	return fmt.Appendf(text, "%s%s\n", baseMark, strconv.QuoteToASCII(string(encoded))), nil
}

// BaseOf returns what was there when the user began to edit a sheet that was kept, and false for a sheet without that.
func BaseOf(text []byte) (Form, bool, error) {
	for line := range bytes.Lines(text) {
		quoted, found := bytes.CutPrefix(bytes.TrimRight(line, "\r\n \t"), []byte(baseMark))
		if !found {
			continue
		}
		encoded, err := strconv.Unquote(string(quoted))
		if err != nil {
			return Form{}, false, fmt.Errorf("reading what was there before: %w", err)
		}
		base := Form{}
		if err := json.Unmarshal([]byte(encoded), &base); err != nil {
			return Form{}, false, fmt.Errorf("reading what was there before: %w", err)
		}
		base.Complete()
		return base, true, nil
	}
	return Form{}, false, nil
}
