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

package roster

import (
	"fmt"
	"strconv"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/plan"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

const many = 50_000

// manyLinked is a roster of an incident of alerts that carry what they are given, with evidence and distinct names as
// detectors report them.
func manyLinked(b *testing.B) (r *Roster, i *v1alpha1.Incident) {
	b.Helper()
	i = &v1alpha1.Incident{}
	i.Namespace, i.Name, i.UID, i.CreationTimestamp, i.Spec.Assignee = namespace, "inc", "u", metav1.NewTime(noon), "alice"
	r = newRoster()
	for k := range many {
		r.Put(numbered(k, 1), true)
	}
	if look := r.Look(plan.Place{Incident: i}); look.Counts.Carrying != many || look.Counts.Pending != 0 {
		b.Fatalf("the alerts are not at rest: %+v", look.Counts)
	}
	return r, i
}

func numbered(k, version int) *v1alpha1.Alert {
	a := &v1alpha1.Alert{}
	a.Namespace, a.Name, a.UID, a.ResourceVersion = namespace, fmt.Sprintf("al-%d", k), types.UID(strconv.Itoa(k)), strconv.Itoa(many*version+k)
	a.CreationTimestamp = metav1.NewTime(noon)
	a.Annotations = map[string]string{v1alpha1.InheritedAnnotation: `{"incident":"inc","uid":"u","assignee":{"value":"alice","over":""}}`}
	a.Spec.IncidentRef.Name, a.Spec.Assignee, a.Spec.Name = "inc", "alice", fmt.Sprintf("Title %d", k%20)
	a.Spec.Category, a.Spec.Source.Service = []string{"Execution", "Impact", "Malware"}[k%3], []string{"Falco", "Trivy"}[k%2]
	a.Spec.Severity = []v1alpha1.Severity{v1alpha1.SeverityLow, v1alpha1.SeverityMedium}[(k+version)%2]
	a.Spec.Evidence = []v1alpha1.Evidence{
		{Kind: v1alpha1.EvidenceNode, Name: fmt.Sprintf("node-%d", k%100)},
		{Kind: v1alpha1.EvidenceUser, Name: fmt.Sprintf("User-%d@example.com", k%500)},
	}
	return a
}

// BenchmarkLook changes one of 50,000 alerts, and computes the status of their incident.
func BenchmarkLook(b *testing.B) {
	r, i := manyLinked(b)
	place := plan.Place{Incident: i}
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		r.Put(numbered(n%many, 1+n/many+n%2), false)
		r.Look(place)
		r.Tally(place, func(t *rollup.Tally) {
			if status := rollup.Compute(rollup.Subject{Incident: i}, t, noon, rollup.Options{}); *status.Alerts.Total != many {
				b.Fatalf("%d alerts", *status.Alerts.Total)
			}
		})
	}
}

// BenchmarkRestand assigns an incident of 50,000 alerts anew, all of which stand otherwise then.
func BenchmarkRestand(b *testing.B) {
	r, i := manyLinked(b)
	b.ReportAllocs()
	for b.Loop() {
		after := i.DeepCopy()
		if i.Spec.Assignee == "alice" {
			after.Spec.Assignee = "bob"
		} else {
			after.Spec.Assignee = "alice"
		}
		i = after
		look := r.Look(plan.Place{Incident: i})
		if pending := look.Counts.Pending; pending != 0 && pending != many {
			b.Fatalf("%d alerts are pending", pending)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/many, "ns/alert")
}

// BenchmarkPut takes in 50,000 alerts, one after the other.
func BenchmarkPut(b *testing.B) {
	r, n := newRoster(), 0
	alerts := make([]*v1alpha1.Alert, many)
	for k := range alerts {
		alerts[k] = numbered(k, 1)
	}
	b.ReportAllocs()
	for b.Loop() {
		r.Put(alerts[n%many], true)
		n++
	}
}
