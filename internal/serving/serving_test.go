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

package serving_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/incident-operator/incident-operator/internal/serving"
)

// patience is how long anything here may take on a busy machine.
const patience = time.Minute

// running is a server that a test runs.
type running struct {
	address string
	stop    context.CancelFunc
	ended   <-chan error
}

type key struct{}

// start serves until the test ends.
func start(t *testing.T, certificate serving.Certificate, bounds serving.Bounds, handler http.HandlerFunc) running {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, "handed on"))
	t.Cleanup(cancel)
	ended := make(chan error, 1)
	go func() { ended <- serving.Serve(ctx, listener, certificate, bounds, handler) }()
	return running{address: listener.Addr().String(), stop: cancel, ended: ended}
}

func (r running) end(t *testing.T) {
	t.Helper()
	r.stop()
	r.await(t)
}

func (r running) await(t *testing.T) {
	t.Helper()
	select {
	case err := <-r.ended:
		if err != nil {
			t.Errorf("it ended with: %v", err)
		}
	case <-time.After(patience):
		t.Fatal("it does not end")
	}
}

// get asks once, on a connection of its own. What went wrong is the answer too.
func get(ctx context.Context, client *http.Client, url string) string {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err.Error()
	}
	request.Close = true
	response, err := client.Do(request)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func TestRequestsUnderWayComeToTheirEnd(t *testing.T) {
	begun, goOn := make(chan struct{}), make(chan struct{})
	server := start(t, nil, serving.Bounds{Connections: 2, Drain: patience}, func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		<-goOn
		if err := r.Context().Err(); err != nil {
			t.Errorf("the request ended with the server: %v", err)
		}
		_, _ = io.WriteString(w, r.Context().Value(key{}).(string))
	})
	answer := make(chan string, 1)
	go func() { answer <- get(t.Context(), http.DefaultClient, "http://"+server.address) }()
	<-begun
	server.stop()
	// Nobody else gets in from now on, sooner or later.
	for {
		connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.address)
		if err != nil {
			break
		}
		_ = connection.Close()
	}
	close(goOn)
	if got := <-answer; got != "handed on" {
		t.Errorf("got %q", got)
	}
	server.await(t)
}

func TestRequestsThatTakeTooLongAreCut(t *testing.T) {
	begun, cut := make(chan struct{}), make(chan struct{})
	server := start(t, nil, serving.Bounds{Connections: 1, Drain: time.Millisecond}, func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
		close(cut)
	})
	asking, leave := context.WithCancel(t.Context())
	defer leave()
	go get(asking, http.DefaultClient, "http://"+server.address)
	<-begun
	server.end(t)
	select {
	case <-cut:
	case <-time.After(patience):
		t.Error("it goes on")
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	server := start(t, nil, serving.Bounds{Connections: 1, Header: patience, Drain: time.Millisecond}, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "served")
	})
	held, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(held, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := held.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	answer := make(chan string, 1)
	go func() { answer <- get(t.Context(), http.DefaultClient, "http://"+server.address) }()
	select {
	case <-answer:
		t.Fatal("a second connection was served while the first was held")
	case <-time.After(100 * time.Millisecond):
	}
	_ = held.Close()
	if got := <-answer; got != "served" {
		t.Errorf("got %q", got)
	}
	server.end(t)
}

func TestSlowHeadersAreCut(t *testing.T) {
	server := start(t, nil, serving.Bounds{Connections: 1, Header: 50 * time.Millisecond, Drain: time.Millisecond}, func(http.ResponseWriter, *http.Request) {
		t.Error("half a header was served")
	})
	slow, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = slow.Close() }()
	if _, err := io.WriteString(slow, "GET / HTTP/1.1\r\nHost:"); err != nil {
		t.Fatal(err)
	}
	_ = slow.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.ReadAll(slow); err != nil {
		t.Errorf("the connection was not closed: %v", err)
	}
	server.end(t)
}

func TestProtocols(t *testing.T) {
	// A certificate, and a client that trusts it.
	other := httptest.NewTLSServer(http.NotFoundHandler())
	defer other.Close()
	certificate := func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &other.TLS.Certificates[0], nil }
	protocol := func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }
	for want, one := range map[string]bool{"HTTP/1.1": true, "HTTP/2.0": false} {
		server := start(t, certificate, serving.Bounds{Connections: 2, Drain: patience, OneRequest: one}, protocol)
		transport := other.Client().Transport.(*http.Transport).Clone()
		transport.ForceAttemptHTTP2 = true
		if got := get(t.Context(), &http.Client{Transport: transport}, "https://"+server.address); got != want {
			t.Errorf("got %s, not %s", got, want)
		}
		transport.CloseIdleConnections()
		server.end(t)
	}
}
