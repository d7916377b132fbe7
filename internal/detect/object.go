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

package detect

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Object is a JSON object. Every method is total: what is not there, or is of another type, is empty.
type Object map[string]any

// Text is a value as text: a string as it is, a number as it was written, an object or a list as JSON, null as nothing.
func (o Object) Text(key string) string { return text(o[key]) }

// FirstText is the first of the values that is not empty.
func (o Object) FirstText(keys ...string) string {
	for _, key := range keys {
		if s := o.Text(key); s != "" {
			return s
		}
	}
	return ""
}

// Object is a value that is an object.
func (o Object) Object(key string) Object {
	object, _ := o[key].(Object)
	return object
}

// List is a value that is a list.
func (o Object) List(key string) []any {
	list, _ := o[key].([]any)
	return list
}

// Objects are the objects in a list.
func (o Object) Objects(key string) []Object {
	var objects []Object
	for _, value := range o.List(key) {
		if object, ok := value.(Object); ok {
			objects = append(objects, object)
		}
	}
	return objects
}

// Texts are the texts in a list, or the one text that stands in its place.
func (o Object) Texts(key string) []string {
	list, ok := o[key].([]any)
	if !ok {
		if s := o.Text(key); s != "" {
			return []string{s}
		}
		return nil
	}
	var texts []string
	for _, value := range list {
		if s := text(value); s != "" {
			texts = append(texts, s)
		}
	}
	return texts
}

// Keys are the keys in order.
func (o Object) Keys() []string { return slices.Sorted(maps.Keys(o)) }

// Lookup is the text at a path such as "rule.id". Keys may bear dots themselves: the longest key that fits is followed.
func (o Object) Lookup(path string) string {
	if s := o.Text(path); s != "" {
		return s
	}
	for i := strings.LastIndexByte(path, '.'); i > 0; i = strings.LastIndexByte(path[:i], '.') {
		if inner := o.Object(path[:i]); inner != nil {
			return inner.Lookup(path[i+1:])
		}
	}
	return ""
}

func text(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(encoded)
}

// Embedded reads a value that may be JSON inside a string, as exports of tables write it. A string that is no JSON is
// answered as it is.
func Embedded(value any) any {
	s, ok := value.(string)
	if !ok {
		return value
	}
	var p parser
	found := p.documents([]byte(s), 1)
	if len(found) != 1 || found[0].err != nil {
		return value
	}
	return found[0].value
}
