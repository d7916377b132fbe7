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
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// world is one namespace with both reconcilers, called directly. They read the API server itself, so that every step
// sees what the steps before it did, and time stands still unless a test moves it.
type world struct {
	namespace string
	clock     *clocktesting.FakeClock
	alerts    *AlertReconciler
	incidents *IncidentReconciler
	events    *eventLog
	observed  client.Client

	// writes counts the operator's writes by kind and subresource: "Alert", "Alert/status", "Incident", "Incident/status".
	writes map[string]int
	// beforeWrite runs once, just before the next write is sent.
	beforeWrite func()
	// crash may stand in for a write: it sends it or not, and says what the operator sees of it.
	crash func(send func() error) error
	// dead says that the operator was killed and not started again.
	dead bool
	// beforeRead may stand in for a read of the operator's cache.
	beforeRead func(key client.ObjectKey, object client.Object) error
}

func newWorld(ctx context.Context) *world {
	GinkgoHelper()
	namespace := &corev1.Namespace{}
	namespace.GenerateName = "world-"
	Expect(people.Create(ctx, namespace)).To(Succeed())

	w := &world{
		namespace: namespace.Name,
		clock:     clocktesting.NewFakeClock(time.Now()),
		events:    &eventLog{},
		writes:    map[string]int{},
	}
	observed := interceptor.NewClient(people, w.interceptors())
	labels := labeler{client: observed}
	w.alerts = &AlertReconciler{
		client: observed, live: people, clock: w.clock, labeler: labels,
		announcer: announcer{recorder: w.events}, instruments: newInstruments(), changes: newChanges(w.clock),
	}
	w.incidents = &IncidentReconciler{client: observed, clock: w.clock, labeler: labels, pacer: newPacer()}
	w.observed = observed
	w.restart()
	return w
}

// restart forgets what the operator keeps in its memory.
func (w *world) restart() {
	w.incidents.pacer = newPacer()
	w.incidents.journal = newJournal(w.observed, people, w.clock, func(context.Context) bool { return true }, newTickets(people, w.newestAlert))
	w.incidents.merger = &merger{client: w.observed, live: people}
	w.alerts.journal = w.incidents.journal
}

// newestAlert stands in for the newest version that a cache has seen.
func (w *world) newestAlert() string {
	var alerts v1alpha1.AlertList
	if err := people.List(context.Background(), &alerts, client.InNamespace(w.namespace), client.Limit(1)); err != nil {
		return ""
	}
	return alerts.ResourceVersion
}

func (w *world) interceptors() interceptor.Funcs {
	return interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, object client.Object, options ...client.GetOption) error {
			if w.beforeRead != nil {
				if err := w.beforeRead(key, object); err != nil {
					return err
				}
			}
			return c.Get(ctx, key, object, options...)
		},
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
			return listAsCache(ctx, c, list, options...)
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
		Apply: func(ctx context.Context, c client.WithWatch, configuration runtime.ApplyConfiguration, options ...client.ApplyOption) error {
			kind := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", configuration), "*v1alpha1."), "ApplyConfiguration")
			return w.write(kind, func() error { return c.Apply(ctx, configuration, options...) })
		},
	}
}

// listAsCache lists as a cache with the operator's indexes does: the API server does not know all of them.
func listAsCache(ctx context.Context, c client.Reader, list client.ObjectList, options ...client.ListOption) error {
	var asked client.ListOptions
	asked.ApplyOptions(options)
	indexes := map[string]client.IndexerFunc{concernedIncident: concernedIncidentsOf, mergeIntoName: mergeIntoNameOf}
	var requirements fields.Requirements
	if asked.FieldSelector != nil {
		requirements = asked.FieldSelector.Requirements()
	}
	for _, requirement := range requirements {
		valuesOf, known := indexes[requirement.Field]
		if !known {
			continue
		}
		if err := c.List(ctx, list, client.InNamespace(asked.Namespace)); err != nil {
			return err
		}
		items, err := meta.ExtractList(list)
		if err != nil {
			return err
		}
		return meta.SetList(list, slices.DeleteFunc(items, func(item runtime.Object) bool {
			return !slices.Contains(valuesOf(item.(client.Object)), requirement.Value)
		}))
	}
	return c.List(ctx, list, options...)
}

