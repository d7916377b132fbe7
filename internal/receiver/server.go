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

package receiver

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
	logf "sigs.k8s.io/controller-runtime/pkg/log"
)

const (
	headerTimeout = 5 * time.Second
	readTimeout   = 10 * time.Second
	// writeTimeout counts from the end of the header, and so bounds the whole post.
	writeTimeout = postTimeout + time.Second
	idleTimeout  = 90 * time.Second
	// maxConnections bounds those that are open, with whoever holds them open for nothing.
	maxConnections = 2_048
	maxHeader      = 32 << 10
	// drainTimeout is how long posts may take when the process ends.
	drainTimeout = 12 * time.Second
)

// Server serves a handler over TLS until its context ends.
type Server struct {
	// Listener is where it serves.
	Listener net.Listener
	// Certificate gives the certificate for a connection.
	Certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	Handler     http.Handler
}

// NeedLeaderElection is false: every replica takes posts.
func (s *Server) NeedLeaderElection() bool { return false }

// Start serves, and lets the posts that are under way come to their end.
func (s *Server) Start(ctx context.Context) error {
	logger := logf.FromContext(ctx).WithName("receiver")
	server := &http.Server{
		Handler:           s.Handler,
		ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeader,
		BaseContext:    func(net.Listener) context.Context { return logf.IntoContext(context.WithoutCancel(ctx), logger) },
		// Anybody can make a handshake fail: that is nothing to log.
		ErrorLog: log.New(io.Discard, "", 0),
		// Without HTTP/2 one connection is one post.
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
		TLSConfig: &tls.Config{
			MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, GetCertificate: s.Certificate,
		},
	}
	ended := make(chan error, 1)
	go func() {
		ended <- server.ServeTLS(netutil.LimitListener(s.Listener, maxConnections), "", "")
	}()
	logger.Info("Taking alerts", "address", s.Listener.Addr().String())
	select {
	case err := <-ended:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if err := server.Shutdown(drain); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("ending the receiver: %w", err)
	}
	return nil
}
