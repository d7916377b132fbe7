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
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
)

// written are the writes by anybody, so that only what changed is read again.
var written struct {
	sync.Mutex
	marks []mark
}

// mark is a write of an object, or its deletion.
type mark struct {
	kind    string
	object  client.ObjectKey
	deleted bool
}

// marking is a client whose writes are marked, after they were sent.
func marking(c client.WithWatch) client.WithWatch {
	marked := func(object client.Object, deleted bool, err error) error {
		written.Lock()
		defer written.Unlock()
		written.marks = append(written.marks, mark{kindOf(object), client.ObjectKeyFromObject(object), deleted})
		return err
	}
	return interceptor.NewClient(c, interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, object client.Object, options ...client.CreateOption) error {
			return marked(object, false, c.Create(ctx, object, options...))
		},
		Update: func(ctx context.Context, c client.WithWatch, object client.Object, options ...client.UpdateOption) error {
			return marked(object, false, c.Update(ctx, object, options...))
		},
		Delete: func(ctx context.Context, c client.WithWatch, object client.Object, options ...client.DeleteOption) error {
			return marked(object, true, c.Delete(ctx, object, options...))
		},
		Patch: func(ctx context.Context, c client.WithWatch, object client.Object, patch client.Patch, options ...client.PatchOption) error {
			return marked(object, false, c.Patch(ctx, object, patch, options...))
		},
		SubResourcePatch: func(ctx context.Context, c client.Client, subresource string, object client.Object, patch client.Patch, options ...client.SubResourcePatchOption) error {
			return marked(object, false, c.SubResource(subresource).Patch(ctx, object, patch, options...))
		},
	})
}

func kindOf(object client.Object) string {
	if kind := object.GetObjectKind().GroupVersionKind().Kind; kind != "" {
		return kind
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", object), "*v1alpha1.")
}

// view is what the operator's cache of one namespace shows: each kind as it was when it was last read, and as slim as the
// cache keeps it.
type view struct {
	namespace string
	incidents v1alpha1.IncidentList
	alerts    v1alpha1.AlertList
	comments  v1alpha1.CommentList
	// heard is how many marks there were before a kind was read.
	heard map[string]int
	// frozen are kinds that are not read again: what changes there, the cache has still to hear of.
	frozen map[string]bool
}

func newView(namespace string) *view {
	return &view{namespace: namespace, heard: map[string]int{}, frozen: map[string]bool{}}
}

// update reads what changed.
func (v *view) update(ctx context.Context) {
	GinkgoHelper()
	updateKind(ctx, v, "Incident", &v.incidents, &v.incidents.Items)
	updateKind(ctx, v, "Alert", &v.alerts, &v.alerts.Items)
	updateKind(ctx, v, "Comment", &v.comments, &v.comments.Items)
}

// updateKind reads a few objects one by one, and lists a kind if many changed or one was deleted. A copy that a test kept of
// the list before stays as it is.
func updateKind[T any, P interface {
	*T
	client.Object
}](ctx context.Context, v *view, kind string, list client.ObjectList, items *[]T) {
	GinkgoHelper()
	changed, all := v.due(kind)
	if !all && len(changed) == 0 {
		return
	}
	updated, version := slices.Clone(*items), list.GetResourceVersion()
	for _, name := range changed {
		object := new(T)
		if all || admin.Get(ctx, client.ObjectKey{Namespace: v.namespace, Name: name}, P(object)) != nil {
			all = true
			break
		}
		Expect(slim(P(object))).To(Succeed())
		version = activity.Newest(version, P(object).GetResourceVersion())
		at, known := slices.BinarySearchFunc(updated, name, func(item T, name string) int { return strings.Compare(P(&item).GetName(), name) })
		if known {
			updated[at] = *object
		} else {
			updated = slices.Insert(updated, at, *object)
		}
	}
	if all {
		*items = nil
		v.read(ctx, list)
		return
	}
	*items = updated
	list.SetResourceVersion(version)
}

// manyWrites is from how many on it takes less to list a kind than to read what was written.
const manyWrites = 8

// due says which objects of a kind changed, or that all have to be listed, and takes for granted that they will be.
func (v *view) due(kind string) (changed []string, all bool) {
	if v.frozen[kind] {
		return nil, false
	}
	written.Lock()
	defer written.Unlock()
	heard, known := v.heard[kind]
	v.heard[kind] = len(written.marks)
	if !known {
		return nil, true
	}
	for _, mark := range written.marks[heard:] {
		if mark.kind != kind || mark.object.Namespace != v.namespace || slices.Contains(changed, mark.object.Name) {
			continue
		}
		if changed = append(changed, mark.object.Name); mark.deleted || len(changed) > manyWrites {
			return nil, true
		}
	}
	return changed, false
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
		before, known := gone[alerts.Items[j].Name]
		delete(gone, alerts.Items[j].Name)
		if known && before.ResourceVersion == alerts.Items[j].ResourceVersion {
			continue
		}
		alert := alerts.Items[j].DeepCopy()
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
