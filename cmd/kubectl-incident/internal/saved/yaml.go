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

package saved

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"

	yamlnode "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"

	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// edit makes a file of queries hold those that are given, and leaves order and comments of the others as they are.
// Where that cannot be, as with an alias of what is gone, the file is written anew.
func edit(old []byte, saved query.Saved) ([]byte, error) {
	edited, err := edited(old, saved)
	var read query.Saved
	if err == nil && yaml.UnmarshalStrict(edited, &read) == nil && sameQueries(read, saved) {
		return edited, nil
	}
	return yaml.Marshal(saved)
}

func sameQueries(a, b query.Saved) bool {
	return maps.EqualFunc(a.Queries, b.Queries, sameQuery)
}

func sameQuery(a, b query.Query) bool {
	return maps.EqualFunc(a, b, slices.Equal[query.Values])
}

func edited(old []byte, saved query.Saved) ([]byte, error) {
	var before query.Saved
	if err := yaml.Unmarshal(old, &before); err != nil {
		return nil, err
	}
	var document yamlnode.Node
	if err := yamlnode.Unmarshal(old, &document); err != nil {
		return nil, err
	}
	queries := queriesNode(&document)
	if queries == nil {
		fresh, err := yaml.Marshal(saved)
		return append(slices.Clone(old), fresh...), err // There is nothing but comments.
	}
	removeOthers(queries, saved)
	for _, name := range saved.Names() {
		if was, found := before.Queries[name]; found && sameQuery(was, saved.Queries[name]) {
			continue
		}
		if err := setQuery(queries, name, saved.Queries[name]); err != nil {
			return nil, err
		}
	}
	var text bytes.Buffer
	encoder := yamlnode.NewEncoder(&text)
	encoder.SetIndent(2)
	encoder.CompactSeqIndent()
	if err := encoder.Encode(&document); err != nil {
		return nil, fmt.Errorf("encoding the queries: %w", err)
	}
	return text.Bytes(), nil
}

// queriesNode is the mapping from names to queries, nil where there is none.
func queriesNode(document *yamlnode.Node) *yamlnode.Node {
	if len(document.Content) == 0 {
		return nil
	}
	if i := indexOf(document.Content[0], "queries"); i >= 0 {
		if value := document.Content[0].Content[i+1]; value.Kind == yamlnode.MappingNode {
			return value
		}
	}
	return nil
}

// indexOf is where a key of a mapping is, -1 for nowhere. Keys and values take turns.
func indexOf(mapping *yamlnode.Node, key string) int {
	for i := 0; mapping.Kind == yamlnode.MappingNode && i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return i
		}
	}
	return -1
}

func removeOthers(queries *yamlnode.Node, saved query.Saved) {
	var kept []*yamlnode.Node
	for i := 0; i+1 < len(queries.Content); i += 2 {
		if _, found := saved.Queries[queries.Content[i].Value]; found {
			kept = append(kept, queries.Content[i:i+2]...)
		}
	}
	queries.Content = kept
}

// setQuery puts a new query before the first whose name comes after its own.
func setQuery(queries *yamlnode.Node, name string, content query.Query) error {
	data, err := yaml.Marshal(map[string]query.Query{name: content})
	if err != nil {
		return err
	}
	var document yamlnode.Node
	if err := yamlnode.Unmarshal(data, &document); err != nil {
		return err
	}
	pair := document.Content[0].Content
	if i := indexOf(queries, name); i >= 0 {
		key, was := queries.Content[i], queries.Content[i+1]
		key.LineComment = cmp.Or(key.LineComment, was.LineComment)
		queries.Content[i+1] = pair[1]
		return nil
	}
	at := 0
	for at < len(queries.Content) && queries.Content[at].Value < name {
		at += 2
	}
	queries.Style &^= yamlnode.FlowStyle // An empty mapping is {}.
	queries.Content = slices.Insert(queries.Content, at, pair...)
	return nil
}
