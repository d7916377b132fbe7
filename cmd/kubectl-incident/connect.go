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
	"time"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// fieldManager is that of what the plugin writes. Who did it is the user: admission sees to that. The name must not begin
// with kubectl: Flux takes such a manager for a person who bypasses Git, and drops the fields that it set.
const fieldManager = "incident-cli"

// connectTyped connects to the cluster with the kinds of this API.
func (p *plugin) connectTyped() (client.WithWatch, error) {
	config, err := p.config.ToRESTConfig()
	if err != nil {
		return nil, fmt.Errorf("finding the cluster: %w", err)
	}
	config.WarningHandler = &terminal.Warner{Out: p.ErrOut}
	logf.SetLogger(logr.Discard()) // What goes wrong is in the errors.
	return kube.Connect(config)
}

func (p *plugin) connectTables() (complete.Pages, error) {
	config, err := p.config.ToRESTConfig()
	if err != nil {
		return nil, fmt.Errorf("finding the cluster: %w", err)
	}
	config.QPS, config.Burst = kube.RequestsPerSecond, kube.RequestsPerSecond
	return complete.Connect(config)
}

// cluster returns the namespace to work in and a client, whose writes bear the plugin's field manager.
func (p *plugin) cluster() (string, client.WithWatch, error) {
	namespace, err := p.namespace()
	if err != nil {
		return "", nil, err
	}
	c, err := p.typed()
	if err != nil {
		return "", nil, err
	}
	return namespace, kube.WithFieldOwner(c, fieldManager), nil
}

// known is where suggestions come from.
func (p *plugin) known() complete.Cluster {
	return complete.Cluster{Config: p.config, Tables: p.tables, Memory: p.memory}
}

// myself is the user's name, read from the cluster or recalled.
func (p *plugin) myself(ctx context.Context) (string, error) {
	return complete.Recalled(p.known().CacheOf("myself"), time.Now(), func() (string, error) {
		_, c, err := p.cluster()
		if err != nil {
			return "", err
		}
		return actions.WhoAmI(ctx, c)
	})
}
