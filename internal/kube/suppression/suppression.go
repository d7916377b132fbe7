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

// Package suppression asks the SuppressionRules of a namespace about alerts that come in, and keeps count of what each rule
// took until that is written into its status.
package suppression

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/suppress"
)

// Taken is how many alerts a rule took, repeats included, and when and which last.
type Taken struct {
	Alerts int64
	Last   time.Time
	Title  string
}

// Rules are the rules of all namespaces.
type Rules struct {
	reader client.Reader
	clock  clock.PassiveClock
	taken  *prometheus.CounterVec

	mutex    sync.Mutex
	compiled map[types.UID]compiled
	counts   map[client.ObjectKey]Taken
	notify   func(client.ObjectKey)
}

// compiled is a rule as of one generation, or why it makes no sense.
type compiled struct {
	generation int64
	rule       *suppress.Rule
	err        error
}

// New returns the rules that a reader, which should be a cache, has. Its metrics are registered.
func New(reader client.Reader, c clock.PassiveClock, registry prometheus.Registerer) (*Rules, error) {
	r := &Rules{
		reader: reader, clock: c, compiled: map[types.UID]compiled{}, counts: map[client.ObjectKey]Taken{},
		taken: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "incident_operator", Name: "suppressed_total",
			Help: "Number of alerts that came in and that suppression rules took, repeats included, by what became of them: Drop, Resolve or Tag.",
		}, []string{"action"}),
	}
	return r, registry.Register(r.taken)
}

// Subscribe has a function be told whenever a rule has taken something.
func (r *Rules) Subscribe(notify func(rule client.ObjectKey)) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.notify = notify
}

// Suppress asks the rules about an alert that is about to be stored, writes on it what they say, and counts that. It is not
// to be stored if a rule drops it. A rule that makes no sense, or whose condition fails, takes nothing; its status tells the
// former.
func (r *Rules) Suppress(ctx context.Context, alert *v1alpha1.Alert) (drop bool, err error) {
	var list v1alpha1.SuppressionRuleList
	if err := r.reader.List(ctx, &list, client.InNamespace(alert.Namespace), client.UnsafeDisableDeepCopy); err != nil {
		return false, fmt.Errorf("listing suppression rules: %w", err)
	}
	var rules []*suppress.Rule
	for i := range list.Items {
		if rule, err := r.Compile(&list.Items[i]); err == nil && list.Items[i].DeletionTimestamp.IsZero() {
			rules = append(rules, rule)
		}
	}
	now := r.clock.Now()
	verdict, _ := suppress.Decide(rules, alert, now)
	for _, rule := range verdict.Rules {
		r.taken.WithLabelValues(string(rule.Action)).Inc()
		r.count(client.ObjectKey{Namespace: alert.Namespace, Name: rule.Name}, Taken{Alerts: 1, Last: now, Title: alert.Spec.Name})
	}
	verdict.Apply(alert)
	return verdict.Drop, nil
}

// Compile is suppress.Compile, once for each generation of a rule.
func (r *Rules) Compile(rule *v1alpha1.SuppressionRule) (*suppress.Rule, error) {
	r.mutex.Lock()
	known, ok := r.compiled[rule.UID]
	r.mutex.Unlock()
	if ok && known.generation == rule.Generation {
		return known.rule, known.err
	}
	known = compiled{generation: rule.Generation}
	known.rule, known.err = suppress.Compile(rule)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.compiled[rule.UID] = known
	return known.rule, known.err
}

// Forget drops what is known of a rule that is gone.
func (r *Rules) Forget(key client.ObjectKey, uid types.UID) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	delete(r.counts, key)
	delete(r.compiled, uid)
}

// Take is what a rule took since it was asked last. Who cannot write it returns it.
func (r *Rules) Take(key client.ObjectKey) Taken {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	taken := r.counts[key]
	delete(r.counts, key)
	return taken
}

// Return adds what was taken and could not be written.
func (r *Rules) Return(key client.ObjectKey, taken Taken) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.add(key, taken)
}

// count adds what a rule takes, and tells whoever writes it.
func (r *Rules) count(key client.ObjectKey, taken Taken) {
	r.mutex.Lock()
	r.add(key, taken)
	notify := r.notify
	r.mutex.Unlock()
	if notify != nil {
		notify(key)
	}
}

func (r *Rules) add(key client.ObjectKey, taken Taken) {
	known := r.counts[key]
	known.Alerts += taken.Alerts
	if !taken.Last.Before(known.Last) {
		known.Last, known.Title = taken.Last, taken.Title
	}
	if known.Alerts > 0 {
		r.counts[key] = known
	}
}
