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
	"slices"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
)

// warnings collects what the API server warns of.
type warnings struct {
	mutex sync.Mutex
	texts []string
}

func (w *warnings) HandleWarningHeaderWithContext(_ context.Context, _ int, _, text string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.texts = append(w.texts, text)
}

// take returns the warnings since it was asked last.
func (w *warnings) take() []string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	texts := slices.Clone(w.texts)
	w.texts = nil
	return texts
}

// itWarnsOfMerges holds what does not depend on the installation.
func itWarnsOfMerges(c func() *cluster) {
	var heard *warnings
	var listener *rest.Config
	BeforeEach(func() {
		heard = &warnings{}
		listener = rest.CopyConfig(c().people[alice])
		listener.WarningHandlerWithContext = heard
	})
	merged := func() *unstructured.Unstructured {
		GinkgoHelper()
		o := c().create(alice, incidents, whole)
		c().write(c().operator, o, statusPatch(`{"status":{"state":"Redirected","redirectedTo":"inc-9"}}`))
		return o
	}
	for name, w := range map[string]write{
		"assigns":       spec(`{"assignee":"erin"}`),
		"resolves":      spec(`{"resolution":{"state":"Resolved"}}`),
		"re-opens":      spec(`{"resolution":null}`),
		"classifies":    spec(`{"classification":{"verdict":"FalsePositive","determination":null}}`),
		"tags":          spec(`{"tags":["a"]}`),
		"names":         spec(`{"name":"x"}`),
		"re-prioritize": spec(`{"severity":"High"}`),
		"replaces":      update(setSpec("erin", "assignee")),
	} {
		It("warns who "+name+" an incident that was merged, says where it went, and refuses nothing", func() {
			o := merged()
			before := c().get(o).GetGeneration()
			Expect(w(context.Background(), newClient(listener, nil), o.DeepCopy())).To(Succeed())
			Expect(heard.take()).To(ConsistOf(ContainSubstring(
				"incident " + o.GetName() + " was merged into inc-9: this reaches no alert. Work on inc-9 instead")))
			Expect(c().get(o).GetGeneration()).To(Equal(before + 1))
		})
	}
	It("warns of nothing else", func() {
		as := newClient(listener, nil)
		o := c().create(alice, incidents, whole)
		for _, w := range []write{
			spec(`{"assignee":"erin"}`), spec(`{"mergeInto":{"name":"inc-9"}}`), spec(`{"resolution":{"state":"Resolved"}}`),
		} {
			Expect(w(context.Background(), as, o.DeepCopy())).To(Succeed())
		}
		o = merged()
		for _, w := range []write{
			spec(`{"assignee":"dave"}`), annotate(map[string]any{"example.com/note": "x"}), mergePatch(`{"metadata":{"labels":{"team":"red"}}}`),
		} {
			Expect(w(context.Background(), as, o.DeepCopy())).To(Succeed())
		}
		Expect(heard.take()).To(BeEmpty())
	})
}
