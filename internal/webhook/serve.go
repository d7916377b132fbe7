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
	"context"
	"net"
	"net/http"
	"time"

	"github.com/incident-operator/incident-operator/internal/serving"
)

// admitTimeout bounds a request from its header to its answer. The configuration of the webhook says how long the API server
// waits, which is no less.
const admitTimeout = 9 * time.Second

// Serve answers over TLS until the context ends.
func Serve(ctx context.Context, listener net.Listener, certificate serving.Certificate, handler http.Handler) error {
	return serving.Serve(ctx, listener, certificate, serving.Bounds{
		Header: 5 * time.Second, Read: admitTimeout, Write: admitTimeout + time.Second, Idle: 90 * time.Second, Drain: 12 * time.Second,
		HeaderBytes: 32 << 10, Connections: 1024, OneRequest: true,
	}, handler)
}
