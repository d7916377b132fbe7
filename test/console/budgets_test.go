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
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube/kubetest"
)

func manyIncidents(number int) []client.Object {
	objects := make([]client.Object, 0, number)
	severities := v1alpha1.Severities()
	for i := range number {
		incident := &v1alpha1.Incident{ObjectMeta: metav1.ObjectMeta{
			Namespace: "default", Name: fmt.Sprintf("inc-%05d", i), UID: types.UID(fmt.Sprint(i)),
			CreationTimestamp: metav1.NewTime(time.Now().Add(-time.Duration(i) * time.Minute)),
		}}
		incident.Spec.Name, incident.Spec.Tags, incident.Spec.Assignee = fmt.Sprintf("Budget %d", i), []v1alpha1.Tag{"one", "two", "three"}, alice
		incident.Status.Severity, incident.Status.Categories = severities[i%len(severities)], []string{"Execution", "Impact"}
		objects = append(objects, incident)
	}
	return objects
}

// inMemory is a cluster of which alice may do everything. A page costs the same wherever its incidents are, and to create
// 10,000 of them takes minutes on a real API server. It also takes what no API server would.
func inMemory(objects ...client.Object) client.WithWatch {
	alert := func(object client.Object) []string { return []string{object.(*v1alpha1.Alert).Spec.IncidentRef.Name} }
	entry := func(object client.Object) []string {
		return []string{object.(*v1alpha1.Activity).Spec.IncidentRef.Name}
	}
	comment := func(object client.Object) []string { return []string{object.(*v1alpha1.Comment).Spec.IncidentRef.Name} }
	return kubetest.WithoutStreams(fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).WithIndex(&v1alpha1.Alert{}, "spec.incidentRef.name", alert).
		WithIndex(&v1alpha1.Activity{}, "spec.incidentRef.name", entry).WithIndex(&v1alpha1.Comment{}, "spec.incidentRef.name", comment).WithInterceptorFuncs(interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, object client.Object, options ...client.CreateOption) error {
			switch review := object.(type) {
			case *authenticationv1.SelfSubjectReview:
				review.Status.UserInfo.Username = alice
				return nil
			case *authorizationv1.SelfSubjectAccessReview:
				review.Status.Allowed = true
				return nil
			default:
				return c.Create(ctx, object, options...)
			}
		},
		// A client in memory cannot select incidents by their fields. What is selected is evaluated once more anyway.
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
			if _, incidents := list.(*v1alpha1.IncidentList); !incidents {
				return c.List(ctx, list, options...)
			}
			asked := &client.ListOptions{}
			asked.ApplyOptions(options)
			return c.List(ctx, list, client.InNamespace(asked.Namespace))
		},
	}).Build())
}

// What a page costs with 10,000 incidents, as the design bounds it.
func TestBudgets(t *testing.T) {
	d, w := serve(t, inMemory(manyIncidents(10_000)...)), newTab(t)
	w.visit(d.link("/" + clusterName + "/incidents"))
	w.await(rows + " === 50")
	w.await("document.querySelector('.live.on')")
	const loads = "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
	for what, bound := range map[string]struct {
		expression string
		most       int
	}{
		"nodes":            {"document.querySelectorAll('*').length", 2500},
		"requests":         {"performance.getEntriesByType('resource').filter((e) => !e.name.endsWith('/icon.svg')).length", 6}, // The icon is for the browser.
		"kB of data":       {"Math.round(" + loads + ".reduce((sum, e) => sum + e.transferSize, 0) / 1024)", 100},
		"MB of heap":       {"Math.round(performance.memory.usedJSHeapSize / 1048576)", 40},
		"layout shift (%)": {"new Promise((done) => new PerformanceObserver((list) => done(Math.round(100 * list.getEntries().filter((e) => !e.hadRecentInput).reduce((sum, e) => sum + e.value, 0)))).observe({type: 'layout-shift', buffered: true}) || setTimeout(() => done(0), 300))", 10},
	} {
		got := eval[int](w, bound.expression)
		t.Logf("%s: %d of %d", what, got, bound.most)
		if got > bound.most {
			t.Errorf("%s: %d, at most %d are to be; it loaded %s", what, got, bound.most, eval[string](w, loads+".map((e) => e.name).join(' ')"))
		}
	}
}

// Nobody who touches nothing asks for anything: pages are told, and the console watches.
func TestNothingIsAskedAtRest(t *testing.T) {
	var asked atomic.Int64
	c := interceptor.NewClient(inMemory(manyIncidents(100)...), interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, object client.Object, options ...client.GetOption) error {
			asked.Add(1)
			return c.Get(ctx, key, object, options...)
		},
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
			asked.Add(1)
			return c.List(ctx, list, options...)
		},
		Create: func(ctx context.Context, c client.WithWatch, object client.Object, options ...client.CreateOption) error {
			asked.Add(1)
			return c.Create(ctx, object, options...)
		},
	})
	d, w := serve(t, c), newTab(t)
	w.visit(d.link("/" + clusterName + "/incidents"))
	w.await(rows + " === 50")
	for path, shown := range map[string]string{"/" + clusterName + "/incidents": rows + " === 50", incidentPath("default", "inc-00007", ""): "document.querySelector('.facts') && !document.querySelector('.skeleton')"} {
		w.visit(d.url + path)
		w.await(shown + " && document.querySelector('.live.on')")
		const loads = "performance.getEntriesByType('resource').length"
		count := func() [2]int { return [2]int{int(asked.Load()), eval[int](w, loads)} }
		// What the page asks for when it begins may still be on its way.
		const quiet = 2 * time.Second
		before := count()
		for deadline := time.Now().Add(patience); ; {
			<-time.After(quiet)
			now := count()
			if now == before {
				break
			}
			if before = now; time.Now().After(deadline) {
				t.Fatalf("%s asks again and again: %v requests of the API server and of the console", path, now)
			}
		}
	}
}
