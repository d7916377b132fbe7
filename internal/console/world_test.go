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
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube"
	"github.com/incident-operator/incident-operator/internal/kube/kubetest"
)

const (
	testHost = "127.0.0.1:8475"
	alice    = "alice@example.com"
	bob      = "bob@example.com"
)

// world is a console on an API server in memory, which knows alice as the user.
type world struct {
	http.Handler
	*Session
	login *Login
	t     testing.TB
	token string
	// cluster is what lies in the API server; writes made by it are those of others.
	cluster client.WithWatch
}

// newWorld returns a console that has read the objects. The functions stand in the way of the person's requests.
func newWorld(t testing.TB, funcs interceptor.Funcs, objects ...client.Object) *world {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1alpha1.AddToScheme, authenticationv1.AddToScheme, authorizationv1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	alert := func(object client.Object) []string { return []string{object.(*v1alpha1.Alert).Spec.IncidentRef.Name} }
	entry := func(object client.Object) []string {
		return []string{object.(*v1alpha1.Activity).Spec.IncidentRef.Name}
	}
	comment := func(object client.Object) []string { return []string{object.(*v1alpha1.Comment).Spec.IncidentRef.Name} }
	cluster := kubetest.WithoutStreams(fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).WithIndex(&v1alpha1.Alert{}, kube.IncidentOf, alert).
		WithIndex(&v1alpha1.Activity{}, kube.IncidentOf, entry).WithIndex(&v1alpha1.Comment{}, kube.IncidentOf, comment).Build())
	if funcs.Create == nil {
		funcs.Create = allowing
	}
	if funcs.List == nil {
		funcs.List = listing
	}
	w := &world{t: t, cluster: cluster}
	w.login = NewLogin(t.Context(), Cluster{Name: "test", Namespace: "soc", Client: kubetest.WithoutStreams(interceptor.NewClient(cluster, funcs))})
	w.Handler, w.Session = Handler(testHost, w.login), w.login.session
	token, err := w.login.redeem(w.login.Code())
	if err != nil {
		t.Fatal(err)
	}
	w.token = token
	return w
}

// allowing answers reviews as an API server does on which alice may do everything.
func allowing(ctx context.Context, w client.WithWatch, object client.Object, options ...client.CreateOption) error {
	switch review := object.(type) {
	case *authenticationv1.SelfSubjectReview:
		review.Status.UserInfo.Username = alice
		return nil
	case *authorizationv1.SelfSubjectAccessReview:
		review.Status.Allowed = true
		return nil
	default:
		return w.Create(ctx, object, options...)
	}
}

// listing leaves out what a client in memory cannot select. The selection is evaluated here once more, as it is of what an
// API server lists.
func listing(ctx context.Context, w client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
	if _, incidents := list.(*v1alpha1.IncidentList); !incidents {
		return w.List(ctx, list, options...)
	}
	asked := &client.ListOptions{}
	asked.ApplyOptions(options)
	return w.List(ctx, list, client.InNamespace(asked.Namespace))
}

// request is one as the pages make it.
func (w *world) request(method, path string, body any) *http.Request {
	w.t.Helper()
	encoded := ""
	if body != nil {
		bytes, err := json.Marshal(body)
		if err != nil {
			w.t.Fatal(err)
		}
		encoded = string(bytes)
	}
	r := httptest.NewRequestWithContext(w.t.Context(), method, path, strings.NewReader(encoded))
	r.Host = testHost
	r.Header.Set("Authorization", "Bearer "+w.token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

func (w *world) do(r *http.Request) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	w.ServeHTTP(recorder, r)
	return recorder
}

// ask makes a request that succeeds, and decodes its answer.
func ask[T any](w *world, method, path string, body any) T {
	w.t.Helper()
	answer := w.do(w.request(method, path, body))
	if answer.Code != http.StatusOK {
		w.t.Fatalf("%s %s: %d %s", method, path, answer.Code, answer.Body)
	}
	var value T
	if err := json.Unmarshal(answer.Body.Bytes(), &value); err != nil {
		w.t.Fatalf("%s %s: %v in %s", method, path, err, answer.Body)
	}
	return value
}

func (w *world) incidentNow(name string) *v1alpha1.Incident {
	w.t.Helper()
	incident := &v1alpha1.Incident{}
	if err := w.cluster.Get(w.t.Context(), client.ObjectKey{Namespace: "soc", Name: name}, incident); err != nil {
		w.t.Fatal(err)
	}
	return incident
}

func anIncident(name string, change ...func(*v1alpha1.Incident)) *v1alpha1.Incident {
	incident := &v1alpha1.Incident{ObjectMeta: metav1.ObjectMeta{Namespace: "soc", Name: name, UID: types.UID("uid-" + name)}}
	for _, set := range change {
		set(incident)
	}
	return incident
}

func anAlert(name, incident string, change ...func(*v1alpha1.Alert)) *v1alpha1.Alert {
	alert := &v1alpha1.Alert{ObjectMeta: metav1.ObjectMeta{Namespace: "soc", Name: name, UID: types.UID("uid-" + name)}}
	alert.Spec.Name, alert.Spec.IncidentRef.Name = "Odd", incident
	for _, set := range change {
		set(alert)
	}
	return alert
}

func reference(name string) named { return named{Namespace: "soc", Name: name, UID: "uid-" + name} }

func wanted(to string) *value { return &value{To: to} }

func seen(before, to string) *value { return &value{Seen: &before, To: to} }
