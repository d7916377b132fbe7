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
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"time"
)

const (
	pollInterval = 100 * time.Millisecond
	// probeTimeout bounds one look: a hanging server is as little ready as a missing one.
	probeTimeout = 5 * time.Second
)

// probe asks one URL as one user whether something is ready.
type probe struct {
	url    string
	client *http.Client
}

// newProbe makes a probe with a client certificate of the authority, which has issued the server's as well.
func newProbe(a *authority, url, cn string, groups ...string) (probe, error) {
	credentials, err := a.issueClient(cn, groups...)
	if err != nil {
		return probe{}, err
	}
	certificate, err := tls.X509KeyPair(credentials.cert, credentials.key)
	if err != nil {
		return probe{}, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(a.parsed)
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{certificate}},
		DisableKeepAlives: true,
	}
	return probe{url: url, client: &http.Client{Transport: transport, Timeout: probeTimeout}}, nil
}

// once returns nil if the answer is 200 OK.
func (p probe) once(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url, http.NoBody)
	if err != nil {
		return err
	}
	response, err := p.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", p.url, response.Status)
	}
	return nil
}

// wait asks until the answer is 200 OK, the process behind it has ended, or the context is done.
func (p probe) wait(ctx context.Context, behind process) error {
	for {
		err := p.once(ctx)
		if err == nil {
			return nil
		}
		if _, running := behind.alive(); !running {
			return fmt.Errorf("%s ended by itself", behind.name)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w (last answer: %w)", behind.name, ctx.Err(), err)
		case <-time.After(pollInterval):
		}
	}
}
