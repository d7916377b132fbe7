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

// Package serving runs an HTTP server that bounds whatever strangers can make it hold.
package serving

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"
)

// Certificate gives the certificate for a connection, as tls.Config has it.
type Certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)

// Bounds are what a server grants. Zero is no bound.
type Bounds struct {
	// Header, Read and Write bound a request: until it has said what it wants, until it is read, and, counted from the end of
	// its header, until it is answered.
	Header, Read, Write time.Duration
	// Idle is how long a connection may wait for its next request.
	Idle time.Duration
	// Drain is how long requests that are under way may take when the server ends.
	Drain time.Duration
	// HeaderBytes bounds the header of a request.
	HeaderBytes int
	// Connections bounds those that are open, with whoever holds them open for nothing. It must be 1 or more.
	Connections int
	// OneRequest is set if a connection carries one request at a time, so that Connections bounds requests too: no HTTP/2.
	OneRequest bool
}

// Serve serves a handler until the context ends, over TLS if there is a certificate, and lets the requests that are under way
// come to their end. Requests have the values of the context.
func Serve(ctx context.Context, listener net.Listener, certificate Certificate, bounds Bounds, handler http.Handler) error {
	server, listener := newServer(ctx, certificate, bounds, handler), netutil.LimitListener(listener, bounds.Connections)
	ended := make(chan error, 1)
	go func() {
		if certificate == nil {
			ended <- server.Serve(listener)
		} else {
			ended <- server.ServeTLS(listener, "", "")
		}
	}()
	select {
	case err := <-ended:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), bounds.Drain)
	defer cancel()
	if err := server.Shutdown(drain); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("ending the server: %w", err)
	}
	return server.Close()
}

func newServer(ctx context.Context, certificate Certificate, bounds Bounds, handler http.Handler) *http.Server {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: bounds.Header, ReadTimeout: bounds.Read, WriteTimeout: bounds.Write, IdleTimeout: bounds.Idle,
		MaxHeaderBytes: bounds.HeaderBytes,
		BaseContext:    func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		// Anybody can make a handshake fail: that is nothing to log.
		ErrorLog:  log.New(io.Discard, "", 0),
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: certificate},
	}
	if bounds.OneRequest {
		server.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){}
		server.TLSConfig.NextProtos = []string{"http/1.1"}
	}
	return server
}
