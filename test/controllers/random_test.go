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
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	incidents "github.com/incident-operator/incident-operator/controllers/incident"
)

const (
	randomEdits = 1000
	randomKills = 20
)

var _ = Describe("1,000 random edits by three people", func() {
	It("are told one by one, whatever the cache has heard and wherever the operator is killed 20 times", func(ctx SpecContext) {
		r := newRandomWorld(ctx, uint64(GinkgoRandomSeed()))
		for sent := 0; sent < randomEdits; {
			if r.edit(ctx) {
				sent++
			}
			r.operate(ctx, sent)
		}
		r.w.crash, r.w.beforeWrite = nil, nil
		r.w.thaw()
		r.w.settle(ctx)
		Expect(r.kills).To(Equal(randomKills))
		for _, name := range r.incidents {
			r.check(ctx, name)
		}
		r.w.expectRest(ctx)
	})
})

// told is one request as the log of an incident has to tell it: on which alert, empty for the incident itself, and what it
// changed. A change has a field and its values before and after.
type told struct {
	user, alert string
	kind        v1alpha1.ActivityType
	other       string
	changes     []v1alpha1.ActivityChange
}

// randomWorld knows what was sent.
type randomWorld struct {
	*rand.Rand
	w         *world
	incidents []string
	alerts    []string
	// sent is what the log of each incident has to tell: of itself, and of each alert, in that order.
	sent map[string]map[string][]told
	// unheard counts what was sent since the operator last looked at everything.
	unheard int
	kills   int
}

func newRandomWorld(ctx context.Context, seed uint64) *randomWorld {
	GinkgoHelper()
	r := &randomWorld{Rand: rand.New(rand.NewPCG(seed, 0)), w: newWorld(ctx), sent: map[string]map[string][]told{}}
	for i := range 3 {
		name := fmt.Sprintf("inc-%d", i)
		r.incidents = append(r.incidents, name)
		r.sent[name] = map[string][]told{}
		r.w.newIncident(ctx, name)
	}
	for i := range 8 {
		name := fmt.Sprintf("alert-%d", i)
		r.alerts = append(r.alerts, name)
		to := one(r, r.incidents)
		r.w.newAlert(ctx, name, to)
		r.send(to, told{user: alice, alert: name, kind: v1alpha1.ActivityAlertsLinked})
	}
	r.w.settle(ctx)
	return r
}

func one[T any](r *randomWorld, of []T) T { return of[r.IntN(len(of))] }

func (r *randomWorld) send(incident string, request told) {
	if incident != "" {
		r.sent[incident][request.alert] = append(r.sent[incident][request.alert], request)
	}
}

// edit sends a random request, and says whether it changed anything.
func (r *randomWorld) edit(ctx context.Context) bool {
	GinkgoHelper()
	r.unheard++
	user := one(r, []string{alice, bob, carol})
	if r.IntN(3) == 0 {
		return r.editIncident(ctx, user)
	}
	return r.editAlert(ctx, user)
}

// field is a field of a request: its path in the log, the default that is recorded if it is unset, and the values that it is
// given.
type field struct {
	path, unset string
	values      []string
	kind        v1alpha1.ActivityType
}

var incidentFields = []field{
	{"spec.name", "", []string{"", "Phish", "Ransom \"note\" 勒索"}, v1alpha1.ActivityRenamed},
	{"spec.description", "", []string{"", "line one\nline two", "\\ back"}, v1alpha1.ActivityDescribed},
	{"spec.assignee", "", []string{"", "alice", "bob", "carol"}, v1alpha1.ActivityAssigned},
	{"spec.severity", "", []string{"", "Low", "High"}, v1alpha1.ActivitySeverityChanged},
	{"spec.classification.verdict", "NotSet", []string{"NotSet", "TruePositive", "FalsePositive"}, v1alpha1.ActivityClassified},
	{"spec.resolution.note", "", []string{"", "a drill", "again"}, v1alpha1.ActivityResolutionChanged},
	{"spec.resolution.state", "Active", []string{"Active", "InProgress", "Resolved"}, ""},
	{"spec.tags", "", []string{"", "Ransomware", "VIP"}, v1alpha1.ActivityTagged},
}

var alertFields = []field{
	{"spec.assignee", "", []string{"", "dave", "erin"}, ""},
	{"spec.severity", "", []string{"", "Low", "High"}, ""},
	{"spec.name", "", []string{"One", "Two"}, ""},
	{"spec.resolution.state", "Active", []string{"Active", "InProgress", "Resolved"}, ""},
}