func kindOf(object client.Object) string {
	return strings.TrimPrefix(fmt.Sprintf("%T", object), "*v1alpha1.")
}

// write counts a write of the operator and sends it, unless the crash of a test comes before or after it.
func (w *world) write(what string, send func() error) error {
	w.writes[what]++
	if hook := w.beforeWrite; hook != nil {
		w.beforeWrite = nil
		hook()
	}
	if w.crash == nil {
		return send()
	}
	return w.crash(send)
}

// incident creates an incident as a person would.
func (w *world) incident(ctx context.Context, name string, changes ...func(*v1alpha1.Incident)) *v1alpha1.Incident {
	GinkgoHelper()
	incident := &v1alpha1.Incident{}
	incident.Namespace, incident.Name = w.namespace, name
	for _, change := range changes {
		change(incident)
	}
	Expect(people.Create(ctx, incident)).To(Succeed())
	return incident
}

// alert creates an alert that is linked to an incident, unless that is empty.
func (w *world) alert(ctx context.Context, name, incident string, changes ...func(*v1alpha1.Alert)) *v1alpha1.Alert {
	GinkgoHelper()
	alert := &v1alpha1.Alert{}
	alert.Namespace, alert.Name = w.namespace, name
	alert.Spec.Name = "Title of " + name
	alert.Spec.IncidentRef.Name = incident
	for _, change := range changes {
		change(alert)
	}
	Expect(people.Create(ctx, alert)).To(Succeed())
	return alert
}

func (w *world) look(ctx context.Context, object client.Object) ctrl.Result {
	GinkgoHelper()
	result, err := w.reconcile(ctx, object)
	Expect(err).NotTo(HaveOccurred())
	return result
}

func (w *world) reconcile(ctx context.Context, object client.Object) (ctrl.Result, error) {
	request := ctrl.Request{NamespacedName: client.ObjectKeyFromObject(object)}
	if _, isIncident := object.(*v1alpha1.Incident); isIncident {
		return w.incidents.Reconcile(ctx, request)
	}
	return w.alerts.Reconcile(ctx, request)
}

// settle reconciles everything until nothing is written any more, twice in a row since a log may wait for one look of its
// alerts, and starts the operator again whenever it was killed.
func (w *world) settle(ctx context.Context) {
	GinkgoHelper()
	quiet := 0
	for range 60 {
		before := w.total()
		w.clock.Step(fanOutInterval)
		for _, object := range w.objects(ctx) {
			_, err := w.reconcile(ctx, object)
			if w.dead {
				w.dead = false
				w.restart()
				continue
			}
			Expect(err).NotTo(HaveOccurred())
		}
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

func (w *world) objects(ctx context.Context) []client.Object {
	GinkgoHelper()
	var objects []client.Object
	var incidents v1alpha1.IncidentList
	Expect(people.List(ctx, &incidents, client.InNamespace(w.namespace))).To(Succeed())
	for i := range incidents.Items {
		objects = append(objects, &incidents.Items[i])
	}
	var alerts v1alpha1.AlertList
	Expect(people.List(ctx, &alerts, client.InNamespace(w.namespace))).To(Succeed())
	for i := range alerts.Items {
		objects = append(objects, &alerts.Items[i])
	}
	return objects
}

func (w *world) total() int {
	sum := 0
	for _, n := range w.writes {
		sum += n
	}
	return sum
}

// refresh reads an object's newest state.
func refresh[T client.Object](ctx context.Context, object T) T {
	GinkgoHelper()
	Expect(people.Get(ctx, client.ObjectKeyFromObject(object), object)).To(Succeed())
	return object
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
