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

package plugin

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
	"github.com/incident-operator/incident-operator/test/cluster"
)

// world is a namespace with pairs of incidents: the first of each pair is acted on, the second is where alerts go.
type world struct {
	ctx       context.Context
	namespace string
	random    *rand.Rand
}

// seen is all that the API server has at one moment.
type seen struct {
	incidents map[string]*v1alpha1.Incident
	alerts    map[string]*v1alpha1.Alert
}

func (s seen) of(incident string) []v1alpha1.Alert {
	var alerts []v1alpha1.Alert
	for _, name := range slices.Sorted(maps.Keys(s.alerts)) {
		if s.alerts[name].Spec.IncidentRef.Name == incident {
			alerts = append(alerts, *s.alerts[name])
		}
	}
	return alerts
}

func source(i int) string { return fmt.Sprintf("source-%03d", i) }
func target(i int) string { return fmt.Sprintf("target-%03d", i) }

var (
	people = []string{"", "alice@example.com", "bob@example.com"}
	states = []v1alpha1.ResolutionState{v1alpha1.ResolutionActive, v1alpha1.ResolutionInProgress, v1alpha1.ResolutionResolved}
)

func oneOf[T any](random *rand.Rand, values []T) T { return values[random.IntN(len(values))] }

// perState is a source of chance for one state, so that what happens in parallel does not depend on its order.
func (w *world) perState() []*rand.Rand {
	all := make([]*rand.Rand, previewed)
	for i := range all {
		all[i] = rand.New(rand.NewPCG(w.random.Uint64(), w.random.Uint64()))
	}
	return all
}

// build makes the states in steps. What alerts remember of the steps before is what tells states apart.
func (w *world) build() {
	GinkgoHelper()
	random := w.perState()
	w.each(func(i int) error { return w.create(i, random[i]) })
	w.rest()
	w.each(func(i int) error { return w.decideOtherwise(i, random[i]) })
	w.rest()
	// Alerts that come now come after a resolution: they are held.
	cluster.NextSecond()
	w.each(func(i int) error { return w.overrideAndAdd(i, random[i]) })
	w.each(func(i int) error { return w.decideOtherwise(i, random[i]) })
	w.rest()
}

