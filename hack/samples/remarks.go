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

package main

import (
	"fmt"
	"io"

	"github.com/incident-operator/incident-operator/internal/detect"
)

// remarks collects what the manifests leave out or change, so that nothing is dropped silently.
type remarks struct {
	lines []string
}

func (r *remarks) add(format string, args ...any) {
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
}

// event adds what of an event its alert does not hold.
func (r *remarks) event(alert string, event detect.Event) {
	for _, note := range event.Notes {
		r.add("%s: %s", alert, note)
	}
}

func (r *remarks) print(w io.Writer) error {
	for _, line := range r.lines {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return fmt.Errorf("writing the report: %w", err)
		}
	}
	return nil
}
