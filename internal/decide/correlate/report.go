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
	"slices"
	"strings"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Known is how many alerts the Engine knows.
func (e *Engine) Known() int { return len(e.alerts) }

// TakeSelected is how many alerts each policy was found to select since it was asked last.
func (e *Engine) TakeSelected() map[string]int {
	taken := e.selected
	e.selected = map[string]int{}
	return taken
}

// Common are the values that tie nothing under a policy since they are all too common, the commonest first, at most so many;
// and how many there are.
func (e *Engine) Common(policy string, now time.Time, most int) (values []v1alpha1.CommonValue, total int) {
	i := slices.IndexFunc(e.policies, func(p *Policy) bool { return p.Name == policy })
	if i < 0 {
		return nil, 0
	}
	for value := range e.common.values {
		limit := e.policies[i].limitOf(value)
		if n := e.common.count(value, now); limit > 0 && n > limit {
			values = append(values, v1alpha1.CommonValue{Value: clip(readable(value)), SeenWith: int32(n)}) //nolint:gosec // At most twice maxCommonAbove.
		}
	}
	slices.SortFunc(values, func(a, b v1alpha1.CommonValue) int {
		return cmp.Or(cmp.Compare(b.SeenWith, a.SeenWith), cmp.Compare(a.Value, b.Value))
	})
	return values[:min(len(values), most)], len(values)
}

// limitOf is how many things a value may be seen with under the policy; 0 if the policy does not group by it.
func (p *Policy) limitOf(value string) int {
	parts := strings.Split(value, partMark)
	if p.all {
		return p.limitOfAll(parts)
	}
	for _, e := range p.entries {
		if len(parts) == 1 && e.isOf(value) {
			return e.commonAbove
		}
	}
	return 0
}

func (p *Policy) limitOfAll(parts []string) int {
	if len(parts) != len(p.entries) {
		return 0
	}
	limit := p.entries[0].commonAbove
	for i, e := range p.entries {
		if !e.isOf(parts[i]) {
			return 0
		}
		limit = min(limit, e.commonAbove)
	}
	return limit
}

// isOf says whether a value is one of the entry.
func (e entry) isOf(value string) bool {
	what, _, _ := strings.Cut(value, kindMark)
	return what == "label "+e.label || what == string(e.field) || slices.Contains(e.kinds, v1alpha1.EvidenceKind(what))
}
