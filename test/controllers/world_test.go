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

package controllers

import (
	"context"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/controllers/alert"
	"github.com/incident-operator/incident-operator/controllers/incident"
	"github.com/incident-operator/incident-operator/controllers/journal"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
	"github.com/incident-operator/incident-operator/internal/kube/roster"
)

// world is one namespace with the operator's reconcilers, called directly. Its cache shows what the steps before did, unless
// a test freezes it, and time stands still unless a test moves it.
type world struct {
	namespace string
	clock     *clocktesting.FakeClock
	events    *eventLog
	cache     *view
	// actorsKnown is what the operator knows of the policies.
	actorsKnown bool
	options     rollup.Options
	process     *process

	// writes counts the operator's writes by kind and subresource: "Alert", "Alert/status", "Incident", "Activity" …
	writes map[string]int
	// beforeWrite runs once, just before the next write is sent.
	beforeWrite func()
	// crash may stand in for a write: it sends it or not, and says what the operator sees of it.
	crash func(kind string, send func() error) error
	// dead says that the operator was killed and not started again.
	dead bool
}

// process is what the operator keeps in memory.
type process struct {
	alerts    *alert.Reconciler
	incidents *incident.Reconciler
	journal   *journal.Reconciler
	informer  *informer
	end       context.CancelFunc
}

func newWorld(ctx context.Context) *world {
	GinkgoHelper()
	namespace := &corev1.Namespace{}
	namespace.GenerateName = "world-"
	Expect(admin.Create(ctx, namespace)).To(Succeed())
	w := &world{
		namespace: namespace.Name, clock: clocktesting.NewFakeClock(time.Now()), events: &eventLog{},
		cache: newView(namespace.Name), actorsKnown: true, writes: map[string]int{},
	}
	w.restart(ctx)
	DeferCleanup(func() { w.process.end() })
	return w
}

// restart forgets what the operator keeps in its memory, and fills its cache anew.
func (w *world) restart(ctx context.Context) {
	GinkgoHelper()
	if w.process != nil {
		w.process.end()
	}
	w.dead = false
	running, end := context.WithCancel(context.WithoutCancel(ctx))
	cluster, live := interceptor.NewClient(users[operatorUser], w.interceptors()), users[operatorUser]
	alerts, ends, cache := roster.New(w.clock), roster.NewEnds(), newInformer()
	instruments, err := alert.NewInstruments(w.clock, prometheus.NewRegistry())
	Expect(err).NotTo(HaveOccurred())
	feed, err := roster.NewFeed(running, alerts, informers{alerts: cache})
	Expect(err).NotTo(HaveOccurred())
	w.cache.update(ctx)
	cache.show(&w.cache.alerts, true)
	go func() { _ = feed.Start(running) }()
	Expect(alerts.Wait(ctx)).To(Succeed())
	w.process = &process{
		alerts: &alert.Reconciler{
			Client: cluster, Live: live, Clock: w.clock, Roster: alerts, Ends: ends, Instruments: instruments,
			Announcer: alert.Announcer{Recorder: w.events},
		},
		incidents: &incident.Reconciler{
			Client: cluster, Live: live, Clock: w.clock, Roster: alerts, Ends: ends, Options: w.options, Recorder: w.events,
		},
		journal: &journal.Reconciler{
			Client: cluster, Live: live, Clock: w.clock, Roster: alerts, Ends: ends,
			ActorsKnown: func(context.Context) bool { return w.actorsKnown },
		},
		informer: cache, end: end,
	}
}

func (w *world) interceptors() interceptor.Funcs {
	return interceptor.Funcs{
		Get: func(_ context.Context, _ client.WithWatch, key client.ObjectKey, object client.Object, _ ...client.GetOption) error {
			if !w.cache.get(key, object.(*v1alpha1.Incident)) {
				return apierrors.NewNotFound(schema.GroupResource{Resource: "incidents"}, key.Name)
			}
			return nil
		},
		List: func(_ context.Context, _ client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
			return w.cache.list(list, options...)
		},
		Create: func(ctx context.Context, c client.WithWatch, object client.Object, options ...client.CreateOption) error {
			return w.write(kindOf(object), func() error { return c.Create(ctx, object, options...) })
		},
		Patch: func(ctx context.Context, c client.WithWatch, object client.Object, patch client.Patch, options ...client.PatchOption) error {
			return w.write(kindOf(object), func() error { return c.Patch(ctx, object, patch, options...) })
		},
		SubResourcePatch: func(ctx context.Context, c client.Client, subresource string, object client.Object, patch client.Patch, options ...client.SubResourcePatchOption) error {
			return w.write(kindOf(object)+"/"+subresource, func() error {
				return c.SubResource(subresource).Patch(ctx, object, patch, options...)
			})
		},
	}
}

