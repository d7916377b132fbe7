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
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// crash ends a replica at one of its writes of alerts, before it is sent or after it is committed. Nothing that it asks for
// afterwards is answered.
type crash struct {
	at        int64
	committed bool
	dead      atomic.Bool
}

var errCrashed = errors.New("the receiver was killed")

// pass sends a request, the number-th write or no write if that is 0, unless the replica is dead.
func (c *crash) pass(request *http.Request, number int64, next http.RoundTripper) (*http.Response, error) {
	if c.dead.Load() {
		return nil, errCrashed
	}
	if number == 0 || number != c.at {
		return next.RoundTrip(request)
	}
	defer c.dead.Store(true)
	if !c.committed {
		return nil, errCrashed
	}
	response, err := next.RoundTrip(request)
	if err == nil {
		err = response.Body.Close()
	}
	return nil, errors.Join(errCrashed, err)
}

var _ = Describe("A receiver that is killed at a write", func() {
	// life is what the alerts are in the end.
	life := func(ctx context.Context, c *crash) (ended []string) {
		GinkgoHelper()
		namespace := newNamespace(ctx)
		newSource(ctx, namespace, "am", v1alpha1.AlertSourceSpec{Format: "AlertmanagerWebhook"})
		newSender(ctx, namespace, "sender", "")
		token := tokenOf(ctx, namespace, "sender")
		first := newReplica(ctx, settings{crash: c})
		r := first
		r.knows(ctx, namespace, "am", token)
		// Alertmanager posts until it is told that all is stored.
		post := func(body []byte) {
			GinkgoHelper()
			for {
				got := r.post(ctx, namespace, "am", token, body)
				if got.code == http.StatusOK {
					return
				}
				Expect(c.dead.Load()).To(BeTrue(), got.body)
				Expect(r).To(BeIdenticalTo(first), "the second receiver refuses: %s", got.body)
				r.stop()
				r = newReplica(ctx, settings{})
				r.knows(ctx, namespace, "am", token)
			}
		}
		began := time.Now().Add(-time.Hour).Truncate(time.Second)
		at := func(minutes int) time.Time { return began.Add(time.Duration(minutes) * time.Minute) }
		post(webhook("firing", at(0), time.Time{}))
		post(webhook("resolved", at(0), at(5)))
		post(webhook("firing", at(6), time.Time{}))
		opened := alertsIn(ctx, namespace)
		Expect(opened).To(HaveLen(1))
		resolve(ctx, asAlice, &opened[0])
		post(webhook("firing", at(8), time.Time{}))
		post(webhook("resolved", at(8), at(9)))
		for _, alert := range alertsIn(ctx, namespace) {
			over := "goes on"
			if alert.Spec.EndedTime != nil {
				over = fmt.Sprintf("ended in minute %.0f", alert.Spec.EndedTime.Sub(began).Minutes())
			}
			ended = append(ended, fmt.Sprintf("%s %s, %s, %d times", alert.Name, alert.Spec.Resolution.State, over, alert.Spec.Occurrences))
		}
		return ended
	}

	DescribeTable("leaves what one leaves that was not", func(ctx context.Context, committed bool) {
		want := life(ctx, &crash{})
		Expect(want).To(HaveLen(2))
		for at := int64(1); ; at++ {
			c := &crash{at: at, committed: committed}
			Expect(life(ctx, c)).To(Equal(want), "killed at write %d", at)
			if !c.dead.Load() { // A write more comes only if the cache was behind.
				Expect(at).To(BeNumerically(">", 5))
				break
			}
		}
	},
		Entry("before it is sent", false),
		Entry("after it is committed", true),
	)
})
