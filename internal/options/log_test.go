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

package options

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
)

// encoded counts how often a value is encoded.
type encoded struct{ times *int }

func (e encoded) MarshalJSON() ([]byte, error) {
	*e.times++
	return []byte(`"value"`), nil
}

func TestFieldsAreEncodedOnceALineIsWritten(t *testing.T) {
	var out bytes.Buffer
	settings := zap.Options{DestWriter: &out}
	settings.BindFlags(flag.NewFlagSet(t.Name(), flag.ContinueOnError))
	times := 0
	logger := Logger(&settings).WithValues("first", encoded{&times}).WithValues("second", encoded{&times})
	logger.V(1).Info("not shown")
	if times != 0 || out.Len() != 0 {
		t.Errorf("%d values were encoded for nothing, and this was written: %s", times, out.String())
	}
	logger.Error(errors.New("reason"), "shown", "third", 3)
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	for _, varying := range []string{"ts", "stacktrace"} {
		delete(line, varying)
	}
	want := map[string]any{"level": "error", "msg": "shown", "error": "reason", "first": "value", "second": "value", "third": 3.0}
	if diff := cmp.Diff(want, line); diff != "" {
		t.Error(diff)
	}
}
