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
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// maxForeign is how many bytes of annotations may be put on an object, if it bears no notes.
const maxForeign = 224 << 10

func entries(n int) map[string]string {
	all := map[string]string{}
	for i := range n {
		all[fmt.Sprintf("example.com/%04d", i)] = ""
	}
	return all
}

func annotations(all map[string]string) func(o *unstructured.Unstructured) {
	return func(o *unstructured.Unstructured) { o.SetAnnotations(all) }
}

func labels(all map[string]string) func(o *unstructured.Unstructured) {
	return func(o *unstructured.Unstructured) { o.SetLabels(all) }
}

// longLabels are 256 labels of 256 bytes, and some bytes more.
func longLabels(extra int) map[string]string {
	all := map[string]string{}
	for i := range 256 {
		domain := strings.Repeat("a.", 64) + "com" + strings.Repeat("m", extra)
		extra = 0
		all[fmt.Sprintf("%s/%s%03d", domain, strings.Repeat("x", 58), i)] = strings.Repeat("v", 256-len("a.")*64-len("com/")-61)
	}
	return all
}

// metadataBounds are the most that may be put on an object, what is more, and what refuses it.
var metadataBounds = map[string]struct {
	most, more func(o *unstructured.Unstructured)
	message    string
}{
	"annotations": {
		annotations(entries(256)), annotations(entries(257)),
		"metadata.annotations must be at most 256 beside those of the incident operator, are 257",
	},
	"bytes of annotations": {
		annotations(map[string]string{"a": strings.Repeat("日", 60<<10), "b": strings.Repeat("x", maxForeign-3*60<<10-2)}),
		annotations(map[string]string{"a": strings.Repeat("日", 60<<10), "b": strings.Repeat("x", maxForeign-3*60<<10-1)}),
		"metadata.annotations must be at most 229376 bytes beside those of the incident operator, are 229377, of which a has 184321",
	},
	"labels":          {labels(entries(512)), labels(entries(513)), "metadata.labels must be at most 512, are 513"},
	"bytes of labels": {labels(longLabels(0)), labels(longLabels(1)), "metadata.labels must be at most 65536 bytes, are 65537"},
}

// itBoundsMetadata holds what does not depend on the installation.
func itBoundsMetadata(c func() *cluster) {
	ctx := context.Background()
	for kind, object := range guarded {
		for name, bound := range metadataBounds {
			It(fmt.Sprintf("bounds the %s of a %s, and says what is too much", name, kind), func() {
				for _, user := range []string{alice, carol, root} {
					o := object()
					bound.most(o)
					Expect(c().as(user).Create(ctx, o)).To(Succeed())
					if kind != "Comment" || user == root {
						refused(update(bound.more)(ctx, c().as(user), o), "must be at most")
					}
					o = object()
					bound.more(o)
					refused(c().as(user).Create(ctx, o), bound.message)
				}
			})
			It(fmt.Sprintf("refuses nothing for the %s of a %s that does not add to them", name, kind), func() {
				o := object()
				bound.more(o)
				Expect(c().allPowerful(c().operator).Create(ctx, o)).To(Succeed(), "the operator is not bound")
				for _, w := range []write{
					update(func(*unstructured.Unstructured) {}),
					update(func(o *unstructured.Unstructured) { o.SetFinalizers([]string{"example.com/a"}) }),
					update(bound.more),
					update(bound.most),
				} {
					Expect(w(ctx, c().admin, o.DeepCopy())).To(Succeed())
				}
				refused(update(bound.more)(ctx, c().admin, o.DeepCopy()), bound.message)
			})
		}
	}
	It("lets people edit what bears more than may be added", func() {
		for _, kind := range kinds {
			for _, bound := range metadataBounds {
				o := c().createOlder(kind, bound.more)
				Expect(stampsOf(c().write(alice, o, spec(`{"assignee":"dave"}`)))).To(HaveKeyWithValue("assignee", alice+"@2"))
			}
		}
	})
	It("leaves room for the notes that are there", func() {
		notes := "1\n" + `1 1 "x" name "" "` + strings.Repeat("日", 20<<10) + `"`
		o := c().createOlder(incidents, setNotes(notes))
		room := maxForeign - len(notes)
		refused(annotate(map[string]any{"a": strings.Repeat("x", room)})(ctx, c().as(alice), o.DeepCopy()),
			fmt.Sprintf("must be at most %d bytes beside those of the incident operator, are %d, of which a has %d", room, room+1, room+1))
		Expect(annotate(map[string]any{"a": strings.Repeat("x", room-1)})(ctx, c().as(alice), o.DeepCopy())).To(Succeed())

		for i := range 40 {
			Expect(spec(fmt.Sprintf(`{"assignee":"a%d"}`, i))(ctx, c().as(odd), o.DeepCopy())).To(Succeed())
		}
		Expect(annotate(map[string]any{memory: strings.Repeat("x", 8<<10)})(ctx, c().as(c().operator), o.DeepCopy())).To(Succeed(), "and for the memory")
	})
	It("does not count what is guarded", func() {
		o := c().createOlder(alerts, func(o *unstructured.Unstructured) {
			o.SetAnnotations(map[string]string{memory: strings.Repeat("x", 100<<10), v1alpha1.LeftAnnotation: strings.Repeat("x", 100<<10)})
		})
		Expect(annotate(map[string]any{"a": strings.Repeat("x", 40<<10)})(ctx, c().as(alice), o)).To(Succeed())
	})
	It("lets tools put theirs on the largest manifests", func() {
		evidence := make([]any, 128)
		for i := range evidence {
			evidence[i] = map[string]any{
				"kind": "ServiceAccount", "name": strings.Repeat("é", 512), "role": "Destination", "namespace": strings.Repeat("n", 63),
			}
		}
		o := alerts.object(uniqueName())
		whole(o)
		setSpec(strings.Repeat("d", 16384), "description")(o)
		setSpec(evidence, "evidence")(o)
		manifest, err := json.Marshal(o.Object)
		Expect(err).NotTo(HaveOccurred())
		Expect(len(manifest)).To(BeNumerically(">", 150<<10))
		o.SetAnnotations(map[string]string{
			"kubectl.kubernetes.io/last-applied-configuration": string(manifest),
			"argocd.argoproj.io/tracking-id":                   "soc:incidentoperator.dev/Alert:default/" + o.GetName(),
			"argocd.argoproj.io/sync-options":                  "Prune=false",
			"kustomize.toolkit.fluxcd.io/reconcile":            "disabled",
		})
		o.SetLabels(map[string]string{
			"kustomize.toolkit.fluxcd.io/name": "soc", "kustomize.toolkit.fluxcd.io/namespace": "flux-system", "app.kubernetes.io/instance": "soc",
		})
		Expect(c().as(alice).Create(ctx, o)).To(Succeed())
		Expect(stampsOf(c().write(bob, o, spec(`{"assignee":"erin"}`)))).To(HaveKeyWithValue("assignee", bob+"@2"))
	})
}
