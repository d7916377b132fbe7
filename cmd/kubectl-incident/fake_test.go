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
	"bytes"
	"cmp"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube/kubetest"
)

// cluster is an API server in memory that knows the kinds of this API.
type cluster struct {
	t testing.TB
	client.WithWatch
	intercept interceptor.Funcs
	stdin     string
	// watched says that a person reads along and answers by stdin.
	watched bool
	mutex   sync.Mutex
	// patches counts the patches that reached it.
	patches int
	// tablesRead counts the pages of tables that were read of it; unreadable makes that fail.
	tablesRead int
	unreadable error
}

func newCluster(t testing.TB, objects ...client.Object) *cluster {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	for _, add := range []func(*runtime.Scheme) error{authenticationv1.AddToScheme, authorizationv1.AddToScheme, coordinationv1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	return &cluster{t: t, WithWatch: kubetest.WithoutStreams(fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).
		WithIndex(&v1alpha1.Alert{}, "spec.incidentRef.name", func(object client.Object) []string {
			alert, _ := object.(*v1alpha1.Alert)
			return []string{alert.Spec.IncidentRef.Name}
		}).
		WithIndex(&v1alpha1.Alert{}, "spec.severity", ofAlert(func(a *v1alpha1.Alert) string { return string(a.Spec.Severity) })).
		WithIndex(&v1alpha1.Alert{}, "spec.assignee", ofAlert(func(a *v1alpha1.Alert) string { return a.Spec.Assignee })).
		WithIndex(&v1alpha1.Alert{}, "spec.resolution.state", ofAlert(func(a *v1alpha1.Alert) string {
			return string(cmp.Or(a.Spec.Resolution.State, v1alpha1.ResolutionActive))
		})).
		WithIndex(&v1alpha1.Activity{}, "spec.type", func(object client.Object) []string {
			entry, _ := object.(*v1alpha1.Activity)
			return []string{string(entry.Spec.Type)}
		}).
		WithIndex(&v1alpha1.Comment{}, "spec.incidentRef.name", func(object client.Object) []string {
			return []string{object.(*v1alpha1.Comment).Spec.IncidentRef.Name}
		}).
		WithIndex(&v1alpha1.Activity{}, "spec.incidentRef.name", func(object client.Object) []string {
			entry, _ := object.(*v1alpha1.Activity)
			return []string{entry.Spec.IncidentRef.Name}
		}).Build())}
}

func ofAlert(field func(*v1alpha1.Alert) string) client.IndexerFunc {
	return func(object client.Object) []string {
		alert, _ := object.(*v1alpha1.Alert)
		return []string{field(alert)}
	}
}

// createFunc is how the interceptor sees a creation.
type createFunc = func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error

// saysWho has the cluster say who the user is, and creates everything else.
func saysWho(user string) createFunc {
	return func(ctx context.Context, w client.WithWatch, object client.Object, options ...client.CreateOption) error {
		if review, ok := object.(*authenticationv1.SelfSubjectReview); ok {
			review.Status.UserInfo.Username = user
			return nil
		}
		return w.Create(ctx, object, options...)
	}
}

// listIncidents leaves the selection by fields to the plugin, which checks it again: the fake knows only equality.
func listIncidents(ctx context.Context, w client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
	if _, ok := list.(*v1alpha1.IncidentList); ok {
		all := client.ListOptions{}
		all.ApplyOptions(options)
		all.FieldSelector = nil
		options = []client.ListOption{&all}
	}
	return w.List(ctx, list, options...)
}

type ended struct {
	code        int
	out, errOut string
}

// run runs the plugin as its users do.
func (c *cluster) run(args ...string) ended {
	c.t.Helper()
	return c.runWith(c.t.Context(), args...)
}

func (c *cluster) runWith(ctx context.Context, args ...string) ended {
	c.t.Helper()
	var out bytes.Buffer
	e := c.runTo(ctx, &out, args...)
	e.out = out.String()
	return e
}

func (c *cluster) runTo(ctx context.Context, out io.Writer, args ...string) ended {
	c.t.Helper()
	var errOut bytes.Buffer
	p := c.plugin(genericiooptions.IOStreams{In: strings.NewReader(c.stdin), Out: out, ErrOut: &errOut})
	code := p.run(ctx, append([]string{"-n", "soc"}, args...))
	return ended{code: code, errOut: errOut.String()}
}

// plugin is one that talks to the cluster.
func (c *cluster) plugin(streams genericiooptions.IOStreams) *plugin {
	p := newPlugin(streams)
	p.typed = func() (client.WithWatch, error) {
		funcs := c.intercept
		patch := funcs.Patch
		funcs.Patch = func(ctx context.Context, w client.WithWatch, object client.Object, p client.Patch, options ...client.PatchOption) error {
			c.mutex.Lock()
			c.patches++
			c.mutex.Unlock()
			if patch != nil {
				return patch(ctx, w, object, p, options...)
			}
			return w.Patch(ctx, object, p, options...)
		}
		funcs.List = listIncidents
		return kubetest.WithoutStreams(interceptor.NewClient(c.WithWatch, funcs)), nil
	}
	p.tables = c.tables
	p.watched = func() bool { return c.watched }
	return p
}

func (c *cluster) streams() genericiooptions.IOStreams {
	return genericiooptions.IOStreams{In: strings.NewReader(c.stdin), Out: io.Discard, ErrOut: io.Discard}
}

// intercepted is a client of the cluster as the plugin gets it, but for the count of patches.
func (c *cluster) intercepted(inner client.WithWatch) client.WithWatch {
	funcs := c.intercept
	funcs.List = listIncidents
	return kubetest.WithoutStreams(interceptor.NewClient(inner, funcs))
}

// done runs the plugin and fails where it fails.
func (c *cluster) done(args ...string) string {
	c.t.Helper()
	e := c.run(args...)
	if e.code != exitDone {
		c.t.Fatalf("%v: code %d\n%s%s", args, e.code, e.out, e.errOut)
	}
	return e.out
}

// refused runs the plugin and expects it to end with a code, an error and no patch.
func (c *cluster) refused(code int, message string, args ...string) {
	c.t.Helper()
	before := c.patches
	if e := c.run(args...); e.code != code || !strings.Contains(e.errOut, message) || c.patches != before {
		c.t.Errorf("%v: code %d, %d patches\n%s%s; want code %d and %q", args, e.code, c.patches-before, e.out, e.errOut, code, message)
	}
}

func (c *cluster) incident(name string) *v1alpha1.Incident {
	c.t.Helper()
	incident := &v1alpha1.Incident{}
	if err := c.Get(c.t.Context(), client.ObjectKey{Namespace: "soc", Name: name}, incident); err != nil {
		c.t.Fatal(err)
	}
	return incident
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

// editWith makes a script of sh the user's editor. It gets the file as $1.
func editWith(t *testing.T, script string) {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	path := filepath.Join(t.TempDir(), "editor")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KUBE_EDITOR", path)
}

// drafts are the files that were kept.
func drafts(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(os.TempDir(), "kubectl-incident-*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}
