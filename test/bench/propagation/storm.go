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
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	// stormSenders post at a time.
	stormSenders = 20
	// stormGroup is how many alerts name the same node, and so become one incident.
	stormGroup = 20
	// stormRepeats of ten posts say again what was said before, of stormLoud alerts.
	stormRepeats, stormLoud = 9, 20

	allNew, mostRepeated = "receiver, all new", "receiver, nine of ten repeated"
	falcoSource          = "falco"
)

// storm measures how fast the receiver takes alerts that correlation links to incidents, beside a bare client that makes
// one CREATE and one PATCH for each; then posts of which most say nothing new.
func (b *bench) storm(ctx context.Context) error {
	if err := b.place.startOperator(ctx); err != nil {
		return err
	}
	if err := b.place.do(ctx, "ingest-start"); err != nil {
		return err
	}
	for trial := range b.trials {
		s, err := b.prepareStorm(ctx, fmt.Sprintf("bench-storm-%s-%d", b.suffix, trial))
		if err != nil {
			return fmt.Errorf("preparing: %w", err)
		}
		if err := s.measure(ctx, allNew, b.n, func(i int) int { return i }, b.n); err != nil {
			return err
		}
		fresh := b.n / (stormRepeats + 1)
		if err := s.measure(ctx, mostRepeated, fresh*(stormRepeats+1), func(i int) int {
			if i%(stormRepeats+1) == 0 {
				return b.n + i/(stormRepeats+1)
			}
			return i % stormLoud
		}, b.n+fresh); err != nil {
			return err
		}
		if err := s.bare(ctx); err != nil {
			return err
		}
	}
	return b.place.do(ctx, "ingest-stop")
}

// storm is a namespace into which alerts come.
type storm struct {
	*bench
	observer *observer
	receiver *receiver
	audit    auditLog
}

func (b *bench) prepareStorm(ctx context.Context, namespace string) (*storm, error) {
	if err := b.ensureNamespace(ctx, namespace); err != nil {
		return nil, err
	}
	for _, o := range []struct{ path, body string }{
		{group + "/namespaces/" + namespace + "/alertsources", `{"apiVersion":"incidentoperator.dev/v1alpha1","kind":"AlertSource","metadata":{"name":"falco"},"spec":{"format":"Falco"}}`},
		{group + "/namespaces/" + namespace + "/correlationpolicies", `{"apiVersion":"incidentoperator.dev/v1alpha1","kind":"CorrelationPolicy","metadata":{"name":"node"},
			"spec":{"groupBy":[{"evidence":["Node"],"windowSeconds":86400,"commonAbove":1000}],"settleSeconds":1}}`},
	} {
		if err := b.admin.ensure(ctx, o.path, json.RawMessage(o.body)); err != nil {
			return nil, err
		}
	}
	r, err := b.openReceiver(ctx, namespace, falcoSource)
	if err != nil {
		return nil, err
	}
	o, err := b.observe(ctx, namespace)
	return &storm{bench: b, observer: o, receiver: r, audit: b.audit.of(ingestUser)}, err
}

func correlated(a *alert) bool { return a.Spec.IncidentRef.Name != "" }

// measure sends posts, the i-th about alert about(i), and waits until so many alerts are linked.
func (s *storm) measure(ctx context.Context, step string, posts int, about func(int) int, want int) error {
	if err := s.calm(ctx); err != nil {
		return err
	}
	mark, err := s.audit.mark()
	if err != nil {
		return err
	}
	g := s.observer.expect(want, correlated)
	before, err := s.place.meter()
	if err != nil {
		return err
	}
	var mutex sync.Mutex
	r := result{Step: step, N: posts, Samples: make([]float64, 0, posts)}
	begin := time.Now()
	err = each(ctx, posts, stormSenders, func(ctx context.Context, i int) error {
		took, err := s.receiver.post(ctx, falcoEvent(about(i)))
		mutex.Lock()
		defer mutex.Unlock()
		r.Samples = append(r.Samples, milliseconds(took))
		return err
	})
	if err != nil {
		return err
	}
	stored := inSeconds(time.Since(begin))
	if err := s.observer.wait(ctx, g); err != nil {
		return err
	}
	r.Seconds, r.First = inSeconds(g.last.Sub(begin)), inSeconds(g.first.Sub(begin))
	if r.CPU, r.Foreign, err = s.place.since(before); err != nil {
		return err
	}
	if err := s.atRest(ctx, want); err != nil {
		return err
	}
	if r.Requests, _, err = s.audit.since(mark); err != nil {
		return err
	}
	resident, peak, err := residentMiB(s.place.rolePID("ingest"))
	if err != nil {
		return err
	}
	repeats := float64(posts - r.Requests["create alerts"])
	r.Values = map[string]float64{"storedSeconds": stored, "residentMiB": resident, "peakMiB": peak, "repeats": repeats}
	if repeats > 0 {
		// A new alert costs a CREATE and a PATCH.
		r.Values["writesForEachRepeat"] = round(float64(r.Requests.on("alerts")-2*r.Requests["create alerts"]) / repeats)
	}
	return s.report(r)
}

