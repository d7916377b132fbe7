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

package query

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// ByTime sorts alerts by when their activity was last seen.
const ByTime = "time"

// AlertKeys are the keys that SortAlerts knows.
var AlertKeys = []string{BySeverity, ByTime, ByName, ByAge, ByAssignee, ByTitle}

// SortAlerts sorts alerts by a key, as CompareAlerts does.
func SortAlerts(alerts []v1alpha1.Alert, key string, now time.Time) error {
	compare, err := CompareAlerts(key, now)
	if err != nil {
		return err
	}
	slices.SortStableFunc(alerts, func(a, b v1alpha1.Alert) int { return compare(&a, &b) })
	return nil
}

// CompareAlerts returns the order of alerts by a key: the most severe, the latest and the newest first, text by the alphabet.
// Equally severe ones are sorted by when they began, the first one first, and what is equal still by namespace and name. The
// error says which keys there are.
func CompareAlerts(key string, now time.Time) (func(a, b *v1alpha1.Alert) int, error) {
	compare, ok := map[string]func(a, b *v1alpha1.Alert) int{
		BySeverity: func(a, b *v1alpha1.Alert) int {
			firstA, _ := a.EffectiveActivity(now)
			firstB, _ := b.EffectiveActivity(now)
			return cmp.Or(cmp.Compare(b.Spec.Severity.Rank(), a.Spec.Severity.Rank()), firstA.Compare(firstB))
		},
		ByTime: func(a, b *v1alpha1.Alert) int {
			_, lastA := a.EffectiveActivity(now)
			_, lastB := b.EffectiveActivity(now)
			return lastB.Compare(lastA)
		},
		ByName:     func(*v1alpha1.Alert, *v1alpha1.Alert) int { return 0 },
		ByAge:      func(a, b *v1alpha1.Alert) int { return b.CreationTimestamp.Compare(a.CreationTimestamp.Time) },
		ByAssignee: func(a, b *v1alpha1.Alert) int { return cmp.Compare(a.Spec.Assignee, b.Spec.Assignee) },
		ByTitle:    func(a, b *v1alpha1.Alert) int { return cmp.Compare(a.Spec.Name, b.Spec.Name) },
	}[key]
	if !ok {
		return nil, fmt.Errorf("sort key must be one of %s, is %q", strings.Join(AlertKeys, ", "), key)
	}
	return func(a, b *v1alpha1.Alert) int {
		return cmp.Or(compare(a, b), cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	}, nil
}
