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
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/util/keyutil"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

var _ = Describe("Who may post", Ordered, func() {
	var (
		r                *replica
		namespace, other string
		good             string
	)
	BeforeAll(func(ctx context.Context) {
		r = newReplica(ctx, settings{})
		namespace, other = newNamespace(ctx), newNamespace(ctx)
		newSource(ctx, namespace, "falco", v1alpha1.AlertSourceSpec{Format: "Falco"})
		newSource(ctx, namespace, "suricata", v1alpha1.AlertSourceSpec{Format: "Suricata"})
		newSource(ctx, other, "falco", v1alpha1.AlertSourceSpec{Format: "Falco"})
		newSender(ctx, namespace, "sender", "falco")
		newSender(ctx, other, "foreign", "")
		nobody := &corev1.ServiceAccount{}
		nobody.Namespace, nobody.Name = namespace, "nobody"
		Expect(admin.Create(ctx, nobody)).To(Succeed())
		good = tokenOf(ctx, namespace, "sender")
		r.knows(ctx, namespace, "falco", good)
	})

	It("takes a token of its audience, as bearer token and as password", func(ctx context.Context) {
		body := []byte(`{"rule":"Terminal shell","source":"syscall","hostname":"n1","priority":"Warning"}`)
		Expect(r.post(ctx, namespace, "falco", good, body).code).To(Equal(http.StatusOK))
		basic := func(request *http.Request) {
			request.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("anybody:"+good)))
		}
		Expect(r.post(ctx, namespace, "falco", "", body, basic).code).To(Equal(http.StatusOK))
		Expect(alertsIn(ctx, namespace)).To(HaveLen(1))
	})

	// A body of a gigabyte is announced and never sent: who waits for it never answers.
	It("answers all others before it reads anything of the body", func(ctx context.Context) {
		for name, tc := range map[string]struct {
			token, namespace, source string
			want                     int
		}{
			"no token":                 {"", namespace, "falco", http.StatusUnauthorized},
			"a made-up token":          {"abc", namespace, "falco", http.StatusUnauthorized},
			"an expired token":         {expired(good), namespace, "falco", http.StatusUnauthorized},
			"a token too long":         {strings.Repeat("a", 20_000), namespace, "falco", http.StatusUnauthorized},
			"the API server's token":   {tokenOf(ctx, namespace, "sender", "https://kubernetes.default.svc.cluster.local"), namespace, "falco", http.StatusUnauthorized},
			"another audience's token": {tokenOf(ctx, namespace, "sender", "somebody-else"), namespace, "falco", http.StatusUnauthorized},
			"a sender without rights":  {tokenOf(ctx, namespace, "nobody"), namespace, "falco", http.StatusForbidden},
			"another namespace's":      {tokenOf(ctx, other, "foreign"), namespace, "falco", http.StatusForbidden},
			"another source's":         {good, namespace, "suricata", http.StatusForbidden},
			"its own name elsewhere":   {good, other, "falco", http.StatusForbidden},
			"a source that is not":     {tokenOf(ctx, other, "foreign"), other, "wazuh", http.StatusNotFound},
		} {
			got := r.announce(ctx, tc.namespace, tc.source, tc.token)
			Expect(got.code).To(Equal(tc.want), name)
			Expect(got.closes).To(BeTrue(), name)
			if tc.want == http.StatusUnauthorized {
				Expect(got.challenges).To(HaveLen(2), name)
			}
		}
	})

	It("refuses a body that is announced as too large, without reading it", func(ctx context.Context) {
		Expect(r.announce(ctx, namespace, "falco", good).code).To(Equal(http.StatusRequestEntityTooLarge))
	})

	It("serves nothing else", func(ctx context.Context) {
		for method, path := range map[string]string{
			http.MethodGet: "/v1/namespaces/" + namespace + "/alertsources/falco",
			http.MethodPut: "/v1/namespaces/" + namespace + "/alertsources/falco",
		} {
			request, err := http.NewRequestWithContext(ctx, method, "https://"+r.address+path, http.NoBody)
			Expect(err).NotTo(HaveOccurred())
			response, err := r.client.Do(request)
			Expect(err).NotTo(HaveOccurred())
			Expect(response.Body.Close()).To(Succeed())
			Expect(response.StatusCode).To(Equal(http.StatusMethodNotAllowed))
			Expect(response.ProtoMajor).To(Equal(1))
		}
	})
})

// expired is a token that ended an hour ago and is good for the rest: it is signed with the key of the API server.
func expired(token string) string {
	GinkgoHelper()
	parts := strings.Split(token, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	Expect(err).NotTo(HaveOccurred())
	claims := map[string]any{}
	Expect(json.Unmarshal(payload, &claims)).To(Succeed())
	claims["exp"] = time.Now().Add(-time.Hour).Unix()
	claims["iat"], claims["nbf"] = time.Now().Add(-2*time.Hour).Unix(), time.Now().Add(-2*time.Hour).Unix()
	payload, err = json.Marshal(claims)
	Expect(err).NotTo(HaveOccurred())
	signed := parts[0] + "." + base64.RawURLEncoding.EncodeToString(payload)
	encoded, err := os.ReadFile(filepath.Join(environment.ControlPlane.APIServer.CertDir, "sa-signer.key"))
	Expect(err).NotTo(HaveOccurred())
	key, err := keyutil.ParsePrivateKeyPEM(encoded)
	Expect(err).NotTo(HaveOccurred())
	sum := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, key.(*ecdsa.PrivateKey), sum[:])
	Expect(err).NotTo(HaveOccurred())
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// announced is what a post is answered with of which only the header was sent.
type announced struct {
	code       int
	closes     bool
	challenges []string
}

// announce sends the header of a post of a gigabyte, and no more than that, and returns what it is answered with.
func (r *replica) announce(ctx context.Context, namespace, source, token string) announced {
	GinkgoHelper()
	connection, err := (&tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}).DialContext(ctx, "tcp", r.address)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = connection.Close() }()
	Expect(connection.SetDeadline(time.Now().Add(5 * time.Second))).To(Succeed())
	authorization := ""
	if token != "" {
		authorization = "Authorization: Bearer " + token + "\r\n"
	}
	_, err = fmt.Fprintf(connection, "POST /v1/namespaces/%s/alertsources/%s HTTP/1.1\r\nHost: receiver\r\n%sContent-Length: 1073741824\r\n\r\n",
		namespace, source, authorization)
	Expect(err).NotTo(HaveOccurred())
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	Expect(err).NotTo(HaveOccurred(), "there must be an answer although no body came")
	Expect(response.Body.Close()).To(Succeed())
	return announced{code: response.StatusCode, closes: response.Close, challenges: response.Header.Values("WWW-Authenticate")}
}
