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

package correlate

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/expression"
)

// What unset fields of a policy mean.
const (
	defaultWindow        = 24 * time.Hour
	defaultMaxAlerts     = 10_000
	defaultEvidenceLimit = 64
	defaultLimit         = 256
)

// notKept are the fields of alerts that are too long to be kept in memory of all of them.
var notKept = []string{"description", "url"}

// Policy is a policy that was found to make sense.
type Policy struct {
	// Name is that of its object, Incident what it writes into incidents.
	Name     string
	Incident v1alpha1.IncidentTemplate
	// AutoResolve says that incidents are resolved once no alert of theirs is active.
	AutoResolve bool

	priority  int32
	selector  labels.Selector
	condition *expression.Condition
	entries   []entry
	all       bool
	settle    time.Duration
	maxAlerts int
	merges    bool
}

// entry is one entry of groupBy.
type entry struct {
	kinds       []v1alpha1.EvidenceKind
	field       v1alpha1.CorrelationField
	label       string
	window      time.Duration
	commonAbove int
}

// Compile reads a policy. Its error names every field that makes no sense, and says what it must be.
func Compile(policy *v1alpha1.CorrelationPolicy) (*Policy, error) {
	spec := &policy.Spec
	if err := validate(spec); err != nil {
		return nil, err
	}
	p := &Policy{
		Name:        policy.Name,
		Incident:    spec.Incident,
		AutoResolve: spec.AutoResolve == v1alpha1.AutoResolveWhenAllAlertsResolve,
		priority:    spec.Priority,
		all:         spec.Match == v1alpha1.MatchAll,
		settle:      time.Duration(spec.SettleSeconds) * time.Second,
		maxAlerts:   cmp.Or(int(spec.MaxAlertsPerIncident), defaultMaxAlerts),
		merges:      spec.MergeRelated,
	}
	var err error
	if p.selector, err = metav1.LabelSelectorAsSelector(&spec.AlertSelector); err != nil {
		return nil, fmt.Errorf("spec.alertSelector must be a label selector: %w", err)
	}
	if spec.When != "" {
		if p.condition, err = expression.Compile(spec.When); err != nil {
			return nil, fmt.Errorf("spec.when %w", err)
		}
		for _, field := range notKept {
			if p.condition.Names(field) {
				return nil, fmt.Errorf("spec.when must not name %s: correlation keeps no long texts of alerts", field)
			}
		}
	}
	for _, key := range spec.GroupBy {
		p.entries = append(p.entries, entryOf(key, spec.WindowSeconds))
	}
	return p, nil
}

func entryOf(key v1alpha1.CorrelationKey, window int32) entry {
	limit := defaultLimit
	if len(key.Evidence) > 0 {
		limit = defaultEvidenceLimit
	}
	seconds := cmp.Or(key.WindowSeconds, window, int32(defaultWindow/time.Second))
	return entry{
		kinds: key.Evidence, field: key.Field, label: key.Label,
		window: time.Duration(seconds) * time.Second, commonAbove: cmp.Or(int(key.CommonAbove), limit),
	}
}

// Selects says whether the policy is about an alert. It fails if its condition does; then it is not.
func (p *Policy) Selects(alert *v1alpha1.Alert) (bool, error) {
	if !p.selector.Matches(labels.Set(alert.Labels)) {
		return false, nil
	}
	return p.condition.Holds(alert)
}

// Sort brings policies into the order in which they are asked: the highest priority first, then by name.
func Sort(policies []*Policy) {
	slices.SortFunc(policies, func(a, b *Policy) int {
		return cmp.Or(cmp.Compare(b.priority, a.priority), cmp.Compare(a.Name, b.Name))
	})
}

// reach is how far back an alert can matter to any of the policies.
func reach(policies []*Policy) time.Duration {
	var longest time.Duration
	for _, p := range policies {
		for _, e := range p.entries {
			longest = max(longest, e.window)
		}
	}
	return longest
}
