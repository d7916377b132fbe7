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

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

var errChangedMeanwhile = errors.New("somebody else changed it while you edited: look at it and edit it again")

func (p *plugin) editCommand() *cobra.Command {
	o := &changer{plugin: p}
	command := &cobra.Command{
		Use:               "edit INCIDENT",
		Short:             "Edit what people decide about an incident, in your editor",
		ValidArgsFunction: p.completeArgs(openIncidents, nothing),
		Args:              cobra.ExactArgs(1),
		Example: `  kubectl incident edit inc-1

  # In another editor
  KUBE_EDITOR=nano kubectl incident edit inc-1`,
		RunE: func(command *cobra.Command, args []string) error { return o.edit(command.Context(), args[0]) },
	}
	o.bulkFlags.addTo(command.Flags(), p)
	return command
}

func (o *changer) edit(ctx context.Context, name string) error {
	if err := o.validate(); err != nil {
		return err
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	incident := &v1alpha1.Incident{}
	if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, incident); err != nil {
		return err
	}
	before := formOf(incident)
	text, err := before.render(namespace + "/" + name + ", " + query.TitleOf(incident))
	if err != nil {
		return fmt.Errorf("writing the file: %w", err)
	}
	edited, err := o.plugin.edit(name, ".yaml", text)
	if err != nil {
		return err
	}
	if err := o.send(ctx, c, incident, before, edited.text); err != nil || o.dryRun != dryRunNone {
		return o.keeping(edited, err)
	}
	edited.discard()
	return nil
}

// send makes the change that the edited text asks for.
func (o *changer) send(ctx context.Context, c client.WithWatch, incident *v1alpha1.Incident, before form, text []byte) error {
	after, err := parseForm(text)
	if errors.Is(err, errEmptyForm) {
		after, err = before, nil
	}
	if err == nil && !after.equal(before) {
		err = after.check()
	}
	if err != nil {
		return fmt.Errorf("what you wrote cannot be sent: %w", err)
	}
	o.change = replaceForm(before, after)
	return o.bulkWith(ctx, o.plugin, o.tasks(c, []v1alpha1.Incident{*incident}))
}

// replaceForm refuses an incident of which people decided something else meanwhile. What the operator writes meanwhile
// does not matter, so it is asked again when the version of the object is not the one that was edited.
func replaceForm(before, after form) change {
	return change{done: "edited", apply: func(incident *v1alpha1.Incident) error {
		if current := formOf(incident); !current.equal(before) {
			return errChangedMeanwhile
		}
		after.fillIn(incident)
		return nil
	}}
}
