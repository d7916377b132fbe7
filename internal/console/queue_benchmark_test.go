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

package console

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// crowd is of the kind that a company has: some tags of many, several sources, half of it resolved.
func crowd(number int) []client.Object {
	objects := make([]client.Object, 0, number)
	severities, now := v1alpha1.Severities(), time.Now()
	tags := []v1alpha1.Tag{"Crown Jewels: HR 2026", "phishing", "VIP", "Ransomware", "External", "Finance: DE"}
	for i := range number {
		at := metav1.NewTime(now.Add(-time.Duration(i*7%number) * time.Minute))
		objects = append(objects, anIncident(fmt.Sprintf("inc-%05d", i), func(incident *v1alpha1.Incident) {
			incident.CreationTimestamp = metav1.NewTime(now.Add(-time.Duration(i) * time.Minute))
			incident.Spec.Name, incident.Spec.Assignee = fmt.Sprintf("Odd thing number %d", i), []string{"", alice, bob}[i%3]
			incident.Spec.Tags = []v1alpha1.Tag{tags[i%len(tags)], tags[i/3%len(tags)]}
			incident.Spec.Description = "The process tree and the command line do not fit what this host does on other days."
			incident.Status.Severity, incident.Status.LastActivityTime = severities[i%len(severities)], &at
			incident.Status.Sources, incident.Status.Categories = []string{"Falco", "Defender for Endpoint"}[i%2:], []string{"Execution", "Impact"}
			if i%2 == 0 {
				incident.Spec.Resolution.State, incident.Status.ResolvedTime = v1alpha1.ResolutionResolved, &at
			}
		}))
	}
	return objects
}

// BenchmarkQueue is one request of the queue among 10,000 incidents, as each keystroke and each change makes one.
func BenchmarkQueue(b *testing.B) {
	w := newWorld(b, interceptor.Funcs{}, crowd(10_000)...)
	w.feed.waitReady(b.Context())
	for name, search := range map[string]string{"open": "", "all": "all=true", "filtered": "tag=vip&source=falco&severity=High&assignee=@me", "late": "all=true&page=150"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if answer := w.do(w.request(http.MethodGet, "/api/incidents?"+search, nil)); answer.Code != http.StatusOK {
					b.Fatal(answer.Body)
				}
			}
		})
	}
}
