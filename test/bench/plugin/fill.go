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
	"fmt"
	"os"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// fill creates what is missing of the namespace, the incidents and the alerts. Objects that exist are left as they are.
func fill(ctx context.Context, s settings) error {
	config, err := clientcmd.BuildConfigFromFlags("", s.kubeconfig())
	if err != nil {
		return fmt.Errorf("reading the kubeconfig: %w", err)
	}
	config.QPS = -1
	scheme := runtime.NewScheme()
	utilruntime.Must(corev1.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	c, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return fmt.Errorf("connecting: %w", err)
	}
	if err := ensure(ctx, c, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}); err != nil {
		return err
	}
	if err := create(ctx, c, s, "incidents", s.incidents, &v1alpha1.IncidentList{}, newIncident); err != nil {
		return err
	}
	return create(ctx, c, s, "alerts", s.alerts, &v1alpha1.AlertList{}, func(i int) client.Object { return newAlert(i, s) })
}

func ensure(ctx context.Context, c client.Client, object client.Object) error {
	if err := client.IgnoreAlreadyExists(c.Create(ctx, object)); err != nil {
		return fmt.Errorf("creating %s: %w", object.GetName(), err)
	}
	return nil
}

// create creates n objects, unless there are as many.
func create(ctx context.Context, c client.Client, s settings, what string, n int, list client.ObjectList, object func(int) client.Object) error {
	if err := c.List(ctx, list, client.InNamespace(namespace), client.Limit(1)); err != nil {
		return fmt.Errorf("counting %s: %w", what, err)
	}
	if int64(meta.LenList(list))+ptr.Deref(list.GetRemainingItemCount(), 0) >= int64(n) {
		return nil
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(s.workers)
	for i := range n {
		group.Go(func() error {
			if i%5000 == 0 {
				fmt.Fprintf(os.Stderr, "creating %s: %d of %d\n", what, i, n)
			}
			return ensure(ctx, c, object(i))
		})
	}
	return group.Wait()
}

func newIncident(i int) client.Object {
	owners := []string{"", "alice@example.com", "bob@example.com"}
	return &v1alpha1.Incident{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: incidentName(i)},
		Spec: v1alpha1.IncidentSpec{
			Name:   fmt.Sprintf("Credentials of a service account used from host %d", i),
			Triage: v1alpha1.Triage{Assignee: owners[i%len(owners)], Tags: []v1alpha1.Tag{"Payment", v1alpha1.Tag(fmt.Sprintf("Team %d", i%20))}},
		},
	}
}

func incidentName(i int) string { return fmt.Sprintf("queue-%d", i) }

// newAlert is an alert of about 1 KB, as a runtime detector sends it.
func newAlert(i int, s settings) client.Object {
	of := 0
	if i >= s.alerts/10 && s.incidents > 1 {
		of = 1 + i%(s.incidents-1)
	}
	pod := fmt.Sprintf("payment-api-7d4b9c6f5d-%05x", i*7919%0xfffff)
	severities := []v1alpha1.Severity{v1alpha1.SeverityLow, v1alpha1.SeverityMedium, v1alpha1.SeverityHigh}
	return &v1alpha1.Alert{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace, Name: fmt.Sprintf("alert-%d", i), Labels: map[string]string{"bench": incidentName(of)},
		},
		Spec: v1alpha1.AlertSpec{
			Name: "Terminal shell in container", Severity: severities[i%len(severities)], Category: "Execution",
			Techniques:  []v1alpha1.Technique{"T1059", "T1611"},
			Source:      v1alpha1.AlertOrigin{Service: "Falco", Detector: "syscall"},
			Fingerprint: fmt.Sprintf("falco/%s/%08x", pod, i),
			Description: "A shell was spawned in a container with an attached terminal (parent=runc cmdline=bash -i terminal=34816 image=registry.example.com/shop/payment-api:1.24.3)",
			IncidentRef: v1alpha1.IncidentReference{Name: incidentName(of)},
			Evidence: []v1alpha1.Evidence{
				{Kind: v1alpha1.EvidencePod, Name: pod, Namespace: "shop", Role: v1alpha1.EvidenceAffected},
				{Kind: v1alpha1.EvidenceNode, Name: fmt.Sprintf("node-%d", i%500), Role: v1alpha1.EvidenceContextual},
				{Kind: v1alpha1.EvidenceProcess, Name: "/usr/bin/bash", Role: v1alpha1.EvidenceAttacker},
				{Kind: v1alpha1.EvidenceUser, Name: "www-data", Role: v1alpha1.EvidenceAffected},
			},
		},
	}
}
