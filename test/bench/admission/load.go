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
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/util/wait"
)

// object is a JSON object.
type object = map[string]any

// block is what one user's patches of all alerts of one copy cost.
type block struct {
	processor time.Duration   // Of the API server, for each patch.
	latencies []time.Duration // One a patch.
}

func (g group) path() string {
	return "/apis/" + string(g) + "/v1alpha1/namespaces/" + namespace + "/alerts"
}

// populate creates the alerts. Those of the bare copies bear the stamps that the policies give to the others, so that all
// are of one size.
func (c *cluster) populate(ctx context.Context, s settings) error {
	for _, g := range copies {
		if err := c.await(ctx, g); err != nil {
			return err
		}
		each, ctx := errgroup.WithContext(ctx)
		each.SetLimit(s.workers)
		for i := range s.alerts {
			each.Go(func() error {
				return c.send(ctx, person, http.MethodPost, g.path(), "application/json", alert(g, i))
			})
		}
		if err := each.Wait(); err != nil {
			return fmt.Errorf("creating alerts of %s: %w", g, err)
		}
	}
	return nil
}

// await waits until a copy is served, and the policies know it.
func (c *cluster) await(ctx context.Context, g group) error {
	var last error
	err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		last = c.send(ctx, person, http.MethodPost, g.path()+"?dryRun=All", "application/json", alert(g, 0))
		return last == nil, nil
	})
	if err != nil {
		return fmt.Errorf("waiting for %s: %w", g, errors.Join(err, last))
	}
	return nil
}

// alert is one of middle size, about 2.3 KB as it is stored.
func alert(g group, i int) object {
	stamps := object{"incidentoperator.dev/inherited": memory("")}
	for _, field := range []string{"name", "description", "severity", "incidentRef", "tags"} {
		stamps["editor.incidentoperator.dev/"+field] = string(person) + "@1"
	}
	var evidence []object
	for _, kind := range []string{"Device", "User", "Process", "File", "IP"} {
		evidence = append(evidence, object{"kind": kind, "name": "something-of-some-length-" + kind, "role": "Affected"})
	}
	return object{
		"apiVersion": string(g) + "/v1alpha1", "kind": "Alert",
		"metadata": object{"name": fmt.Sprintf("alert-%d", i), "annotations": stamps},
		"spec": object{
			"name": "Suspicious sign-in from an unusual place", "description": "Somebody signed in who was elsewhere an hour ago.",
			"severity": "Medium", "category": "InitialAccess", "techniques": []string{"T1078", "T1078.004"}, "tags": []string{"Crown Jewels"},
			"source":            object{"service": "Microsoft Entra ID Protection", "detector": "sign-in"},
			"incidentRef":       object{"name": "incident-1"},
			"fingerprint":       fmt.Sprintf("fingerprint-%d", i),
			"firstActivityTime": "2026-07-01T12:00:00Z", "lastActivityTime": "2026-07-01T12:30:00Z",
			"evidence": evidence,
		},
	}
}

func memory(assignee string) string {
	return `{"incident":"incident-1","uid":"0c39b078-6a4b-4f0e-9d53-000000000000","assignee":{"value":"` + assignee + `","over":""}}`
}

// patch is what the operator writes when an incident is assigned, or a person who assigns an alert. The operator takes
// away what was noted of the person before.
func patch(u user, round int) object {
	assignee := fmt.Sprintf("%s-%d", u, round)
	if u == person {
		return object{"spec": object{"assignee": assignee}}
	}
	return object{
		"metadata": object{"annotations": object{"incidentoperator.dev/inherited": memory(assignee), "editor.incidentoperator.dev/notes": nil}},
		"spec":     object{"assignee": assignee},
	}
}

// patchAll patches every alert of a copy once, while somebody watches them.
func (c *cluster) patchAll(ctx context.Context, s settings, g group, u user, round int) (block, error) {
	watching, stop := context.WithCancel(ctx)
	defer stop()
	watch, err := c.open(watching, u, http.MethodGet, g.path()+"?watch=true", "", nil)
	if err != nil {
		return block{}, fmt.Errorf("watching %s: %w", g, err)
	}
	defer func() { _ = watch.Close() }()
	go func() { _, _ = io.Copy(io.Discard, watch) }()

	result := block{latencies: make([]time.Duration, s.alerts)}
	before, err := processorTime(c.server)
	if err != nil {
		return block{}, err
	}
	each, ctx := errgroup.WithContext(ctx)
	each.SetLimit(s.workers)
	for i := range s.alerts {
		each.Go(func() error {
			begin := time.Now()
			err := c.send(ctx, u, http.MethodPatch, fmt.Sprintf("%s/alert-%d?fieldManager=bench", g.path(), i), "application/merge-patch+json", patch(u, round))
			result.latencies[i] = time.Since(begin)
			return err
		})
	}
	if err := each.Wait(); err != nil {
		return block{}, fmt.Errorf("patching %s as %s: %w", g, u, err)
	}
	after, err := processorTime(c.server)
	if err != nil {
		return block{}, err
	}
	result.processor = (after - before) / time.Duration(s.alerts)
	return result, nil
}

// send makes a request and reads its answer to the end.
func (c *cluster) send(ctx context.Context, u user, method, path, contentType string, content object) error {
	body, err := json.Marshal(content)
	if err != nil {
		return fmt.Errorf("encoding a request: %w", err)
	}
	answer, err := c.open(ctx, u, method, path, contentType, body)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Close() }()
	if _, err := io.Copy(io.Discard, answer); err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	return nil
}

// open makes a request and returns the body of its answer.
func (c *cluster) open(ctx context.Context, u user, method, path, contentType string, body []byte) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.host+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("making a request: %w", err)
	}
	request.Header.Set("Content-Type", contentType)
	response, err := c.clients[u].Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= http.StatusBadRequest {
		defer func() { _ = response.Body.Close() }()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			return nil, fmt.Errorf("reading the answer: %w", err)
		}
		return nil, fmt.Errorf("%s %s: %s: %s", method, path, response.Status, text)
	}
	return response.Body, nil
}
