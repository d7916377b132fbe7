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

package terminal

import (
	"io"
	"sync"
)

// warningCode is that of the warnings which the API server means for people.
const warningCode = 299

// Warner prints the warnings of the API server, each once: a bulk gets the same one for every object.
type Warner struct {
	// Out is where warnings go.
	Out   io.Writer
	mutex sync.Mutex
	told  map[string]bool
}

// HandleWarningHeader implements rest.WarningHandler.
func (w *Warner) HandleWarningHeader(code int, _, text string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if code != warningCode || text == "" || w.told[text] {
		return
	}
	if w.told == nil {
		w.told = map[string]bool{}
	}
	w.told[text] = true
	PrintLine(w.Out, "Warning: "+Escape(text))
}
