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
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube"
	"github.com/incident-operator/incident-operator/internal/kube/kubetest"
)

// cluster is an API server in memory that knows the kinds of this API.
type cluster struct {
	client.WithWatch
	t *testing.T
}

func newCluster(t *testing.T, objects ...client.Object) *cluster {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1alpha1.AddToScheme, authenticationv1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	return &cluster{t: t, WithWatch: kubetest.WithoutStreams(fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).
		WithIndex(&v1alpha1.Alert{}, kube.IncidentOf, func(object client.Object) []string {
			alert, _ := object.(*v1alpha1.Alert)
			return []string{alert.Spec.IncidentRef.Name}
		}).
		WithIndex(&v1alpha1.Activity{}, kube.IncidentOf, func(object client.Object) []string {
			entry, _ := object.(*v1alpha1.Activity)
			return []string{entry.Spec.IncidentRef.Name}
		}).Build())}
}

func (c *cluster) incident(name string) *v1alpha1.Incident {
	c.t.Helper()
	incident := &v1alpha1.Incident{}
	if err := c.Get(c.t.Context(), client.ObjectKey{Namespace: "soc", Name: name}, incident); err != nil {
		c.t.Fatal(err)
	}
	return incident
}

// meanwhile returns a client during whose first patch somebody else writes an incident.
func (c *cluster) meanwhile(name string, change func(*v1alpha1.Incident)) client.WithWatch {
	written := false
	return interceptor.NewClient(c.WithWatch, interceptor.Funcs{
		Patch: func(ctx context.Context, w client.WithWatch, object client.Object, p client.Patch, options ...client.PatchOption) error {
			if !written {
				written = true
				incident := c.incident(name)
				change(incident)
				if err := w.Update(ctx, incident); err != nil {
					return err
				}
			}
			return w.Patch(ctx, object, p, options...)
		},
	})
}

func anIncident(name string, change ...func(*v1alpha1.Incident)) *v1alpha1.Incident {
	incident := &v1alpha1.Incident{ObjectMeta: metav1.ObjectMeta{Namespace: "soc", Name: name}}
	for _, c := range change {
		c(incident)
	}
	return incident
}

func anAlert(name, incident string) *v1alpha1.Alert {
	alert := &v1alpha1.Alert{ObjectMeta: metav1.ObjectMeta{Namespace: "soc", Name: name}}
	alert.Spec.Name, alert.Spec.IncidentRef.Name = "Odd", incident
	return alert
}
