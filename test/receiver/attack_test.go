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
	"compress/gzip"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"runtime/metrics"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect/delivery"
	"github.com/incident-operator/incident-operator/internal/receiver"
)

// panicking is a reader that panics at a word.
type panicking struct{ receiver.Reader }

func (p panicking) Read(header map[string][]string, body []byte, received time.Time) delivery.Delivery {
	if bytes.Contains(body, []byte("panic")) {
		panic("at " + string(body))
	}
	return p.Reader.Read(header, body, received)
}

var _ = Describe("Under attack", Ordered, func() {
	var (
		r                *replica
		namespace, token string
		innocent         = []byte(`{"rule":"Terminal shell","source":"syscall","hostname":"n1","priority":"Warning"}`)
	)
	BeforeAll(func(ctx context.Context) {
		r = newReplica(ctx, settings{prepare: func(source *v1alpha1.AlertSource) (receiver.Reader, error) {
			reader, err := prepare(source)
			return panicking{reader}, err
		}})
		namespace = newNamespace(ctx)
		newSource(ctx, namespace, "falco", v1alpha1.AlertSourceSpec{Format: "Falco"})
		newSource(ctx, namespace, "limited", v1alpha1.AlertSourceSpec{Format: "Falco", RateLimit: v1alpha1.AlertRate{PerSecond: 1, Burst: 2}})
		newSource(ctx, namespace, "suspended", v1alpha1.AlertSourceSpec{Format: "Falco", Suspend: true})
		newSource(ctx, namespace, "broken", v1alpha1.AlertSourceSpec{Format: "Falco", Drop: "alert.spec.nonsense"})
		newSender(ctx, namespace, "sender", "")
		token = tokenOf(ctx, namespace, "sender")
		for _, source := range []string{"falco", "limited", "suspended", "broken"} {
			r.knows(ctx, namespace, source, token)
		}
	})
	AfterEach(func(ctx context.Context) {
		Expect(r.post(ctx, namespace, "falco", token, innocent).code).To(Equal(http.StatusOK), "others are served")
	})
	packed := func(body []byte) []byte {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		_, err := w.Write(body)
		Expect(err).NotTo(HaveOccurred())
		Expect(w.Close()).To(Succeed())
		return out.Bytes()
	}
	encoded := func(encoding string) func(*http.Request) {
		return func(request *http.Request) { request.Header.Set("Content-Encoding", encoding) }
	}

	DescribeTable("answers", func(ctx context.Context, body func() []byte, encoding string, code int) {
		var edits []func(*http.Request)
		if encoding != "" {
			edits = append(edits, encoded(encoding))
		}
		got := r.post(ctx, namespace, "falco", token, body(), edits...)
		Expect(got.code).To(Equal(code), got.body)
		Expect(got.answer.Stored+got.answer.RefusedTotal).To(Equal(got.answer.Received), got.body)
		Expect(len(got.body)).To(BeNumerically("<", 64<<10), "an answer is bounded")
	},
		Entry("a packed event", func() []byte { return packed(innocent) }, "gzip", http.StatusOK),
		Entry("a bomb of gzip", func() []byte { return packed(make([]byte, 100<<20)) }, "gzip", http.StatusRequestEntityTooLarge),
		Entry("gzip that is none", func() []byte { return innocent }, "gzip", http.StatusBadRequest),
		Entry("an unknown encoding", func() []byte { return innocent }, "zstd", http.StatusUnsupportedMediaType),
		Entry("a body that is too large", func() []byte { return make([]byte, 1<<20+1) }, "", http.StatusRequestEntityTooLarge),
		Entry("100,000 items", func() []byte { return []byte("[" + strings.Repeat("{},", 99_999) + "{}]") }, "", http.StatusBadRequest),
		Entry("a bomb of depth", func() []byte { return []byte(strings.Repeat("[", 500_000)) }, "", http.StatusBadRequest),
		Entry("a million values", func() []byte { return []byte("[" + strings.Repeat("1,", 500_000) + "1]") }, "", http.StatusBadRequest),
		Entry("no body", func() []byte { return nil }, "", http.StatusBadRequest),
		Entry("no JSON", func() []byte { return []byte("\x00\x01\x02") }, "", http.StatusBadRequest),
		Entry("bytes that are no UTF-8", func() []byte {
			return []byte("{\"rule\":\"Odd \xff\xfe\\u001b[31m\\u200b\\u202e\",\"source\":\"syscall\",\"hostname\":\"n1\"}")
		}, "", http.StatusOK),
		Entry("keys that stand twice", func() []byte {
			return []byte(`{"rule":"a","rule":"b","source":"syscall","hostname":"n1"}`)
		}, "", http.StatusOK),
		Entry("huge numbers", func() []byte {
			return []byte(`{"rule":"Numbers","source":"syscall","hostname":"n1","output_fields":{"x":` + strings.Repeat("9", 10_000) + `,"y":1e999999}}`)
		}, "", http.StatusOK),
		Entry("a title of 100,000 characters", func() []byte {
			return []byte(`{"rule":"` + strings.Repeat("ü", 100_000) + `","source":"syscall","hostname":"n1"}`)
		}, "", http.StatusOK),
		Entry("nothing to know it by", func() []byte { return []byte(`{"rule":" "}`) }, "", http.StatusBadRequest),
		Entry("one good item among bad ones", func() []byte { return []byte("{\n" + string(innocent) + "\n[]\n") }, "", http.StatusMultiStatus),
		Entry("what makes a parser panic", func() []byte { return []byte("panic") }, "", http.StatusInternalServerError),
	)

	It("asks the sender to keep what it does not take now", func(ctx context.Context) {
		for _, source := range []string{"suspended", "broken"} {
			got := r.post(ctx, namespace, source, token, innocent)
			Expect(got.code).To(Equal(http.StatusServiceUnavailable), got.body)
			Expect(got.header.Get("Retry-After")).To(Equal("60"))
		}
		var codes []int
		for range 8 {
			codes = append(codes, r.post(ctx, namespace, "limited", token, innocent).code)
		}
		Expect(codes).To(ContainElements(http.StatusOK, http.StatusServiceUnavailable))
	})

	It("serves others while headers come slowly, and ends those", func(ctx context.Context) {
		dialer := &tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}
		var slow []io.ReadWriteCloser
		for range 100 {
			connection, err := dialer.DialContext(ctx, "tcp", r.address)
			Expect(err).NotTo(HaveOccurred())
			defer func() { _ = connection.Close() }()
			Expect(connection.SetDeadline(time.Now().Add(20 * time.Second))).To(Succeed())
			_, err = fmt.Fprint(connection, "POST /v1/namespaces/a/alertsources/b HTTP/1.1\r\nHost: a\r\nX-Slow: ")
			Expect(err).NotTo(HaveOccurred())
			slow = append(slow, connection)
		}
		Expect(r.post(ctx, namespace, "falco", token, innocent).code).To(Equal(http.StatusOK))
		for _, connection := range slow {
			_, err := io.Copy(io.Discard, connection) // Until the receiver closes it; the deadline is an error.
			Expect(err).NotTo(HaveOccurred())
		}
	})

	It("keeps within its memory whatever is sent at once", func(ctx context.Context) {
		peak := watchHeap()
		body := []byte("[" + strings.Repeat(`{"rule":"a","output_fields":{"a":1}},`, 25_000) + "{}]")
		var posts sync.WaitGroup
		busy := make(chan int, 64)
		for range cap(busy) {
			posts.Go(func() {
				defer GinkgoRecover()
				busy <- r.post(ctx, namespace, "falco", token, body).code
			})
		}
		posts.Wait()
		close(busy)
		refused := 0
		for code := range busy {
			Expect(code).To(BeElementOf(http.StatusBadRequest, http.StatusOK, http.StatusMultiStatus, http.StatusServiceUnavailable))
			if code == http.StatusServiceUnavailable {
				refused++
			}
		}
		heap := peak()
		GinkgoWriter.Printf("64 posts of %d bytes: heap at most %d MiB, %d answered with 503\n", len(body), heap>>20, refused)
		Expect(heap).To(BeNumerically("<", 400<<20))
	})
})

// watchHeap begins to watch the heap of this process, in which the receiver runs; what it returns ends that and says the
// most that was seen, in bytes.
func watchHeap() func() uint64 {
	const name = "/memory/classes/heap/objects:bytes"
	done, most := make(chan struct{}), make(chan uint64)
	go func() {
		ticker := time.NewTicker(5 * time.Millisecond)
		defer ticker.Stop()
		peak := uint64(0)
		for {
			select {
			case <-done:
				most <- peak
				return
			case <-ticker.C:
				sample := []metrics.Sample{{Name: name}}
				metrics.Read(sample)
				peak = max(peak, sample[0].Value.Uint64())
			}
		}
	}()
	return func() uint64 {
		close(done)
		return <-most
	}
}
