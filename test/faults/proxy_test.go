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

package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/client-go/rest"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/test/cluster"
)

// position says where in a write the operator is killed.
type position int

const (
	beforeSending position = iota
	afterCommit
	afterReply
	positions int = iota
)

func (p position) String() string {
	return [...]string{"before it is sent", "after it is committed, before the reply", "after the reply"}[p]
}

// write is one write of the operator. Its name says in which step of the scenario it changes what, and how often the step
// did that before, so that runs can be compared.
type write struct {
	number int
	name   string
}

// plan says whether, and where, the operator is killed at a write.
type plan func(write) (position, bool)

func noFaults(write) (position, bool) { return 0, false }

var errKilled = errors.New("the operator was killed")

// proxy stands between the operator and the API server.
type proxy struct {
	server  *http.Server
	address string
	forward *httputil.ReverseProxy
	kill    func()

	mutex sync.Mutex
	// generation counts the operators; each opens connections of its own.
	generation int
	closed     bool

	plan      plan
	namespace string
	step      string
	seen      map[string]int
	writes    []string
	faults    []string
}

func startProxy(config *rest.Config) *proxy {
	GinkgoHelper()
	target, err := url.Parse(config.Host)
	Expect(err).NotTo(HaveOccurred())
	transport, err := rest.TransportFor(config) // It adds the operator's token.
	Expect(err).NotTo(HaveOccurred())
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	p := &proxy{address: listener.Addr().String(), plan: noFaults}
	p.forward = &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:      transport,
		FlushInterval:  -1, // Watches stream.
		ModifyResponse: p.answered,
		ErrorHandler:   func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	p.server = &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second, ConnContext: p.accepted}
	go func() { _ = p.server.Serve(listener) }()
	return p
}

func (p *proxy) stop() { _ = p.server.Close() }

// writeKubeconfig writes a kubeconfig that leads to the proxy, and needs no credentials for that.
func (p *proxy) writeKubeconfig() string {
	GinkgoHelper()
	const template = `apiVersion: v1
kind: Config
clusters: [{name: proxy, cluster: {server: "http://%s"}}]
contexts: [{name: proxy, context: {cluster: proxy, namespace: %s}}]
current-context: proxy
`
	path := filepath.Join(local.Dir, "proxy.kubeconfig")
	Expect(os.WriteFile(path, fmt.Appendf(nil, template, p.address, cluster.OperatorNamespace), 0o600)).To(Succeed())
	return path
}

// begin counts anew, and lets the plan decide about the writes to a namespace.
func (p *proxy) begin(namespace string, faults plan) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.namespace, p.plan, p.writes, p.faults = namespace, faults, nil, nil
}

func (p *proxy) enter(step string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.step, p.seen = step, map[string]int{}
}

// end returns which writes there were since begin, and the faults.
func (p *proxy) end() (writes, faults []string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.plan = noFaults
	return p.writes, p.faults
}

// open lets the next operator in.
func (p *proxy) open() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.closed = false
	p.generation++
}

type (
	generationKey struct{}
	faultKey      struct{}
)

// accepted notes which operator opened a connection.
func (p *proxy) accepted(ctx context.Context, _ net.Conn) context.Context {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return context.WithValue(ctx, generationKey{}, p.generation)
}

func (p *proxy) isDead(ctx context.Context) bool {
	return p.closed || ctx.Value(generationKey{}) != p.generation
}

// ServeHTTP forwards a request unless the operator is killed before. Nothing that a killed operator asks for is served.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at, isFault, dead := p.decide(r)
	if dead || (isFault && p.killAt(r.Context(), at, beforeSending)) {
		panic(http.ErrAbortHandler)
	}
	if isFault {
		r = r.WithContext(context.WithValue(r.Context(), faultKey{}, at))
	}
	p.forward.ServeHTTP(w, r)
	if isFault {
		p.killAt(r.Context(), at, afterReply)
	}
}

// answered is called when the API server has answered, before the operator gets to know.
func (p *proxy) answered(response *http.Response) error {
	ctx := response.Request.Context()
	at, isFault := ctx.Value(faultKey{}).(position)
	if isFault && p.killAt(ctx, at, afterCommit) {
		_ = response.Body.Close()
		return errKilled
	}
	return nil
}

// killAt kills the operator that a request comes from if the fault is to happen here.
func (p *proxy) killAt(ctx context.Context, at, here position) bool {
	if at != here {
		return false
	}
	p.mutex.Lock()
	dead := p.isDead(ctx)
	p.closed = p.closed || !dead
	p.mutex.Unlock()
	if !dead {
		p.kill()
	}
	return true
}

func (p *proxy) decide(r *http.Request) (at position, isFault, dead bool) {
	what := describe(r)
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.isDead(r.Context()) {
		return 0, false, true
	}
	if !isCounted(r) || !strings.Contains(r.URL.Path, "/namespaces/"+p.namespace+"/") {
		return 0, false, false
	}
	p.seen[what]++
	w := write{number: len(p.writes) + 1, name: fmt.Sprintf("%s: %s #%d", p.step, what, p.seen[what])}
	p.writes = append(p.writes, w.name)
	if at, isFault = p.plan(w); isFault {
		p.faults = append(p.faults, fmt.Sprintf("write %d, %s, %s", w.number, w.name, at))
	}
	return at, isFault, false
}

// isCounted reports whether a request changes what the log tells of: not so leases, events and reviews.
func isCounted(r *http.Request) bool {
	if r.Method == http.MethodGet {
		return false
	}
	for _, part := range []string{"/coordination.k8s.io/", "/events", "/authentication.k8s.io/", "/authorization.k8s.io/"} {
		if strings.Contains(r.URL.Path, part) {
			return false
		}
	}
	return true
}

// describe names what a request writes to; the entry that it creates by its sequence.
func describe(r *http.Request) string {
	_, path, _ := strings.Cut(r.URL.Path, "/namespaces/")
	_, path, _ = strings.Cut(path, "/")
	if path != "activities" || r.Method != http.MethodPost {
		return r.Method + " " + path
	}
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	var entry v1alpha1.Activity
	if err = errors.Join(err, json.Unmarshal(body, &entry)); err != nil {
		return r.Method + " " + path + ": " + err.Error()
	}
	return fmt.Sprintf("%s %s %d", r.Method, path, entry.Spec.Sequence)
}
