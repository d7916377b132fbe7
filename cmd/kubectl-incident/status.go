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
	"strings"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// operatorNamespace is where config/default puts the operator.
const operatorNamespace = "incident-operator-system"

// statusOptions are what the command status is told.
type statusOptions struct {
	*plugin
	operatorNamespace string
}

func (p *plugin) statusCommand() *cobra.Command {
	o := &statusOptions{plugin: p}
	command := &cobra.Command{
		Use:   "status",
		Short: "Say whether all that incidents need is there: the operator, its policies, the log, your rights",
		Long: `Say where you are, whether the operator is alive and which version it has, whether the admission policies say who did
something, whether the logs of the namespace are up to date, how its sources of alerts stand, and what you may do there.
It changes nothing.

It ends with 1 if something is wrong. What you may not find out is "not known", which is not wrong.`,
		Example: `  kubectl incident status

  # The operator may run in another namespace
  kubectl incident status --operator-namespace incident-operator-system`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error { return o.run(command.Context()) },
	}
	command.Flags().StringVar(&o.operatorNamespace, "operator-namespace", operatorNamespace, "the namespace that the operator runs in")
	return command
}

// check is one line of the status.
type check struct {
	name, text string
	wrong      bool
}

func (o *statusOptions) run(ctx context.Context) error {
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	me, err := actions.WhoAmI(ctx, c)
	if err != nil {
		return err
	}
	rows, wrong := [][]string{}, false
	for _, found := range []check{
		{name: "Context", text: o.contextText()},
		{name: "Namespace", text: namespace},
		{name: "You are", text: me},
		o.rights(ctx, c, namespace),
		o.operator(ctx, c),
		policies(ctx, c, namespace),
		logs(ctx, c, namespace),
		sources(ctx, c, namespace),
	} {
		rows = append(rows, []string{found.name + ":", found.text})
		wrong = wrong || found.wrong
	}
	for _, line := range terminal.AlignRows(rows) {
		terminal.PrintLine(o.Out, line)
	}
	if wrong {
		return errIncomplete
	}
	return nil
}

// contextText is where the commands go, as the kubeconfig and the flags say.
func (o *statusOptions) contextText() string {
	name := ptr.Deref(o.config.Context, "")
	if raw, err := o.config.ToRawKubeConfigLoader().RawConfig(); err == nil && name == "" {
		name = raw.CurrentContext
	}
	if config, err := o.config.ToRESTConfig(); err == nil {
		name = strings.TrimSpace(name + " (" + config.Host + ")")
	}
	return name
}

func (o *statusOptions) rights(ctx context.Context, c client.Client, namespace string) check {
	rights, err := actions.Rights(ctx, c, namespace)
	if err != nil {
		return check{name: "Your rights", text: "not known: " + err.Error()}
	}
	var may, mayNot []string
	for _, right := range rights {
		if right.Granted {
			may = append(may, right.Does)
		} else {
			mayNot = append(mayNot, right.Does)
		}
	}
	text := "you may " + strings.Join(may, ", ")
	switch {
	case len(may) == 0:
		return check{"Your rights", "you may do nothing here: ask for a RoleBinding to the role of a viewer or responder", true}
	case len(mayNot) > 0:
		text += "; not " + strings.Join(mayNot, ", ")
	}
	return check{name: "Your rights", text: text}
}

func (o *statusOptions) operator(ctx context.Context, c client.Client) check {
	now := time.Now()
	state, err := actions.LookAtOperator(ctx, c, o.operatorNamespace, now)
	switch {
	case apierrors.IsNotFound(err):
		return check{"Operator", "it never ran in the namespace " + o.operatorNamespace + ": --operator-namespace says where to look", true}
	case err != nil:
		return check{name: "Operator", text: "not known: " + err.Error()}
	}
	text := "alive, "
	if !state.Alive {
		text = "not alive, "
	}
	text += livenessText(state, now)
	if state.Version != "" {
		text += ", version " + state.Version
	}
	return check{"Operator", text, !state.Alive}
}

func livenessText(state actions.OperatorState, now time.Time) string {
	if state.Renewed.IsZero() {
		return "it ended and gave its lease back"
	}
	return "its lease was renewed " + since(state.Renewed, now) + " ago"
}

func policies(ctx context.Context, c client.Client, namespace string) check {
	err := actions.TryPolicies(ctx, c, namespace)
	switch {
	case errors.Is(err, actions.ErrNotStamped):
		return check{"Policies", "not in place: " + err.Error() + ", so that the log names nobody", true}
	case apierrors.IsForbidden(err):
		return check{name: "Policies", text: "not known: it takes the rights to create incidents and comments to try them"}
	case err != nil:
		return check{"Policies", "not in place: " + err.Error(), true}
	}
	return check{name: "Policies", text: "in place: they stamp who creates incidents and comments"}
}

func sources(ctx context.Context, c client.Client, namespace string) check {
	all, err := actions.LookAtSources(ctx, c, namespace)
	switch {
	case err != nil:
		return check{name: "Sources", text: "not known: " + err.Error()}
	case len(all) == 0:
		return check{name: "Sources", text: "none here: alerts come through the API alone"}
	}
	found, now := check{name: "Sources"}, time.Now()
	var said []string
	for _, source := range all {
		text := source.Name + " is ready"
		if !source.Ready {
			text, found.wrong = source.Name+" is not ready: "+source.Why, true
		}
		if source.Received.IsZero() {
			text += ", received nothing so far"
		} else {
			text += ", received something " + since(source.Received, now) + " ago"
		}
		said = append(said, text)
	}
	found.text = strings.Join(said, "; ")
	return found
}

// patientLook gives the operator some seconds for what was changed just now.
func patientLook(ctx context.Context, c client.WithWatch, namespace string) (actions.LogState, error) {
	deadline := time.Now().Add(logPatience)
	for {
		state, err := actions.LookAtLogs(ctx, c, namespace)
		if err != nil || state.UpToDate() || ctx.Err() != nil || time.Now().After(deadline) {
			return state, err
		}
		kube.Pause(ctx)
	}
}

func logs(ctx context.Context, c client.WithWatch, namespace string) check {
	state, err := patientLook(ctx, c, namespace)
	if err != nil {
		return check{name: "Logs", text: "not known: " + err.Error()}
	}
	if state.UpToDate() {
		return check{name: "Logs", text: "up to date: the operator has seen all of " + counting(state.Incidents, "incident")}
	}
	var problems []string
	if number := len(state.Unseen); number > 0 {
		problems = append(problems, fmt.Sprintf("the operator has not seen the last change of %s, such as %s", counting(number, "incident"), state.Unseen[0]))
	}
	if number := len(state.NotWritten); number > 0 {
		problems = append(problems, fmt.Sprintf("the logs of %s cannot be written, such as that of %s", counting(number, "incident"), state.NotWritten[0]))
	}
	if state.Told < state.Generation {
		problems = append(problems, fmt.Sprintf("the log of %s has come to generation %d of %d", state.Latest, state.Told, state.Generation))
	}
	return check{"Logs", "behind: " + strings.Join(problems, "; "), true}
}