func (w *world) create(i int, random *rand.Rand) error {
	for _, name := range []string{source(i), target(i)} {
		incident := &v1alpha1.Incident{}
		incident.Namespace, incident.Name = w.namespace, name
		incident.Spec.Assignee = oneOf(random, people)
		if err := admin.Create(w.ctx, incident); err != nil {
			return err
		}
	}
	for n := range random.IntN(5) {
		if err := w.createAlert(fmt.Sprintf("%s-a%d", source(i), n), source(i), random); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) createAlert(name, incident string, random *rand.Rand) error {
	alert := &v1alpha1.Alert{}
	alert.Namespace, alert.Name = w.namespace, name
	alert.Spec.Name = "Terminal shell in container"
	alert.Spec.IncidentRef.Name = incident
	alert.Spec.Assignee, alert.Spec.Resolution.State = oneOf(random, people), oneOf(random, states)
	return admin.Create(w.ctx, alert)
}

// decideOtherwise changes what incidents say. A target is seldom resolved, since nothing is merged into it then.
func (w *world) decideOtherwise(i int, random *rand.Rand) error {
	for n, name := range []string{source(i), target(i)} {
		if random.IntN(3) == 0 {
			continue
		}
		incident := &v1alpha1.Incident{}
		if err := admin.Get(w.ctx, w.key(name), incident); err != nil {
			return err
		}
		before := incident.DeepCopy()
		incident.Spec.Assignee, incident.Spec.Resolution.State = oneOf(random, people), active
		if random.IntN(2+6*n) == 0 {
			incident.Spec.Resolution.State = resolved
		}
		if err := admin.Patch(w.ctx, incident, client.MergeFrom(before)); err != nil {
			return err
		}
	}
	return nil
}

// overrideAndAdd lets people change alerts themselves, and new alerts come.
func (w *world) overrideAndAdd(i int, random *rand.Rand) error {
	var alerts v1alpha1.AlertList
	if err := admin.List(w.ctx, &alerts, client.InNamespace(w.namespace), client.MatchingFields{"spec.incidentRef.name": source(i)}); err != nil {
		return err
	}
	for j := range alerts.Items {
		alert := &alerts.Items[j]
		before := alert.DeepCopy()
		if random.IntN(3) == 0 {
			alert.Spec.Assignee = oneOf(random, people)
		}
		if random.IntN(3) == 0 {
			alert.Spec.Resolution.State = oneOf(random, states)
		}
		if err := admin.Patch(w.ctx, alert, client.MergeFrom(before)); err != nil {
			return err
		}
	}
	if random.IntN(2) == 0 {
		return w.createAlert(fmt.Sprintf("%s-b%d", source(i), len(alerts.Items)), source(i), random)
	}
	return nil
}

func (w *world) key(name string) client.ObjectKey {
	return client.ObjectKey{Namespace: w.namespace, Name: name}
}

// each does something for every state, some at the same time.
func (w *world) each(do func(i int) error) {
	GinkgoHelper()
	var group errgroup.Group
	group.SetLimit(cluster.Concurrency)
	for i := range previewed {
		group.Go(func() error { return do(i) })
	}
	Expect(group.Wait()).To(Succeed())
}

func (w *world) look() seen {
	GinkgoHelper()
	var incidents v1alpha1.IncidentList
	Expect(admin.List(w.ctx, &incidents, client.InNamespace(w.namespace))).To(Succeed())
	var alerts v1alpha1.AlertList
	Expect(admin.List(w.ctx, &alerts, client.InNamespace(w.namespace))).To(Succeed())
	s := seen{incidents: map[string]*v1alpha1.Incident{}, alerts: map[string]*v1alpha1.Alert{}}
	for i := range incidents.Items {
		s.incidents[incidents.Items[i].Name] = &incidents.Items[i]
	}
	for i := range alerts.Items {
		s.alerts[alerts.Items[i].Name] = &alerts.Items[i]
	}
	return s
}

// rest waits until every incident says that its alerts have followed or moved, and every alert remembers its incident.
func (w *world) rest() {
	GinkgoHelper()
	Eventually(func() error { return restless(w.look()) }).WithContext(w.ctx).WithPolling(time.Second).Should(Succeed())
}

// restless names what is not at rest yet. It asks the objects alone, not the package that is under test.
func restless(s seen) error {
	linked := map[string]int{}
	for name, alert := range s.alerts {
		incident := alert.Spec.IncidentRef.Name
		linked[incident]++
		var uid types.UID
		if memory, err := inherit.ParseMemory(alert.Annotations[v1alpha1.InheritedAnnotation]); err == nil {
			uid = memory.UID
		}
		want := types.UID("")
		if incident != "" {
			want = s.incidents[incident].UID
		}
		if uid != want {
			return fmt.Errorf("the alert %s does not remember its incident yet", name)
		}
	}
	for name, incident := range s.incidents {
		status := incident.Status
		total := status.Alerts.Total
		if status.ObservedGeneration != incident.Generation || total == nil || int(*total) != linked[name] ||
			!meta.IsStatusConditionTrue(status.Conditions, v1alpha1.ConditionPropagated) {
			return fmt.Errorf("the incident %s has not come to rest", name)
		}
		if merged := meta.FindStatusCondition(status.Conditions, v1alpha1.ConditionMerged); incident.Spec.MergeInto.Name != "" &&
			(merged == nil || merged.Reason == v1alpha1.ReasonAlertsMoving) {
			return fmt.Errorf("the incident %s is still being merged", name)
		}
	}
	return nil
}
