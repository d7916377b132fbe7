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

// Package webhook answers the API server's requests for admission.
package webhook

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"
	"sigs.k8s.io/controller-runtime/pkg/manager"
)

const (
	headerTimeout = 5 * time.Second
	// admitTimeout bounds a request from its header to its answer. The configuration of the webhook says how long the API
	// server waits, which is no less.
	admitTimeout = 9 * time.Second
	idleTimeout  = 90 * time.Second
	// drainTimeout is how long requests may take when the process ends.
	drainTimeout = 12 * time.Second
	// maxConnections bounds those that are open, with whoever holds them open for nothing.
	maxConnections = 1_024
	maxHeader      = 32 << 10
)

// Server serves a handler over TLS, in every replica.
func Server(listener net.Listener, certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error), handler http.Handler) *manager.Server {
	drain := drainTimeout
	return &manager.Server{
		Name: "admission", ShutdownTimeout: &drain,
		Listener: tls.NewListener(netutil.LimitListener(listener, maxConnections), &tls.Config{
			MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, GetCertificate: certificate,
		}),
		Server: &http.Server{
			Handler:           handler,
			ReadHeaderTimeout: headerTimeout, ReadTimeout: admitTimeout, WriteTimeout: admitTimeout + time.Second, IdleTimeout: idleTimeout,
			MaxHeaderBytes: maxHeader,
			// Anybody can make a handshake fail: that is nothing to log.
			ErrorLog: log.New(io.Discard, "", 0),
			// Without HTTP/2 one connection is one request.
			TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
		},
	}
}
