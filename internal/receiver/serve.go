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
	"net"
	"net/http"
	"time"

	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/internal/serving"
)

// Serve takes posts over TLS until the context ends, and lets those that are under way come to their end.
func Serve(ctx context.Context, listener net.Listener, certificate serving.Certificate, handler http.Handler) error {
	logger := logf.FromContext(ctx).WithName("receiver")
	logger.Info("Taking alerts", "address", listener.Addr().String())
	return serving.Serve(logf.IntoContext(ctx, logger), listener, certificate, serving.Bounds{
		Header: 5 * time.Second, Read: 10 * time.Second, Write: postTimeout + time.Second, Idle: 90 * time.Second, Drain: 12 * time.Second,
		HeaderBytes: 32 << 10, Connections: 2048, OneRequest: true,
	}, handler)
}
