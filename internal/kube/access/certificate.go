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

package access

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync"
	"time"

	"k8s.io/client-go/util/cert"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/certwatcher"
)

// ownLifetime is after what time a certificate of a server's own making is replaced. It is valid for a year.
const ownLifetime = 90 * 24 * time.Hour

// Certificates gives the certificate that a server serves with.
type Certificates interface {
	GetCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error)
	// Start watches what has to be watched until the context ends.
	Start(ctx context.Context) error
}

// CertificateFiles reads the certificate from files, anew whenever they change.
func CertificateFiles(certificate, key string) (Certificates, error) {
	watcher, err := certwatcher.New(certificate, key)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate: %w", err)
	}
	return watcher, nil
}

// OwnCertificate makes a certificate that nobody else has signed, and another one in time. Senders cannot verify it: it is
// for trying, and for networks that are trusted.
type OwnCertificate struct {
	// Hosts are the names that it is for.
	Hosts []string
	Clock clock.PassiveClock

	mutex   sync.Mutex
	current *tls.Certificate
	made    time.Time
}

// GetCertificate is Certificates'.
func (o *OwnCertificate) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.current != nil && o.Clock.Since(o.made) < ownLifetime {
		return o.current, nil
	}
	pem, key, err := cert.GenerateSelfSignedCertKey(o.Hosts[0], []net.IP{net.IPv4(127, 0, 0, 1)}, o.Hosts)
	if err != nil {
		return nil, fmt.Errorf("making a certificate: %w", err)
	}
	made, err := tls.X509KeyPair(pem, key)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate that was made: %w", err)
	}
	o.current, o.made = &made, o.Clock.Now()
	return o.current, nil
}

// Start is Certificates'.
func (o *OwnCertificate) Start(ctx context.Context) error {
	<-ctx.Done()
	return nil
}
