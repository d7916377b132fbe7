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
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Kind is a kind of objects that people name.
type Kind struct {
	// Noun is what people call one of them.
	Noun    string
	article string
	// types are what kubectl takes and prints in front of a name, without the group.
	types []string
}

// The kinds that commands take.
var (
	Incident = Kind{Noun: "incident", article: "an", types: []string{"incident", "incidents", "inc"}}
	Alert    = Kind{Noun: "alert", article: "an", types: []string{"alert", "alerts", "al"}}
)

// Name returns the name of an object from what was typed or printed: NAME, TYPE/NAME, TYPE.GROUP/NAME as kubectl prints it
// with -o name, or NAME.TYPE.GROUP. An object of another type is refused.
func Name(kind Kind, typed string) (string, error) {
	resource, name, qualified := strings.Cut(typed, "/")
	if !qualified {
		name = typed
		for _, plural := range kind.types[:2] {
			name = strings.TrimSuffix(name, "."+plural+"."+v1alpha1.GroupVersion.Group)
		}
	}
	switch {
	case name == "":
		return "", errors.New("the name of the " + kind.Noun + " is empty")
	case qualified && !kind.names(resource):
		return "", fmt.Errorf("%s is not %s %s", typed, kind.article, kind.Noun)
	}
	return name, nil
}

// Names does the same with several.
func Names(kind Kind, typed []string) ([]string, error) {
	names := make([]string, 0, len(typed))
	for _, one := range typed {
		name, err := Name(kind, one)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// IsQualified says whether what was typed says of itself that it is of a kind.
func IsQualified(kind Kind, typed string) bool {
	resource, _, qualified := strings.Cut(typed, "/")
	return qualified && kind.names(resource)
}

func (k Kind) names(resource string) bool {
	resource, group, _ := strings.Cut(strings.ToLower(resource), ".")
	return slices.Contains(k.types, resource) &&
		slices.Contains([]string{"", v1alpha1.GroupVersion.Group, v1alpha1.GroupVersion.Version + "." + v1alpha1.GroupVersion.Group}, group)
}
