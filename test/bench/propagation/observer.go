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
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// alert is what is looked at of an alert.
type alert struct {
	Metadata struct {
		Name, ResourceVersion string
		CreationTimestamp     time.Time
		Annotations           map[string]string
	}
	Spec struct {
		Assignee    string
		Resolution  struct{ State v1alpha1.ResolutionState }
		IncidentRef struct{ Name string }
	}
	Status struct{ Conditions []condition }
}

type condition struct{ Type, Status, Reason, Message string }

// observer watches the alerts of one namespace as an administrator, by a client of its own that decodes as little as it
// can.
type observer struct {
	api       *api
	namespace string

	mutex  sync.Mutex
	alerts map[string]*alert
	goals  map[*goal]struct{}
}

// observe watches until the run ends.
func (b *bench) observe(ctx context.Context, namespace string) (*observer, error) {
	client, err := b.place.connectAs("admin")
	if err != nil {
		return nil, err
	}
	o := &observer{api: client, namespace: namespace, alerts: map[string]*alert{}, goals: map[*goal]struct{}{}}
	version, err := o.list(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the alerts of %s: %w", namespace, err)
	}
	go o.follow(ctx, version)
	return o, nil
}

// list returns the resourceVersion to watch from.
func (o *observer) list(ctx context.Context) (string, error) {
	next := ""
	for {
		var page struct {
			Metadata struct{ ResourceVersion, Continue string }
			Items    []*alert
		}
		if err := o.api.get(ctx, alertsPath(o.namespace)+"?limit=2000&continue="+url.QueryEscape(next), &page); err != nil {
			return "", err
		}
		o.mutex.Lock()
		for _, item := range page.Items {
			o.put(item, time.Now())
		}
		o.mutex.Unlock()
		if next = page.Metadata.Continue; next == "" {
			return page.Metadata.ResourceVersion, nil
		}
	}
}

// follow watches again when a watch ends. If it cannot, goals are not reached, and whoever waits for them says so.
func (o *observer) follow(ctx context.Context, version string) {
	for ctx.Err() == nil {
		var err error
		if version, err = o.watch(ctx, version); err == nil {
			continue
		}
		if version, err = o.list(ctx); err != nil {
			return
		}
	}
}

// watch returns the resourceVersion to go on from when the server ends the watch.
func (o *observer) watch(ctx context.Context, version string) (string, error) {
	path := alertsPath(o.namespace) + "?watch=1&allowWatchBookmarks=true&timeoutSeconds=3600&resourceVersion=" + version
	response, err := o.api.open(ctx, http.MethodGet, path, "", nil)
	if err != nil {
		return version, err
	}
	defer func() { _ = response.Body.Close() }()
	decoder := json.NewDecoder(response.Body)
	for {
		var event struct {
			Type   string
			Object alert
		}
		err := decoder.Decode(&event)
		if errors.Is(err, io.EOF) {
			return version, nil
		}
		if err != nil {
			return version, err
		}
		if event.Type == "ERROR" {
			return version, fmt.Errorf("watching the alerts of %s failed", o.namespace)
		}
		version = event.Object.Metadata.ResourceVersion
		o.take(event.Type, &event.Object)
	}
}

func (o *observer) take(event string, now *alert) {
	at := time.Now()
	o.mutex.Lock()
	defer o.mutex.Unlock()
	switch event {
	case "ADDED", "MODIFIED":
		o.put(now, at)
	case "DELETED":
		delete(o.alerts, now.Metadata.Name)
	}
}

// put takes in the present state of an alert. The mutex is held.
func (o *observer) put(now *alert, at time.Time) {
	before := o.alerts[now.Metadata.Name]
	o.alerts[now.Metadata.Name] = now
	for g := range o.goals {
		if before != nil && g.match(before) {
			g.have--
		}
		if g.match(now) {
			g.have++
		}
		o.check(g, at)
	}
}

// all returns the present state of the alerts.
func (o *observer) all() []*alert {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	all := make([]*alert, 0, len(o.alerts))
	for _, a := range o.alerts {
		all = append(all, a)
	}
	return all
}
