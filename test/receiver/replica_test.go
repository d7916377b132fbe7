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
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/cluster"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect/delivery"
	"github.com/incident-operator/incident-operator/internal/kube/access"
	"github.com/incident-operator/incident-operator/internal/kube/alertstore"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
	"github.com/incident-operator/incident-operator/internal/kube/sources"
	"github.com/incident-operator/incident-operator/internal/receiver"
)

// replica is one receiver as the role ingest wires it, without the controllers.
type replica struct {
	address string
	client  *http.Client
	tally   *sources.Tally
	store   *alertstore.Store
	// writes counts its requests that change alerts.
	writes *atomic.Int64
	// stop ends it as a signal would, and returns when it has ended.
	stop func()
}

// settings are what a spec may want otherwise.
type settings struct {
	interval time.Duration
	prepare  func(*v1alpha1.AlertSource) (receiver.Reader, error)
	suppress func(context.Context, *v1alpha1.Alert) (bool, error)
	crash    *crash
}

func prepare(source *v1alpha1.AlertSource) (receiver.Reader, error) {
	return delivery.NewSource(source)
}

// counting counts the writes of alerts that pass through, and ends the replica at one of them.
type counting struct {
	next   http.RoundTripper
	writes *atomic.Int64
	crash  *crash
}

func (c counting) RoundTrip(request *http.Request) (*http.Response, error) {
	number := int64(0)
	if request.Method != http.MethodGet && strings.Contains(request.URL.Path, "/alerts") {
		number = c.writes.Add(1)
	}
	return c.crash.pass(request, number, c.next)
}

func newReplica(ctx context.Context, s settings) *replica {
	GinkgoHelper()
	r := &replica{writes: &atomic.Int64{}, tally: sources.NewTally()}
	restConfig := as(ingestUser)
	if s.crash == nil {
		s.crash = &crash{}
	}
	restConfig.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return counting{next: next, writes: r.writes, crash: s.crash}
	})
	c, err := cluster.New(restConfig, func(o *cluster.Options) {
		o.Scheme = operator.Scheme()
		o.Cache.ByObject = map[client.Object]cache.ByObject{&v1alpha1.Alert{}: {Transform: alertstore.Slim}}
	})
	Expect(err).NotTo(HaveOccurred())
	Expect(alertstore.AddIndexes(ctx, c.GetFieldIndexer())).To(Succeed())
	if s.prepare == nil {
		s.prepare = prepare
	}
	wall, room := clock.RealClock{}, receiver.NewRoom()
	r.store = &alertstore.Store{
		Finder: alertstore.NewCached(c.GetClient()), Live: c.GetAPIReader(), Writer: c.GetClient(), Clock: wall,
		Ingest: ingestUser, Touches: alertstore.NewTouches(s.interval, wall),
	}
	instruments, err := receiver.NewInstruments(room, r.store.Touches, prometheus.NewRegistry())
	Expect(err).NotTo(HaveOccurred())
	handler := &receiver.Handler{
		Sources:  &receiver.Registry{Reader: c.GetClient(), Prepare: s.prepare},
		Reviewer: access.NewReviewer(c.GetClient(), receiver.Audience), Store: r.store, Tally: r.tally, Room: room,
		Instruments: instruments, Clock: wall, Suppress: s.suppress,
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	r.address = listener.Addr().String()
	certificate := &access.OwnCertificate{Hosts: []string{"localhost"}, Clock: wall}

	background, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 3)
	go func() { ended <- c.Start(background) }()
	// Sources and alerts are watched before anything is posted, as a Pod is not ready before.
	for _, kind := range []client.Object{&v1alpha1.Alert{}, &v1alpha1.AlertSource{}} {
		_, err := c.GetCache().GetInformer(ctx, kind)
		Expect(err).NotTo(HaveOccurred())
	}
	Expect(c.GetCache().WaitForCacheSync(ctx)).To(BeTrue())
	go func() { ended <- receiver.Serve(background, listener, certificate.GetCertificate, handler.Routes()) }()
	go func() { ended <- (&alertstore.Flusher{Store: r.store}).Start(background) }()
	stopped := false
	r.stop = func() {
		if !stopped {
			stopped = true
			cancel()
			for range 3 {
				Expect(<-ended).ToNot(HaveOccurred())
			}
		}
	}
	DeferCleanup(r.stop)
	r.client = trusting()
	return r
}

// trusting is a client that takes every certificate: the receiver's is its own, and who serves is not in question here.
func trusting() *http.Client {
	return &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, MaxIdleConnsPerHost: 32},
	}
}

// answered is what a post was answered with.
type answered struct {
	code   int
	answer receiver.Answer
	body   string
	header http.Header
}

// post posts to a source with a token.
func (r *replica) post(ctx context.Context, namespace, source, token string, body []byte, edits ...func(*http.Request)) answered {
	GinkgoHelper()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost,
		"https://"+r.address+"/v1/namespaces/"+namespace+"/alertsources/"+source, bytes.NewReader(body))
	Expect(err).NotTo(HaveOccurred())
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for _, edit := range edits {
		edit(request)
	}
	response, err := r.client.Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	got := answered{code: response.StatusCode, body: string(content), header: response.Header}
	Expect(json.Unmarshal(content, &got.answer)).To(Succeed(), got.body)
	return got
}

// knows waits until the receiver knows a source, as its watch brings it.
func (r *replica) knows(ctx context.Context, namespace, source, token string) {
	GinkgoHelper()
	Eventually(func() int { return r.post(ctx, namespace, source, token, []byte("[]")).code }).
		WithTimeout(60 * time.Second).WithPolling(20 * time.Millisecond).ShouldNot(Equal(http.StatusNotFound))
}

// settle waits until nothing waits to be written.
func (r *replica) settle() {
	GinkgoHelper()
	Eventually(r.store.Touches.Len).WithTimeout(30 * time.Second).WithPolling(50 * time.Millisecond).Should(BeZero())
}

func keyOf(namespace, name string) client.ObjectKey {
	return client.ObjectKey{Namespace: namespace, Name: name}
}

// alertsIn are the alerts of a namespace as the API server has them.
func alertsIn(ctx context.Context, namespace string) []v1alpha1.Alert {
	GinkgoHelper()
	var alerts v1alpha1.AlertList
	Expect(admin.List(ctx, &alerts, client.InNamespace(namespace))).To(Succeed())
	return alerts.Items
}

func now() metav1.Time { return metav1.Now() }
