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

package rollup_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/plan"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

// BenchmarkCompute looks at incidents whose alerts all carry and have noted what they are given, with evidence and distinct
// names as detectors report them.
func BenchmarkCompute(b *testing.B) {
	for _, n := range []int{1_000, 50_000} {
		b.Run(fmt.Sprintf("alerts=%d", n), func(b *testing.B) {
			i := incident(toAlice)
			alerts := make([]v1alpha1.Alert, n)
			for k := range alerts {
				alerts[k] = alert(
					titled(fmt.Sprintf("Title %d", k%20)), category([]string{"Execution", "Impact", "Malware"}[k%3]),
					from([]string{"Falco", "Trivy"}[k%2]), severe(v1alpha1.SeverityMedium), seen(minutes(-k%60), minutes(k%60)),
					about(fmt.Sprintf("Node node-%d", k%100), fmt.Sprintf("User User-%d@example.com", k%500), "Process /usr/bin/sh"),
					ours("alice"), remembers(givenAlice),
				)
				note(&alerts[k], i)
			}
			b.ReportAllocs()
			for b.Loop() {
				result := rollup.Compute(rollup.Subject{Incident: i}, alerts, noon, rollup.Options{})
				if result.Pending != 0 || result.Alerts.Unnoted != 0 {
					b.Fatalf("%d alerts are pending, %d are not noted", result.Pending, result.Alerts.Unnoted)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/alert")
		})
	}
}

// note lets an alert have noted that it is linked.
func note(alert *v1alpha1.Alert, i *v1alpha1.Incident) {
	alert.ResourceVersion = "2"
	p := plan.For(alert, plan.Place{Incident: i}, plan.Circumstances{Ticket: "1"})
	alert.Annotations = maps.Clone(alert.Annotations)
	alert.Annotations[v1alpha1.TrailAnnotation] = p.TrailAfter.String()
}
