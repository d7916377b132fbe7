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
	"context"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// valued is a value that stands beside incidents among the arguments of a command.
type valued struct {
	// noun is what people call it, and flag says it without being mixed up with an incident.
	noun, flag string
}

// split tells the value from the incidents: it stands behind them or, if that is clear, in front of them. Alone it stands
// if flags select incidents. If both ends may be incidents, the cluster knows which one is.
func (v valued) split(ctx context.Context, p *plugin, args []string) (value string, names []string, err error) {
	if len(args) == 0 {
		return "", nil, fmt.Errorf("say %s: --%s", v.noun, v.flag)
	}
	last := len(args) - 1
	if last == 0 {
		if input.IsQualified(input.Incident, args[0]) {
			return "", nil, fmt.Errorf("say %s: --%s", v.noun, v.flag)
		}
		return args[0], nil, nil
	}
	behind, err := v.isBehind(ctx, p, args[0], args[last])
	if err != nil {
		return "", nil, err
	}
	if behind {
		return args[last], args[:last], nil
	}
	return args[0], args[1:], nil
}

func (v valued) isBehind(ctx context.Context, p *plugin, first, last string) (bool, error) {
	switch {
	case input.IsQualified(input.Incident, last):
		return false, nil
	case input.IsQualified(input.Incident, first):
		return true, nil
	case isNoName(first):
		return false, nil
	case isNoName(last):
		return true, nil
	}
	namespace, c, err := p.cluster()
	if err != nil {
		return false, err
	}
	var there [2]bool
	for i, word := range []string{first, last} {
		incident, err := actions.FindIncident(ctx, c, client.ObjectKey{Namespace: namespace, Name: word})
		if err != nil {
			return false, err
		}
		there[i] = incident != nil
	}
	if there[0] && there[1] {
		return false, fmt.Errorf("%s and %s are both incidents: say %s by --%s", first, last, v.noun, v.flag)
	}
	return there[0], nil
}

// isNoName says that a word can be no name of an object.
func isNoName(word string) bool { return len(validation.IsDNS1123Subdomain(word)) > 0 }

// orFlag returns the value of the flag if it was given, and else the one among the arguments.
func (v valued) orFlag(ctx context.Context, p *plugin, given string, changed bool, args []string) (value string, names []string, err error) {
	if !changed {
		return v.split(ctx, p, args)
	}
	if given == "" {
		return "", nil, errors.New("--" + v.flag + " is empty")
	}
	return given, args, nil
}

// nameVar makes a name of what was typed for a flag; empty stays empty.
func nameVar(kind input.Kind, typed *string) error {
	if *typed == "" {
		return nil
	}
	name, err := input.Name(kind, *typed)
	*typed = name
	return err
}
