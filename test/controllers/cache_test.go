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

package controllers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
)

// written counts the writes of each kind by anybody, so that only what changed is listed again.
var written = struct {
	sync.Mutex
	times map[string]int
}{times: map[string]int{}}

func writesOf(kind string) int {
	written.Lock()
	defer written.Unlock()
	return written.times[kind]
}

// marking is a client whose writes are counted, after they were sent.
func marking(c client.WithWatch) client.WithWatch {
	mark := func(object client.Object, err error) error {
		written.Lock()
		defer written.Unlock()
		written.times[kindOf(object)]++
		return err
	}
	return interceptor.NewClient(c, interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, object client.Object, options ...client.CreateOption) error {
			return mark(object, c.Create(ctx, object, options...))
		},
		Update: func(ctx context.Context, c client.WithWatch, object client.Object, options ...client.UpdateOption) error {
			return mark(object, c.Update(ctx, object, options...))
		},
		Delete: func(ctx context.Context, c client.WithWatch, object client.Object, options ...client.DeleteOption) error {
			return mark(object, c.Delete(ctx, object, options...))
		},
		Patch: func(ctx context.Context, c client.WithWatch, object client.Object, patch client.Patch, options ...client.PatchOption) error {
			return mark(object, c.Patch(ctx, object, patch, options...))
		},
		SubResourcePatch: func(ctx context.Context, c client.Client, subresource string, object client.Object, patch client.Patch, options ...client.SubResourcePatchOption) error {
			return mark(object, c.SubResource(subresource).Patch(ctx, object, patch, options...))
		},
	})
}

func kindOf(object client.Object) string {
	if kind := object.GetObjectKind().GroupVersionKind().Kind; kind != "" {
		return kind
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", object), "*v1alpha1.")
}

// view is what the operator's cache of one namespace shows: each kind as it was when it was last listed, and as slim as the
// cache keeps it.
type view struct {
	namespace string
	incidents v1alpha1.IncidentList
	alerts    v1alpha1.AlertList
	comments  v1alpha1.CommentList
	// listed is how many writes of a kind there were before it was listed.
	listed map[string]int
	// frozen are kinds that are not listed again: what changes there, the cache has still to hear of.
	frozen map[string]bool
}

func newView(namespace string) *view {
	return &view{namespace: namespace, listed: map[string]int{}, frozen: map[string]bool{}}
}

// update lists what changed.
func (v *view) update(ctx context.Context) {
	GinkgoHelper()
	if v.isDue("Incident") {
		v.incidents = v1alpha1.IncidentList{}
		v.read(ctx, &v.incidents)
	}
	if v.isDue("Alert") {
		v.alerts = v1alpha1.AlertList{}
		v.read(ctx, &v.alerts)
	}
	if v.isDue("Comment") {
		v.comments = v1alpha1.CommentList{}
		v.read(ctx, &v.comments)
	}
}

// isDue says whether a kind has to be listed, and takes for granted that it will be.
func (v *view) isDue(kind string) bool {
	writes := writesOf(kind)
	listed, known := v.listed[kind]
	if v.frozen[kind] || known && listed == writes {
		return false
	}
	v.listed[kind] = writes
	return true
}

func (v *view) read(ctx context.Context, list client.ObjectList) {
	GinkgoHelper()
	Expect(admin.List(ctx, list, client.InNamespace(v.namespace))).To(Succeed())
	Expect(meta.EachListItem(list, slim)).To(Succeed())
}

// slim does to an object what the operator's cache does before it keeps it.
func slim(object runtime.Object) error {
	for kept, options := range operator.CacheOptions().ByObject {
		if kindOf(kept) == kindOf(object.(client.Object)) {
			_, err := options.Transform(object)
			return err
		}
	}
	return fmt.Errorf("the cache does not keep %T", object)
}

// get reads an incident.
func (v *view) get(key client.ObjectKey, incident *v1alpha1.Incident) bool {
	for i := range v.incidents.Items {
		if client.ObjectKeyFromObject(&v.incidents.Items[i]) == key {
			v.incidents.Items[i].DeepCopyInto(incident)
			return true
		}
	}
	return false
}

// list reads incidents or comments by an index of the operator.
func (v *view) list(list client.ObjectList, options ...client.ListOption) error {
	var asked client.ListOptions
	asked.ApplyOptions(options)
	all := client.ObjectList(v.incidents.DeepCopy())
	if _, comments := list.(*v1alpha1.CommentList); comments {
		all = v.comments.DeepCopy()
	}
	items, err := meta.ExtractList(all)
	if err != nil {
		return err
	}
	for _, requirement := range asked.FieldSelector.Requirements() {
		valuesOf, known := operator.Indexes()[requirement.Field]
		if !known {
			return fmt.Errorf("the operator has no index %q", requirement.Field)
		}
		items = slices.DeleteFunc(items, func(item runtime.Object) bool {
			return !slices.Contains(valuesOf(item.(client.Object)), requirement.Value)
		})
	}
	return meta.SetList(list, items)
}

// informer is the cache of alerts as the feed of the roster sees it.
type informer struct {
	cache.Informer
	store
	handler toolscache.ResourceEventHandler
}

// store knows up to which resourceVersion nothing is missing in it.
type store struct {
	toolscache.Indexer
	version string
}

func (s *store) LastStoreSyncResourceVersion() string { return s.version }

func newInformer() *informer {
	return &informer{store: store{Indexer: toolscache.NewIndexer(toolscache.MetaNamespaceKeyFunc, nil)}}
}

// informers has but the one of alerts.
type informers struct {
	cache.Informers
	alerts *informer
}

func (i informers) GetInformer(context.Context, client.Object, ...cache.InformerGetOption) (cache.Informer, error) {
	return i.alerts, nil
}

func (i *informer) GetIndexer() toolscache.Indexer { return &i.store }

func (i *informer) AddEventHandler(handler toolscache.ResourceEventHandler) (toolscache.ResourceEventHandlerRegistration, error) {
	i.handler = handler
	return registration{}, nil
}

type registration struct {
	toolscache.ResourceEventHandlerRegistration
}

func (registration) HasSynced() bool { return true }

// show tells of all that differs between what was shown before and a list.
func (i *informer) show(alerts *v1alpha1.AlertList, initial bool) {
	gone := map[string]*v1alpha1.Alert{}
	for _, object := range i.List() {
		alert := object.(*v1alpha1.Alert)
		gone[alert.Name] = alert
	}
	i.version = alerts.ResourceVersion
	for j := range alerts.Items {
		alert := alerts.Items[j].DeepCopy()
		before, known := gone[alert.Name]
		delete(gone, alert.Name)
		if known && before.ResourceVersion == alert.ResourceVersion {
			continue
		}
		Expect(i.Update(alert)).To(Succeed())
		if known {
			i.handler.OnUpdate(before, alert)
		} else {
			i.handler.OnAdd(alert, initial)
		}
	}
	for _, alert := range gone {
		deleted := alert.DeepCopy()
		deleted.ResourceVersion = alerts.ResourceVersion
		Expect(i.Indexer.Delete(alert)).To(Succeed())
		i.handler.OnDelete(deleted)
	}
}
