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

package console

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/incident-operator/incident-operator/internal/serving"
)

// Serve serves a handler until the context ends, over TLS if there is a certificate. What is written has no time limit:
// events go on for hours.
func Serve(ctx context.Context, listener net.Listener, certificate serving.Certificate, handler http.Handler) error {
	return serving.Serve(ctx, listener, certificate, serving.Bounds{
		Header: 10 * time.Second, Idle: 2 * time.Minute, Drain: 3 * time.Second,
		HeaderBytes: 16 << 10, Connections: 4096,
	}, handler)
}