// bare creates as many alerts and links each, as the same identity.
func (s *storm) bare(ctx context.Context) error {
	var all struct{ Items []object }
	if err := s.admin.get(ctx, alertsPath(s.observer.namespace)+"?limit=1", &all); err != nil {
		return err
	}
	spec, _ := all.Items[0]["spec"].(object)
	metadata, _ := all.Items[0]["metadata"].(object)
	annotations, _ := metadata["annotations"].(object)
	delete(spec, "incidentRef")
	namespace := s.observer.namespace + "-bare"
	if err := s.ensureNamespace(ctx, namespace); err != nil {
		return err
	}
	if err := s.ensureIncident(ctx, namespace, bigIncident, ""); err != nil {
		return err
	}
	client, err := s.place.connectAs("ingest")
	if err != nil {
		return err
	}
	link := object{
		"metadata": object{"annotations": object{v1alpha1.CorrelatedAnnotation: annotations[v1alpha1.CorrelatedAnnotation]}},
		"spec":     object{"incidentRef": object{"name": bigIncident}},
	}
	if err := s.calm(ctx); err != nil {
		return err
	}
	before, err := s.place.meter()
	if err != nil {
		return err
	}
	begin := time.Now()
	err = each(ctx, s.n, stormSenders, func(ctx context.Context, i int) error {
		name := alertName(bigIncident, i)
		body, err := json.Marshal(object{
			"apiVersion": v1alpha1.GroupVersion.String(), "kind": "Alert",
			"metadata": object{"name": name, "labels": metadata["labels"]}, "spec": spec,
		})
		if err != nil {
			return err
		}
		if _, err := client.send(ctx, http.MethodPost, alertsPath(namespace), "application/json", body); err != nil {
			return err
		}
		_, err = client.patch(ctx, alertPath(namespace, name), link)
		return err
	})
	if err != nil {
		return err
	}
	r := result{Step: bareStep, N: s.n, Seconds: inSeconds(time.Since(begin)), Workers: stormSenders}
	if r.CPU, r.Foreign, err = s.place.since(before); err != nil {
		return err
	}
	if err := s.report(r); err != nil {
		return err
	}
	return s.atRest(ctx, s.n)
}

// falcoEvent is what Falco sends when the i-th pod breaks a rule.
func falcoEvent(i int) []byte {
	now := time.Now().UTC().Format(time.RFC3339Nano)
	body, _ := json.Marshal(object{ // Texts alone: it cannot fail.
		"rule": "Terminal shell in container", "priority": "Notice", "source": "syscall", "time": now,
		"hostname": fmt.Sprintf("node-%d", i/stormGroup), "tags": []string{"container", "mitre_execution", "T1059"},
		"output": now + ": Notice A shell was spawned in a container with an attached terminal (user=root shell=bash parent=runc cmdline=bash)",
		"output_fields": object{
			"container.id": fmt.Sprintf("%012x", i), "container.name": "payment-api", "container.image.repository": "registry.example.com/payment-api",
			"k8s.ns.name": "shop", "k8s.pod.name": fmt.Sprintf("payment-api-%d", i), "proc.cmdline": "bash", "proc.pid": "4711", "user.name": "root",
		},
	})
	return body
}
