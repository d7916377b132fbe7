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
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"time"
)

// pair is a certificate and its private key, both PEM.
type pair struct {
	cert, key []byte
}

// authority is a certificate authority whose key lies in the folder, so that certificates issued earlier stay valid.
type authority struct {
	pair
	parsed *x509.Certificate
	signer *ecdsa.PrivateKey
}

const (
	authorityLife   = 10 * 365 * 24 * time.Hour
	certificateLife = 365 * 24 * time.Hour
	// clockSkew keeps certificates valid on a machine whose clock is set back a little.
	clockSkew = time.Hour
)

// loadAuthority reads the authority of that name, or makes it.
func loadAuthority(l layout, name string) (*authority, error) {
	var loaded pair
	var err error
	if loaded, err = readPair(l, name); errors.Is(err, fs.ErrNotExist) {
		loaded, err = newAuthority(name)
		if err == nil {
			err = writePair(l, name, loaded)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("preparing the certificate authority %s: %w", name, err)
	}
	return parseAuthority(loaded)
}

func newAuthority(name string) (pair, error) {
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: name},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	return sign(template, authorityLife, nil)
}

func parseAuthority(p pair) (*authority, error) {
	certBlock, _ := pem.Decode(p.cert)
	keyBlock, _ := pem.Decode(p.key)
	if certBlock == nil || keyBlock == nil {
		return nil, errors.New("a certificate authority on disk is not PEM")
	}
	parsed, err := x509.ParseCertificate(certBlock.Bytes)
	if err != nil {
		return nil, err
	}
	signer, err := x509.ParseECPrivateKey(keyBlock.Bytes)
	if err != nil {
		return nil, err
	}
	return &authority{pair: p, parsed: parsed, signer: signer}, nil
}

// issueClient makes a certificate by which a server knows the bearer as that user in those groups.
func (a *authority) issueClient(cn string, groups ...string) (pair, error) {
	return sign(&x509.Certificate{
		Subject:     pkix.Name{CommonName: cn, Organization: groups},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, certificateLife, a)
}

// issueServer makes a certificate for a server on the loopback address. It serves as a client certificate too, because
// an etcd member calls its own peers with the certificate that it serves with.
func (a *authority) issueServer(cn string) (pair, error) {
	return sign(&x509.Certificate{
		Subject:     pkix.Name{CommonName: cn},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		DNSNames:    []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(10, 0, 0, 1)},
	}, certificateLife, a)
}

// sign makes a key and has the authority, or without one the key itself, sign the template.
func sign(template *x509.Certificate, life time.Duration, by *authority) (pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return pair{}, err
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)); err != nil {
		return pair{}, err
	}
	template.NotBefore = time.Now().Add(-clockSkew)
	template.NotAfter = time.Now().Add(life)
	parent, signer := template, key
	if by != nil {
		parent, signer = by.parsed, by.signer
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		return pair{}, err
	}
	keyPEM, err := encodeKey(key)
	return pair{cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), key: keyPEM}, err
}

func encodeKey(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), nil
}

// ensureKey makes a bare private key once: service account tokens must outlive a restart.
func ensureKey(path string) error {
	if exists(path) {
		return nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	content, err := encodeKey(key)
	if err != nil {
		return err
	}
	return writeSecret(path, content)
}

func readPair(l layout, name string) (pair, error) {
	cert, err := os.ReadFile(l.pki(name + ".crt"))
	if err != nil {
		return pair{}, err
	}
	key, err := os.ReadFile(l.pki(name + ".key"))
	return pair{cert: cert, key: key}, err
}

// writePair writes the key first: a certificate on disk always has its key.
func writePair(l layout, name string, p pair) error {
	if err := writeSecret(l.pki(name+".key"), p.key); err != nil {
		return err
	}
	return writeSecret(l.pki(name+".crt"), p.cert)
}
