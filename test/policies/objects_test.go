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

package policies

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

var objects atomic.Int64

// uniqueName gives every test an object of its own, so that tests share a cluster and nothing else.
func uniqueName() string { return fmt.Sprintf("o-%d", objects.Add(1)) }

// write is one request on an existing object, as a user sends it.
type write func(ctx context.Context, c client.Client, o *unstructured.Unstructured) error

// mergePatch is what kubectl edit, label, annotate and patch send.
func mergePatch(patch string) write {
	return func(ctx context.Context, c client.Client, o *unstructured.Unstructured) error {
		return c.Patch(ctx, o, client.RawPatch(types.MergePatchType, []byte(patch)))
	}
}

func jsonPatch(patch string) write {
	return func(ctx context.Context, c client.Client, o *unstructured.Unstructured) error {
		return c.Patch(ctx, o, client.RawPatch(types.JSONPatchType, []byte(patch)))
	}
}

// annotate sets annotations, or removes them where the value is nil.
func annotate(annotations map[string]any) write {
	return func(ctx context.Context, c client.Client, o *unstructured.Unstructured) error {
		patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": annotations}})
		if err != nil {
			return err
		}
		return mergePatch(string(patch))(ctx, c, o)
	}
}

// update reads the object, changes it and sends it whole, as kubectl replace does.
func update(change func(o *unstructured.Unstructured)) write {
	return func(ctx context.Context, c client.Client, o *unstructured.Unstructured) error {
		if err := c.Get(ctx, client.ObjectKeyFromObject(o), o); err != nil {
			return err
		}
		change(o)
		return c.Update(ctx, o)
	}
}

// apply is a forced server-side apply by a field manager that calls itself the operator.
func apply(members map[string]any) write {
	return func(ctx context.Context, c client.Client, o *unstructured.Unstructured) error {
		applied := &unstructured.Unstructured{Object: map[string]any{}}
		applied.SetGroupVersionKind(o.GroupVersionKind())
		maps.Copy(applied.Object, members)
		applied.SetName(o.GetName())
		applied.SetNamespace(o.GetNamespace())
		if err := c.Apply(ctx, client.ApplyConfigurationFromUnstructured(applied),
			client.FieldOwner("incident-operator"), client.ForceOwnership); err != nil {
			return err
		}
		return c.Get(ctx, client.ObjectKeyFromObject(o), o)
	}
}

// statusPatch writes through the status subresource.
func statusPatch(patch string) write {
	return func(ctx context.Context, c client.Client, o *unstructured.Unstructured) error {
		return c.Status().Patch(ctx, o, client.RawPatch(types.MergePatchType, []byte(patch)))
	}
}

func statusUpdate(change func(o *unstructured.Unstructured)) write {
	return func(ctx context.Context, c client.Client, o *unstructured.Unstructured) error {
		if err := c.Get(ctx, client.ObjectKeyFromObject(o), o); err != nil {
			return err
		}
		change(o)
		return c.Status().Update(ctx, o)
	}
}

// stampsOf returns the stamps of an object by group, and the operator's own annotations, but not the notes.
func stampsOf(o *unstructured.Unstructured) map[string]string {
	stamps := map[string]string{}
	for key, value := range o.GetAnnotations() {
		if group, ok := strings.CutPrefix(key, stampPrefix); ok && group != "notes" {
			stamps[group] = value
		}
	}
	return stamps
}

// get reads the object as it is stored.
func (c *cluster) get(o *unstructured.Unstructured) *unstructured.Unstructured {
	GinkgoHelper()
	stored := &unstructured.Unstructured{}
	stored.SetGroupVersionKind(o.GroupVersionKind())
	Expect(c.admin.Get(context.Background(), client.ObjectKeyFromObject(o), stored)).To(Succeed())
	return stored
}

// create creates the smallest object of a kind as a user, changed by change if that is not nil.
func (c *cluster) create(user string, kind kindUnderTest, change func(o *unstructured.Unstructured)) *unstructured.Unstructured {
	GinkgoHelper()
	o := kind.object(uniqueName())
	if change != nil {
		change(o)
	}
	Expect(c.as(user).Create(context.Background(), o)).To(Succeed())
	return o
}

// createOlder creates an object as one is that is older than the policies.
func (c *cluster) createOlder(kind kindUnderTest, change func(o *unstructured.Unstructured)) *unstructured.Unstructured {
	GinkgoHelper()
	o := kind.object(uniqueName())
	change(o)
	Expect(c.allPowerful(c.operator).Create(context.Background(), o)).To(Succeed())
	return o
}

// write sends a write as a user and returns the object as it is stored then.
func (c *cluster) write(user string, o *unstructured.Unstructured, w write) *unstructured.Unstructured {
	GinkgoHelper()
	Expect(w(context.Background(), c.as(user), o.DeepCopy())).To(Succeed())
	return c.get(o)
}

const inNamespace = client.InNamespace(namespace)

func keyOf(o client.Object) client.ObjectKey { return client.ObjectKeyFromObject(o) }

func toYAML(o *unstructured.Unstructured) string {
	GinkgoHelper()
	text, err := yaml.Marshal(o.Object)
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}
