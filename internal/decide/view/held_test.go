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

package view_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

func remembering(alert *v1alpha1.Alert, memory string) *v1alpha1.Alert {
	alert.Annotations = map[string]string{v1alpha1.InheritedAnnotation: memory}
	return alert
}

func TestHeldAreThoseThatStayActive(t *testing.T) {
	const held = `{"incident":"i","uid":"u","resolution":{"value":"Resolved","over":"Active","held":true}}`
	resolved := func(s *v1alpha1.AlertSpec) { s.Resolution.State = v1alpha1.ResolutionResolved }
	alerts := []*v1alpha1.Alert{
		remembering(alert("early", -9, nil), held), remembering(alert("late", -1, nil), held), remembering(alert("middle", -5, nil), held),
		remembering(alert("seen to", -2, resolved), held),
		remembering(alert("given", -2, resolved), `{"incident":"i","uid":"u","resolution":{"value":"Resolved","over":"Active"}}`),
		remembering(alert("damaged", -2, nil), "{"), alert("new", -2, nil),
	}
	for bound, want := range map[int][]string{0: nil, 2: {"late", "middle"}, 9: {"late", "middle", "early"}} {
		got := view.HeldOf(alerts, now, bound)
		var names []string
		for _, row := range got.Rows {
			names = append(names, row.Name)
		}
		if diff := cmp.Diff(want, names); diff != "" || got.Total != 3 {
			t.Errorf("of %d, at most %d (-want +got)\n%s", got.Total, bound, diff)
		}
	}
}

func TestFollowing(t *testing.T) {
	for name, test := range map[string]struct {
		status  metav1.ConditionStatus
		message string
		want    *view.Following
	}{
		"nobody looked yet":     {},
		"all have":              {metav1.ConditionTrue, "every linked alert carries what the incident gives it", nil},
		"all have, as it seems": {metav1.ConditionTrue, "2 of 3 linked alerts are still to be changed", nil},
		"some":                  {metav1.ConditionFalse, "2 of 3 linked alerts are still to be changed", &view.Following{Pending: 2, Linked: 3}},
		"in other words":        {metav1.ConditionFalse, "some are missing", nil},
	} {
		incident := &v1alpha1.Incident{}
		if test.status != "" {
			incident.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionPropagated, Status: test.status, Message: test.message}}
		}
		if diff := cmp.Diff(test.want, view.FollowingOf(incident)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

// Whatever the order in which rows come, the latest are kept.
func TestLatest(t *testing.T) {
	top := view.Latest(3)
	for _, minutes := range []int{-4, -9, -1, -2, -7} {
		top.Add(view.RowOf(alert(fmt.Sprint(minutes), minutes, nil), now))
	}
	var names []string
	for _, row := range top.Rows() {
		names = append(names, row.Name)
	}
	if diff := cmp.Diff([]string{"-1", "-2", "-4"}, names); diff != "" || top.Seen() != 5 {
		t.Errorf("of %d (-want +got)\n%s", top.Seen(), diff)
	}
}