func (r *randomWorld) editIncident(ctx context.Context, user string) bool {
	GinkgoHelper()
	name, field := one(r, r.incidents), one(r, incidentFields)
	object := &v1alpha1.Incident{}
	object.Namespace, object.Name = r.w.namespace, name
	change, changed := r.set(ctx, user, object, field)
	if !changed {
		return false
	}
	kind := field.kind
	if field.path == "spec.resolution.state" {
		kind = v1alpha1.ActivityResolutionChanged
		if change.To == "Resolved" {
			kind = v1alpha1.ActivityResolved
		} else if change.From == "Resolved" {
			kind = v1alpha1.ActivityReopened
		}
	}
	r.send(name, told{user: user, kind: kind, changes: []v1alpha1.ActivityChange{change}})
	return true
}

func (r *randomWorld) editAlert(ctx context.Context, user string) bool {
	GinkgoHelper()
	alert := r.w.theAlert(ctx, one(r, r.alerts))
	from := alert.Spec.IncidentRef.Name
	if r.IntN(3) > 0 {
		change, changed := r.set(ctx, user, alert, one(r, alertFields))
		if changed {
			r.send(from, told{user: user, alert: alert.Name, kind: v1alpha1.ActivityAlertsChanged, changes: []v1alpha1.ActivityChange{change}})
		}
		return changed
	}
	to := one(r, append([]string{""}, r.incidents...))
	if from == to {
		return false
	}
	edit(ctx, user, alert, linkedTo(to))
	r.send(from, told{user: user, alert: alert.Name, kind: v1alpha1.ActivityAlertsUnlinked, other: to})
	r.send(to, told{user: user, alert: alert.Name, kind: v1alpha1.ActivityAlertsLinked, other: from})
	return true
}

// set gives a field of an object a random value, in a request that knows nothing of any other, and says how the log has to
// tell that.
func (r *randomWorld) set(ctx context.Context, user string, object client.Object, field field) (v1alpha1.ActivityChange, bool) {
	GinkgoHelper()
	value := one(r, field.values)
	before := valueOf(refresh(ctx, object), field)
	var sent any = value
	switch {
	case value == "":
		sent = nil
	case field.path == "spec.tags":
		sent, value = []string{value}, fmt.Sprintf("[%q]", value)
	}
	if value == before {
		return v1alpha1.ActivityChange{}, false
	}
	for _, key := range slices.Backward(pathOf(field)) {
		sent = map[string]any{key: sent}
	}
	patch, err := json.Marshal(sent)
	Expect(err).NotTo(HaveOccurred())
	Expect(users[user].Patch(ctx, object, client.RawPatch(types.MergePatchType, patch))).To(Succeed())
	return v1alpha1.ActivityChange{Field: field.path, From: before, To: value}, true
}

// operate lets the operator do something, from a cache that may be old, and may kill it.
func (r *randomWorld) operate(ctx context.Context, sent int) {
	GinkgoHelper()
	if r.kills < randomKills && sent >= (r.kills+1)*randomEdits/(randomKills+1) {
		r.kill(ctx)
	}
	switch r.IntN(8) {
	case 0:
		r.w.freeze(one(r, []string{"Incident", "Alert"}))
	case 1, 2, 3:
		r.w.thaw()
	}
	// One request in five comes while a write of the operator is under way.
	if r.IntN(5) == 0 && r.w.crash == nil {
		r.w.beforeWrite = func() { r.edit(ctx) }
	}
	r.w.clock.Step(incidents.FanOutInterval)
	if r.unheard > 20 {
		// No more than notes have room for: past that, requests are counted.
		r.w.thaw()
		r.w.beforeWrite = nil
		r.w.round(ctx)
		r.w.round(ctx)
		r.unheard = 0
		return
	}
	r.w.hear(ctx)
	looks := r.w.looks()
	for range 1 + r.IntN(4) {
		_, err := one(r, looks)(ctx)
		if r.w.dead {
			r.w.restart(ctx)
		} else {
			Expect(err).NotTo(HaveOccurred())
		}
	}
}

// kill kills the operator at its next write, and starts it again.
func (r *randomWorld) kill(ctx context.Context) {
	GinkgoHelper()
	r.w.beforeWrite = nil
	r.w.thaw()
	kills := r.w.killOnce(position(r.IntN(positions)), 1)
	for len(*kills) == 0 {
		r.w.round(ctx)
		r.edit(ctx)
	}
	r.w.crash = nil
	r.kills++
}
