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

package main

import (
	"strings"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// aLease was renewed some time ago; by nobody if the holder is empty.
func aLease(holder string, ago time.Duration) *coordinationv1.Lease {
	lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{
		Namespace: operatorNamespace, Name: kube.LeaseName, Labels: map[string]string{kube.VersionLabel: "v0.3"},
	}}
	lease.Spec.HolderIdentity, lease.Spec.LeaseDurationSeconds = &holder, ptr.To[int32](15)
	lease.Spec.RenewTime = ptr.To(metav1.NewMicroTime(time.Now().Add(-ago)))
	return lease
}

func TestStatus(t *testing.T) {
	impatient(t)
	for name, test := range map[string]struct {
		lease    *coordinationv1.Lease
		incident *v1alpha1.Incident
		want     []string
	}{
		"alive": {aLease("pod", time.Second), anIncident("one"), []string{"alive, its lease was renewed", "version v0.3", "Namespace:", "soc", "up to date: the operator has seen all of 1 incident"}},
		"dead":  {aLease("pod", time.Hour), anIncident("one"), []string{"not alive, its lease was renewed 60m ago"}},
		"ended": {aLease("", time.Second), anIncident("one"), []string{"not alive, it ended and gave its lease back"}},
		"behind": {aLease("pod", time.Second), anIncident("one", func(i *v1alpha1.Incident) { i.Generation = 3 }), []string{
			"behind: the operator has not seen the last change of 1 incident, such as one; the log of one has come to generation 0 of 3",
		}},
		"not written": {aLease("pod", time.Second), anIncident("one", func(i *v1alpha1.Incident) {
			i.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionLogged, Status: metav1.ConditionFalse}}
		}), []string{"the logs of 1 incident cannot be written, such as that of one"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, test.lease, test.incident).as("alice")
			e := c.run("status")
			// The fake stamps nobody, and grants nothing.
			for _, want := range append(test.want, "You are:", "alice", "not in place: they do not stamp who did it", "you may do nothing here") {
				if !strings.Contains(e.out, want) {
					t.Errorf("%q is not in\n%s%s", want, e.out, e.errOut)
				}
			}
			if e.code != exitIncomplete {
				t.Errorf("code %d", e.code)
			}
		})
	}
	source := &v1alpha1.AlertSource{ObjectMeta: metav1.ObjectMeta{Namespace: "soc", Name: "falco"}}
	if e := newCluster(t, source).as("alice").run("status"); !strings.Contains(e.out, "falco is not ready: nothing looked at it yet, received nothing so far") {
		t.Error(e.out + e.errOut)
	}
	source.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue}}
	source.Status.LastReceivedTime = ptr.To(metav1.NewTime(time.Now().Add(-time.Hour)))
	if e := newCluster(t, source).as("alice").run("status"); !strings.Contains(e.out, "falco is ready, received something 60m ago") {
		t.Error(e.out + e.errOut)
	}
	if e := newCluster(t).as("alice").run("status", "--operator-namespace", "elsewhere"); !strings.Contains(e.out, "it never ran in the namespace elsewhere") {
		t.Error(e.out + e.errOut)
	}
}
