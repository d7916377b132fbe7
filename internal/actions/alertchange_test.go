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

package actions

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// overtaken is a cluster with one alert that somebody else changes just before the first patch.
func overtaken(t *testing.T, meanwhile func(*v1alpha1.Alert)) (client.WithWatch, *v1alpha1.Alert, *int) {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	alert := &v1alpha1.Alert{ObjectMeta: metav1.ObjectMeta{Namespace: "soc", Name: "a", UID: "u"}}
	alert.Spec.Name, alert.Spec.Assignee = "Odd", "alice"
	inner := fake.NewClientBuilder().WithScheme(scheme).WithObjects(alert).Build()
	patches := 0
	c := interceptor.NewClient(inner, interceptor.Funcs{
		Patch: func(ctx context.Context, w client.WithWatch, object client.Object, patch client.Patch, options ...client.PatchOption) error {
			patches++
			if patches == 1 {
				fresh := &v1alpha1.Alert{}
				if err := w.Get(ctx, client.ObjectKeyFromObject(object), fresh); err != nil {
					return err
				}
				meanwhile(fresh)
				if err := w.Update(ctx, fresh); err != nil {
					return err
				}
				return apierrors.NewConflict(v1alpha1.GroupVersion.WithResource("alerts").GroupResource(), "a", nil)
			}
			return w.Patch(ctx, object, patch, options...)
		},
	})
	read := &v1alpha1.Alert{}
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(alert), read); err != nil {
		t.Fatal(err)
	}
	return c, read, &patches
}

func TestAlertChangeMeetsOthers(t *testing.T) {
	tests := map[string]struct {
		meanwhile func(*v1alpha1.Alert)
		change    AlertChange
		selects   func(*v1alpha1.Alert) bool
		ending    Ending
		refused   string
		assignee  string
	}{
		"in another field": {
			func(a *v1alpha1.Alert) { a.Spec.Tags = []v1alpha1.Tag{"VIP"} }, AssignAlertTo("bob"), nil, Changed, "", "bob",
		},
		"in the same field": {
			func(a *v1alpha1.Alert) { a.Spec.Assignee = "carol" }, AssignAlertTo("bob"), nil, Changed, "assigned to carol a moment ago", "carol",
		},
		"to the same value": {
			func(a *v1alpha1.Alert) { a.Spec.Assignee = "bob" }, AssignAlertTo("bob"), nil, Unchanged, "", "bob",
		},
		"in a list that the change only adds to": {
			func(a *v1alpha1.Alert) { a.Spec.Tags = []v1alpha1.Tag{"VIP"} }, TagAlert("Odd"), nil, Changed, "", "alice",
		},
		"out of the selection": {
			func(a *v1alpha1.Alert) { a.Spec.Tags = []v1alpha1.Tag{"VIP"} }, AssignAlertTo("bob"),
			func(a *v1alpha1.Alert) bool { return len(a.Spec.Tags) == 0 }, NotSelected, "", "alice",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c, alert, _ := overtaken(t, test.meanwhile)
			result, err := (&AlertTask{Client: c, Alert: alert, Change: test.change, Selects: test.selects}).Do(t.Context(), false)
			if test.refused != "" {
				if err == nil || !strings.Contains(err.Error(), test.refused) {
					t.Errorf("got %v", err)
				}
			} else if err != nil || result.Ending != test.ending {
				t.Errorf("got %v, %v", result, err)
			}
			now := &v1alpha1.Alert{}
			if err := c.Get(t.Context(), client.ObjectKeyFromObject(alert), now); err != nil || now.Spec.Assignee != test.assignee {
				t.Errorf("assignee is %q (%v)", now.Spec.Assignee, err)
			}
		})
	}
}

func TestAlertChanges(t *testing.T) {
	resolved := func(a *v1alpha1.Alert) {
		a.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "why"}
	}
	tests := map[string]struct {
		before func(*v1alpha1.Alert)
		change AlertChange
		want   []Difference
	}{
		"assign":                 {nil, AssignAlertTo("bob"), []Difference{{"assignee", "", "bob"}}},
		"resolve with a note":    {nil, ResolveAlert("why").And(ClassifyAlertAs(v1alpha1.Classification{Verdict: v1alpha1.VerdictFalsePositive})), []Difference{{"state", "Active", "Resolved"}, {"note", "", "why"}, {"classification", "NotSet", "FalsePositive"}}},
		"resolve keeps a note":   {resolved, ResolveAlert(""), nil},
		"re-open drops the note": {resolved, ReopenAlert(), []Difference{{"state", "Resolved", "Active"}, {"note", "why", ""}}},
		"re-open what is open":   {nil, ReopenAlert(), nil},
		"tag":                    {func(a *v1alpha1.Alert) { a.Spec.Tags = []v1alpha1.Tag{"VIP"} }, TagAlert("vip", "HR"), []Difference{{"tags", "VIP", "VIP, HR"}}},
		"untag":                  {func(a *v1alpha1.Alert) { a.Spec.Tags = []v1alpha1.Tag{"VIP", "HR"} }, UntagAlert("hr", "none"), []Difference{{"tags", "VIP, HR", "VIP"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			alert := &v1alpha1.Alert{}
			if test.before != nil {
				test.before(alert)
			}
			found, err := (&AlertTask{Alert: alert, Change: test.change}).Preview(t.Context())
			if diff := cmp.Diff(test.want, found.Fields); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}
