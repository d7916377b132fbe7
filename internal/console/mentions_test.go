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
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/kube/kubetest"
)

// reads is a cluster that counts how often all alerts are read, each of which takes until go on, and ends with err.
type reads struct {
	begun, cut atomic.Int32
	goOn       chan struct{}
	err        error
}

func (r *reads) mentions(t *testing.T) *mentions {
	t.Helper()
	c := interceptor.NewClient(newWorld(t, interceptor.Funcs{}, anIncident("inc-1")).cluster, interceptor.Funcs{
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
			if _, alerts := list.(*v1alpha1.AlertList); !alerts {
				return c.List(ctx, list, options...)
			}
			r.begun.Add(1)
			select {
			case <-r.goOn:
				return r.err
			case <-ctx.Done():
				r.cut.Add(1)
				return ctx.Err()
			}
		},
	})
	return newMentions(t.Context(), kubetest.WithoutStreams(c))
}

func searching(text string) actions.Selection {
	return actions.Selection{Namespace: "soc", Filter: query.Filter{Search: text}}
}

func TestWhoAsksTheSameReadsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &reads{goOn: make(chan struct{})}
		e, ended := r.mentions(t), make(chan error, 3)
		ask := func(text string) {
			_, err := e.of(t.Context(), searching(text))
			ended <- err
		}
		go ask("mimikatz")
		go ask("mimikatz")
		go ask("beacon")
		synctest.Wait()
		if r.begun.Load() != 2 {
			t.Errorf("%d readings for two texts", r.begun.Load())
		}
		close(r.goOn)
		for range 3 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		time.Sleep(mentionsLife) // By the clock of the bubble: nobody waits.
		ask("mimikatz")
		if r.begun.Load() != 2 {
			t.Error("it was read again before its time was over")
		}
		time.Sleep(time.Second)
		ask("mimikatz")
		if r.begun.Load() != 3 {
			t.Errorf("%d readings, and the last one is too old", r.begun.Load())
		}
	})
}

func TestReadingEndsIfNobodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &reads{goOn: make(chan struct{})}
		e, ended := r.mentions(t), make(chan error, 2)
		first, leave := context.WithCancel(t.Context())
		second, leaveToo := context.WithCancel(t.Context())
		for _, ctx := range []context.Context{first, second} {
			go func() {
				_, err := e.of(ctx, searching("mimikatz"))
				ended <- err
			}()
		}
		synctest.Wait()
		leave()
		synctest.Wait()
		if r.cut.Load() != 0 || !errors.Is(<-ended, context.Canceled) {
			t.Error("who left must not end it for who still waits")
		}
		leaveToo()
		synctest.Wait()
		if r.begun.Load() != 1 || r.cut.Load() != 1 || len(e.looks) != 0 {
			t.Errorf("%d begun, %d cut, %d kept", r.begun.Load(), r.cut.Load(), len(e.looks))
		}
	})
}

func TestFailureIsNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &reads{goOn: make(chan struct{}), err: errors.New("away")}
		close(r.goOn)
		e := r.mentions(t)
		for range 2 {
			if _, err := e.of(t.Context(), searching("mimikatz")); !errors.Is(err, r.err) {
				t.Errorf("got %v", err)
			}
		}
		if r.begun.Load() != 2 || len(e.looks) != 0 {
			t.Errorf("%d begun, %d kept", r.begun.Load(), len(e.looks))
		}
	})
}

func TestAnswersKeptAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &reads{goOn: make(chan struct{})}
		close(r.goOn)
		e := r.mentions(t)
		for i := range 3 * maxLooks {
			if _, err := e.of(t.Context(), searching(string(rune('a'+i)))); err != nil {
				t.Fatal(err)
			}
		}
		if len(e.looks) > maxLooks {
			t.Errorf("%d are kept", len(e.looks))
		}
	})
}
