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

package manifests

import (
	"bytes"
	"fmt"
	"strings"

	"sigs.k8s.io/yaml"
)

// Object is one Kubernetes object, and the file below config that it comes from.
type Object struct {
	Source  string
	Content map[string]any
}

// Kind returns the kind of the object.
func (o Object) Kind() string { return String(o.Content["kind"]) }

// Name returns the name of the object.
func (o Object) Name() string { return String(o.Metadata()["name"]) }

// Metadata returns the metadata of the object itself, to read and to change.
func (o Object) Metadata() map[string]any { return Child(o.Content, "metadata") }

// ID is what makes an object the same object.
func (o Object) ID() string {
	return strings.Join([]string{String(o.Content["apiVersion"]), o.Kind(), String(o.Metadata()["namespace"]), o.Name()}, " ")
}

// Stream writes objects as one YAML stream.
func Stream(objects []Object) ([]byte, error) {
	var out bytes.Buffer
	for _, o := range objects {
		text, err := yaml.Marshal(o.Content)
		if err != nil {
			return nil, fmt.Errorf("writing %s %s: %w", o.Kind(), o.Name(), err)
		}
		out.WriteString("---\n")
		out.Write(text)
	}
	return out.Bytes(), nil
}

// String returns a string of an object; empty if it is missing or none.
func String(value any) string {
	text, _ := value.(string)
	return text
}

// List returns a list of an object; empty if it is missing or none.
func List(value any) []any {
	items, _ := value.([]any)
	return items
}

// Child returns what is below the keys; empty if it is missing or no object.
func Child(value any, path ...string) map[string]any {
	content, _ := value.(map[string]any)
	for _, key := range path {
		content, _ = content[key].(map[string]any)
	}
	return content
}

// Ensure is Child, and makes what is missing.
func Ensure(content map[string]any, path ...string) map[string]any {
	for _, key := range path {
		next, ok := content[key].(map[string]any)
		if !ok {
			next = map[string]any{}
			content[key] = next
		}
		content = next
	}
	return content
}
