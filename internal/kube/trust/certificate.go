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

package trust

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"

	"k8s.io/client-go/util/cert"
)

const (
	// lifetime is how long a certificate is valid.
	lifetime = 90 * 24 * time.Hour
	// renewal is how long before its end it is replaced.
	renewal = 30 * 24 * time.Hour
)

// pair is a certificate with its key, and whom to trust for it, all in PEM.
type pair struct{ certificate, key, authorities []byte }

// newPair makes a certificate for hosts, which are names or addresses, signed by an authority of its own whose key is thrown
// away. The authority of the pair before stays among the trusted as long as it is valid.
func newPair(hosts []string, before pair, now time.Time) (pair, error) {
	options := cert.SelfSignedCertKeyOptions{Host: hosts[0], MaxAge: lifetime}
	for _, host := range hosts[1:] {
		if ip := net.ParseIP(host); ip != nil {
			options.AlternateIPs = append(options.AlternateIPs, ip)
		} else {
			options.AlternateDNS = append(options.AlternateDNS, host)
		}
	}
	certificate, key, err := cert.GenerateSelfSignedCertKeyWithOptions(options)
	if err != nil {
		return pair{}, fmt.Errorf("making a certificate: %w", err)
	}
	made := pair{certificate: certificate, key: key}
	authority, err := made.authority()
	if err != nil {
		return pair{}, err
	}
	trusted := []*x509.Certificate{authority}
	if old, err := before.authority(); err == nil && now.Before(old.NotAfter) {
		trusted = append(trusted, old)
	}
	made.authorities, err = cert.EncodeCertificates(trusted...)
	if err != nil {
		return pair{}, fmt.Errorf("encoding whom to trust: %w", err)
	}
	return made, nil
}

// authority is who signed the certificate: the last of its chain.
func (p pair) authority() (*x509.Certificate, error) {
	chain, err := cert.ParseCertsPEM(p.certificate)
	if err != nil {
		return nil, fmt.Errorf("reading the chain of the certificate: %w", err)
	}
	last := chain[len(chain)-1]
	if !last.IsCA {
		return nil, errors.New("the chain must end with the authority that signed the certificate")
	}
	return last, nil
}

// forHosts is the certificate as it is served. An error says why it has to be replaced.
func (p pair) forHosts(hosts []string, now time.Time) (*tls.Certificate, error) {
	if len(p.certificate) == 0 {
		return nil, errors.New("there is none")
	}
	served, err := tls.X509KeyPair(p.certificate, p.key)
	if err != nil {
		return nil, err
	}
	for _, host := range hosts {
		if err := p.trusts(served.Leaf, host, now.Add(renewal)); err != nil {
			return nil, err
		}
	}
	return &served, nil
}

// trusts says why a certificate is not good for a host at a time; nil if it is. An empty host stands for any.
func (p pair) trusts(certificate *x509.Certificate, host string, at time.Time) error {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(p.authorities)
	_, err := certificate.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, CurrentTime: at})
	return err
}
