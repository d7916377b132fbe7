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
	"encoding/json"
	"fmt"
	"net/http"

	"k8s.io/apimachinery/pkg/types"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
)

const (
	alice = "alice@example.com"
	bob   = "bob@example.com"
)

var group = "/apis/" + v1alpha1.GroupVersion.String()

func alertsPath(namespace string) string      { return group + "/namespaces/" + namespace + "/alerts" }
func alertPath(namespace, name string) string { return alertsPath(namespace) + "/" + name }
func incidentsPath(namespace string) string   { return group + "/namespaces/" + namespace + "/incidents" }

func incidentPath(namespace, name string) string { return incidentsPath(namespace) + "/" + name }

func alertName(incident string, i int) string { return fmt.Sprintf("%s-%06d", incident, i) }

// ensureNamespace makes a namespace where alice responds.
func (b *bench) ensureNamespace(ctx context.Context, name string) error {
	err := b.admin.ensure(ctx, "/api/v1/namespaces", object{"metadata": object{"name": name}})
	if err != nil {
		return fmt.Errorf("creating namespace %s: %w", name, err)
	}
	return b.admin.ensure(ctx, "/apis/rbac.authorization.k8s.io/v1/namespaces/"+name+"/rolebindings", object{
		"metadata": object{"name": "bench"},
		"roleRef":  object{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "incident-operator-responder"},
		"subjects": []object{{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": alice}},
	})
}

func (b *bench) ensureIncident(ctx context.Context, namespace, name, assignee string) error {
	return b.admin.ensure(ctx, incidentsPath(namespace), object{
		"apiVersion": v1alpha1.GroupVersion.String(), "kind": "Incident",
		"metadata": object{"name": name}, "spec": object{"assignee": assignee},
	})
}

// incident is what is looked at of an incident.
type incident struct {
	Metadata struct{ UID types.UID }
	Spec     struct{ Assignee string }
	Status   struct{ Activity struct{ Entries int64 } }
}

func (b *bench) incident(ctx context.Context, namespace, name string) (incident, error) {
	var i incident
	err := b.admin.get(ctx, incidentPath(namespace, name), &i)
	return i, err
}

// source is what an incident that is not resolved gives to its alerts.
func (b *bench) source(ctx context.Context, namespace, name string) (inherit.Source, error) {
	i, err := b.incident(ctx, namespace, name)
	return inherit.Source{Name: name, UID: i.Metadata.UID, Assignee: i.Spec.Assignee}, err
}

// ensureAlerts creates what is missing of n alerts that are linked to an incident.
func (b *bench) ensureAlerts(ctx context.Context, o *observer, incident string, n int) error {
	have := map[string]bool{}
	for _, a := range o.all() {
		have[a.Metadata.Name] = true
	}
	var missing []int
	for i := range n {
		if !have[alertName(incident, i)] {
			missing = append(missing, i)
		}
	}
	return each(ctx, len(missing), b.workers, func(ctx context.Context, k int) error {
		body, err := json.Marshal(newAlert(alertName(incident, missing[k]), incident, missing[k]))
		if err != nil {
			return err
		}
		_, err = b.admin.send(ctx, http.MethodPost, alertsPath(o.namespace), "application/json", body)
		return err
	})
}

// newAlert is an alert of about 1 KB, as a runtime detector sends it.
func newAlert(name, incident string, i int) object {
	pod := fmt.Sprintf("payment-api-7d4b9c6f5d-%05x", i*7919%0xfffff)
	node := fmt.Sprintf("ip-10-12-%d-%d.eu-central-1.compute.internal", i/250%250, i%250)
	return object{
		"apiVersion": v1alpha1.GroupVersion.String(), "kind": "Alert",
		"metadata": object{"name": name},
		"spec": object{
			"name": "Terminal shell in container", "severity": "High", "category": "Execution",
			"techniques":  []string{"T1059", "T1611"},
			"source":      object{"service": "Falco", "detector": "syscall"},
			"fingerprint": fmt.Sprintf("falco/%s/%08x", pod, i),
			"description": "A shell was spawned in a container with an attached terminal (parent=runc cmdline=bash -i terminal=34816 container_id=3ad7b26ded6d image=registry.example.com/shop/payment-api:1.24.3)",
			"incidentRef": object{"name": incident},
			"evidence": []object{
				{"kind": "Pod", "name": pod, "namespace": "shop", "role": "Affected"},
				{"kind": "Container", "name": pod + "/payment-api", "namespace": "shop", "role": "Affected"},
				{"kind": "Node", "name": node, "role": "Contextual"},
				{"kind": "Process", "name": "/usr/bin/bash", "role": "Attacker"},
				{"kind": "User", "name": "www-data", "role": "Affected"},
			},
			"firstActivityTime": "2026-11-25T08:13:59Z", "lastActivityTime": "2026-11-25T08:14:07Z", "occurrences": 3,
		},
	}
}

func newComment(name, incident, text string) object {
	return object{
		"apiVersion": v1alpha1.GroupVersion.String(), "kind": "Comment",
		"metadata": object{"name": name},
		"spec":     object{"incidentRef": object{"name": incident}, "text": text},
	}
}
