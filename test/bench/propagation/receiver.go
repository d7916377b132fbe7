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
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	ingestUser       = "system:serviceaccount:incident-operator-system:incident-operator-ingest"
	receiverAudience = "incident-operator-receiver"
)

// receiver is where the alerts of one source are posted, as its sender.
type receiver struct {
	url, token string
	client     *http.Client
}

// openReceiver makes a ServiceAccount that may post to the source.
func (b *bench) openReceiver(ctx context.Context, namespace, source string) (*receiver, error) {
	const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/"
	accounts := "/api/v1/namespaces/" + namespace + "/serviceaccounts"
	for _, o := range []struct {
		path  string
		value object
	}{
		{accounts, object{"metadata": object{"name": source}}},
		{rbac + namespace + "/roles", object{"metadata": object{"name": source}, "rules": []object{{
			"apiGroups": []string{"incidentoperator.dev"}, "resources": []string{"alertsources/alerts"}, "resourceNames": []string{source}, "verbs": []string{"create"},
		}}}},
		{rbac + namespace + "/rolebindings", object{
			"metadata": object{"name": source},
			"roleRef":  object{"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": source},
			"subjects": []object{{"kind": "ServiceAccount", "name": source, "namespace": namespace}},
		}},
	} {
		if err := b.admin.ensure(ctx, o.path, o.value); err != nil {
			return nil, fmt.Errorf("making a sender: %w", err)
		}
	}
	token, err := b.tokenOf(ctx, accounts+"/"+source)
	if err != nil {
		return nil, fmt.Errorf("getting a sender's token: %w", err)
	}
	address, err := b.place.receiverURL()
	if err != nil {
		return nil, err
	}
	return &receiver{
		url: address + "/v1/namespaces/" + namespace + "/alertsources/" + source, token: token,
		client: &http.Client{Transport: &http.Transport{
			MaxIdleConnsPerHost: stormSenders, ForceAttemptHTTP2: true,
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // On loopback, with a certificate of its own.
		}},
	}, nil
}

func (b *bench) tokenOf(ctx context.Context, account string) (string, error) {
	body, err := json.Marshal(object{"spec": object{"audiences": []string{receiverAudience}, "expirationSeconds": 7200}})
	if err != nil {
		return "", err
	}
	answer, err := b.admin.send(ctx, http.MethodPost, account+"/token", "application/json", body)
	if err != nil {
		return "", err
	}
	var review struct{ Status struct{ Token string } }
	err = json.Unmarshal(answer, &review)
	return review.Status.Token, err
}

// receiverURL is where hack/local.sh made the receiver listen.
func (p *place) receiverURL() (string, error) {
	content, err := os.ReadFile(filepath.Join(p.folder, "run", "ingest.env")) //nolint:gosec // The folder is the one that --local names.
	if err != nil {
		return "", fmt.Errorf("finding the receiver: %w", err)
	}
	for line := range strings.Lines(string(content)) {
		if port, found := strings.CutPrefix(strings.TrimSpace(line), "RECEIVER_PORT="); found {
			return "https://127.0.0.1:" + port, nil
		}
	}
	return "", fmt.Errorf("finding the receiver: %s/run/ingest.env names no RECEIVER_PORT", p.folder)
}

// post returns how long the receiver took to store what is posted. Told to come again, it does.
func (r *receiver) post(ctx context.Context, body []byte) (time.Duration, error) {
	begin := time.Now()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(body)) //nolint:gosec // The address is on loopback.
		if err != nil {
			return 0, err
		}
		request.Header.Set("Authorization", "Bearer "+r.token)
		request.Header.Set("Content-Type", "application/json")
		response, err := r.client.Do(request) //nolint:gosec // The address is on loopback.
		if err != nil {
			return 0, fmt.Errorf("posting an alert: %w", err)
		}
		said, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
		_ = response.Body.Close()
		switch {
		case err != nil:
			return 0, fmt.Errorf("posting an alert: %w", err)
		case response.StatusCode == http.StatusOK:
			return time.Since(begin), nil
		case response.StatusCode != http.StatusServiceUnavailable:
			return 0, fmt.Errorf("posting an alert: %s: %.300s", response.Status, said)
		}
		if err := pause(ctx, time.Second); err != nil {
			return 0, err
		}
	}
}
