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
	"cmp"
	"context"
	"fmt"
	"net"
	"net/url"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/browser"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/console"
)

const (
	// consolePort is always the same, so that bookmarks lead somewhere.
	consolePort = 8475
	// loopback is not to be changed: whoever reaches the console is a step nearer to acting as the user.
	loopback = "127.0.0.1"
)

// consoleOptions are what the command console is told.
type consoleOptions struct {
	*plugin
	port int
	open bool
}

func (p *plugin) consoleCommand() *cobra.Command {
	o := &consoleOptions{plugin: p}
	command := &cobra.Command{
		Use:               "console",
		Short:             "Work on incidents in a browser, as yourself",
		ValidArgsFunction: complete.Args(complete.Nothing),
		Long: `Serve the web console on this machine, for you alone, until Ctrl-C. It acts with your kubeconfig: what you may not do by
kubectl, you may not do there. The link that it prints signs one browser in; it works once, within a minute.`,
		Example: `  # Print a link, and open it in the browser
  kubectl incident console --open

  # On a free port, for another cluster
  kubectl incident console --port 0 --context staging`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error { return o.run(command.Context()) },
	}
	command.Flags().IntVar(&o.port, "port", consolePort, "the port of 127.0.0.1 to serve on; 0 for a free one")
	command.Flags().BoolVar(&o.open, "open", false, "open the link in the browser")
	return command
}

func (o *consoleOptions) run(ctx context.Context) error {
	if o.port < 0 || o.port > 65535 {
		return fmt.Errorf("--port must be 0 to 65535, is %d", o.port)
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	name, err := o.clusterName()
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(loopback, strconv.Itoa(o.port)))
	if err != nil {
		return fmt.Errorf("listening on port %d, try --port 0 for a free one: %w", o.port, err)
	}
	login, host := console.NewLogin(ctx, console.Cluster{Name: name, Namespace: namespace, Client: c}), listener.Addr().String()
	served := make(chan error, 1)
	go func() { served <- console.Serve(ctx, listener, nil, console.Handler(host, login)) }()
	link := "http://" + host + "/#code=" + url.QueryEscape(login.Code())
	terminal.PrintLine(o.Out, "The console of "+terminal.Escape(name)+" is at")
	terminal.PrintLine(o.Out, "  "+link)
	terminal.PrintLine(o.Out, "The link signs one browser in, once, within a minute. Ctrl-C ends the console.")
	if o.open {
		closeLink, err := browser.Open(ctx, link)
		if err != nil {
			terminal.PrintError(o.ErrOut, program, fmt.Errorf("opening the browser: %w", err))
		}
		defer closeLink()
	}
	return <-served
}

// clusterName is what the kubeconfig calls the cluster.
func (p *plugin) clusterName() (string, error) {
	config, err := p.config.ToRawKubeConfigLoader().RawConfig()
	if err != nil {
		return "", fmt.Errorf("reading the kubeconfig: %w", err)
	}
	name := config.CurrentContext
	if asked := p.config.Context; asked != nil && *asked != "" {
		name = *asked
	}
	if known, there := config.Contexts[name]; there {
		name = known.Cluster
	}
	if asked := p.config.ClusterName; asked != nil && *asked != "" {
		name = *asked
	}
	return cmp.Or(name, "cluster"), nil
}
