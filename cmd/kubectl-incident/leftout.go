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
	"fmt"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// sayNone tells a person that there is nothing; programs read only the standard output.
func (p *plugin) sayNone(what, namespace string, everywhere bool) {
	where := " in namespace " + namespace
	if everywhere {
		where = ""
	}
	terminal.PrintLine(p.ErrOut, terminal.Escape("No "+what+" found"+where+"."))
}

// sayShown tells a person how much a limit leaves out.
func (p *plugin) sayShown(shown, found int) {
	terminal.PrintLine(p.ErrOut, fmt.Sprintf("%s of %s shown.", grouped(shown), grouped(found)))
}

// sayRest tells a person what a list leaves out.
func (o *listOptions) sayRest(ctx context.Context, c client.Client, namespace string, found int) error {
	switch {
	case !o.streams():
		return nil
	case found == 0:
		o.sayNone("incidents", namespace, o.allNamespaces)
		return o.sayLeftOut(ctx, c, namespace)
	case o.limit > 0 && found > o.limit:
		o.sayShown(o.limit, found)
	}
	return nil
}

// sayLeftOut says how many incidents only their state leaves out.
func (o *listOptions) sayLeftOut(ctx context.Context, c client.Client, namespace string) error {
	if o.Any && len(o.States) == 0 {
		return nil
	}
	wider := o.filterFlags
	wider.Any, wider.States = true, nil
	selector, err := wider.ready(ctx, c, namespace)
	if err != nil {
		return err
	}
	counts := map[v1alpha1.IncidentState]int{}
	err = selector.EachPage(ctx, c, time.Now(), func(page *v1alpha1.IncidentList) error {
		for i := range page.Items {
			counts[query.StateOf(&page.Items[i])]++
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("listing incidents: %w", err)
	}
	var said []string
	for _, state := range v1alpha1.IncidentStates() {
		if counts[state] > 0 {
			said = append(said, grouped(counts[state])+" "+string(state))
		}
	}
	if len(said) == 0 {
		return nil
	}
	how := "add --all"
	if len(o.States) > 0 {
		how = "use --all instead of --state"
	}
	terminal.PrintLine(o.ErrOut, "In other states these match: "+strings.Join(said, ", ")+". To see them, "+how+".")
	return nil
}