// write counts a write of the operator and sends it, unless the crash of a test comes before or after it.
func (w *world) write(kind string, send func() error) error {
	w.writes[kind]++
	if hook := w.beforeWrite; hook != nil {
		w.beforeWrite = nil
		hook()
	}
	if w.crash == nil {
		return send()
	}
	return w.crash(kind, send)
}

func (w *world) total() int {
	sum := 0
	for _, n := range w.writes {
		sum += n
	}
	return sum
}

// hear lets the operator's cache hear of what happened.
func (w *world) hear(ctx context.Context) {
	GinkgoHelper()
	w.cache.update(ctx)
	w.process.informer.show(&w.cache.alerts, false)
}

// freeze keeps the operator's cache of some kinds from hearing of anything, until it is thawed.
func (w *world) freeze(kinds ...string) {
	for _, kind := range kinds {
		w.cache.frozen[kind] = true
	}
}

func (w *world) thaw() {
	clear(w.cache.frozen)
	clear(w.cache.heard)
}

func (w *world) request(name string) ctrl.Request {
	return ctrl.Request{NamespacedName: client.ObjectKey{Namespace: w.namespace, Name: name}}
}

// follow looks once at an alert, rollUp at an incident, and record at the log of one.
func (w *world) follow(ctx context.Context, name string) (ctrl.Result, error) {
	GinkgoHelper()
	w.hear(ctx)
	return w.process.alerts.Reconcile(ctx, w.request(name))
}

func (w *world) rollUp(ctx context.Context, name string) (ctrl.Result, error) {
	GinkgoHelper()
	w.hear(ctx)
	return w.process.incidents.Reconcile(ctx, w.request(name))
}

func (w *world) record(ctx context.Context, name string) (ctrl.Result, error) {
	GinkgoHelper()
	w.hear(ctx)
	return w.process.journal.Reconcile(ctx, w.request(name))
}

// settle looks at everything until nothing is written any more, twice in a row since numbers may wait for their time, and
// starts the operator again whenever it was killed.
func (w *world) settle(ctx context.Context) {
	GinkgoHelper()
	quiet := 0
	for range 100 {
		before := w.total()
		w.round(ctx)
		quiet++
		if w.total() != before {
			quiet = 0
		}
		if quiet == 2 {
			return
		}
	}
	Fail(fmt.Sprintf("the operator does not come to rest: %v", w.writes))
}

// round looks once at everything.
func (w *world) round(ctx context.Context) {
	GinkgoHelper()
	w.clock.Step(incident.FanOutInterval)
	w.hear(ctx)
	for _, look := range w.looks() {
		_, err := look(ctx)
		if w.dead {
			w.restart(ctx)
			continue
		}
		Expect(err).NotTo(HaveOccurred())
	}
}

// looks are all that the reconcilers can be called for.
func (w *world) looks() []func(context.Context) (ctrl.Result, error) {
	var looks []func(context.Context) (ctrl.Result, error)
	of := func(look func(context.Context, string) (ctrl.Result, error), name string) {
		looks = append(looks, func(ctx context.Context) (ctrl.Result, error) { return look(ctx, name) })
	}
	for i := range w.cache.incidents.Items {
		of(w.rollUp, w.cache.incidents.Items[i].Name)
		of(w.record, w.cache.incidents.Items[i].Name)
	}
	for i := range w.cache.alerts.Items {
		of(w.follow, w.cache.alerts.Items[i].Name)
	}
	return looks
}

// eventLog records events as "<type> <reason> <kind>".
type eventLog struct{ entries []string }

func (l *eventLog) Eventf(regarding, _ runtime.Object, eventType, reason, _, _ string, _ ...any) {
	l.entries = append(l.entries, strings.Join([]string{eventType, reason, kindOf(regarding.(client.Object))}, " "))
}

func (l *eventLog) AnnotatedEventf(
	regarding, related runtime.Object, _ map[string]string, eventType, reason, action, note string, args ...any,
) {
	l.Eventf(regarding, related, eventType, reason, action, note, args...)
}
