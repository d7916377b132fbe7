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
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// userAgent tells this program's requests from the operator's, whose account the bare client shares.
const userAgent = "incident-operator-bench"

// api sends raw requests as one user. It has no rate limit and decodes no more than it is asked to.
type api struct {
	host   string
	client *http.Client
}

// object is a JSON object, as it is sent.
type object = map[string]any

func (p *place) configOf(user string) (*rest.Config, error) {
	config, err := clientcmd.BuildConfigFromFlags("", p.kubeconfig(user))
	if err != nil {
		return nil, fmt.Errorf("reading the kubeconfig of %s: %w", user, err)
	}
	config.UserAgent = userAgent
	config.QPS = -1
	return config, nil
}

func (p *place) connectAs(user string) (*api, error) {
	config, err := p.configOf(user)
	if err != nil {
		return nil, err
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("connecting as %s: %w", user, err)
	}
	return &api{host: strings.TrimSuffix(config.Host, "/"), client: client}, nil
}

// statusError is an answer of 400 and more.
type statusError struct {
	code int
	text string
}

func (e *statusError) Error() string { return e.text }

// send returns the body of the answer.
func (a *api) send(ctx context.Context, method, path, contentType string, body []byte) ([]byte, error) {
	response, err := a.open(ctx, method, path, contentType, body)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= http.StatusBadRequest {
		err = &statusError{code: response.StatusCode, text: fmt.Sprintf("%s %s: %s: %.300s", method, path, response.Status, content)}
	}
	return content, err
}

// open returns the answer while its body may still be coming.
func (a *api) open(ctx context.Context, method, path, contentType string, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, a.host+path, bytes.NewReader(body)) //nolint:gosec // The host is that of the kubeconfig.
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	request.Header.Set("Accept", "application/json")
	return a.client.Do(request) //nolint:gosec // The host is that of the kubeconfig.
}

// patch sends a merge patch, and returns the resourceVersion after it.
func (a *api) patch(ctx context.Context, path string, patch object) (version string, err error) {
	body, err := json.Marshal(patch)
	if err != nil {
		return "", err
	}
	answer, err := a.send(ctx, http.MethodPatch, path, "application/merge-patch+json", body)
	if err != nil {
		return "", err
	}
	var after struct {
		Metadata struct{ ResourceVersion string }
	}
	err = json.Unmarshal(answer, &after)
	return after.Metadata.ResourceVersion, err
}

// ensure creates an object; one that exists is left as it is.
func (a *api) ensure(ctx context.Context, path string, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, err = a.send(ctx, http.MethodPost, path, "application/json", body)
	if status, ok := errors.AsType[*statusError](err); ok && status.code == http.StatusConflict {
		return nil
	}
	return err
}

func (a *api) get(ctx context.Context, path string, into any) error {
	content, err := a.send(ctx, http.MethodGet, path, "", nil)
	if err != nil {
		return err
	}
	return json.Unmarshal(content, into)
}
