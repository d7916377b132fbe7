//go:build controllers

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

package flux

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// installOperator has Flux install config/default as it lies in the repository. There is no node, so no Pod of it runs, and
// the Kustomization does not wait for one: the operator runs as a process.
func installOperator(ctx context.Context) *team {
	GinkgoHelper()
	t := &team{repository: newRepository(ctx, "operator"), namespace: "default"}
	Expect(os.CopyFS(filepath.Join(t.dir, "config"), os.DirFS(local.Path("config")))).To(Succeed())
	t.commitAll(ctx)
	t.follow(ctx, map[string]any{"path": "./config/default", "prune": true})
	t.sync(ctx)
	return t
}

var _ = Describe("The operator, installed by Flux", func() {
	It("is at rest: a sync finds nothing to change", func(ctx SpecContext) {
		before := own.inventory(ctx)
		Expect(before).To(And(
			HaveKey(ContainSubstring("incidents.incidentoperator.dev")),
			HaveKey(ContainSubstring("incident-operator-system_incident-operator_apps_Deployment")),
			HaveKey(ContainSubstring("_MutatingAdmissionPolicy")),
		))
		for range 2 {
			own.sync(ctx)
		}
		Expect(own.inventory(ctx)).To(Equal(before))
	})
})

// inventory is all that the Kustomization has applied, with the version of each.
func (t *team) inventory(ctx context.Context) map[string]string {
	GinkgoHelper()
	kustomization := t.object(kustomizations)
	Expect(admin.Get(ctx, client.ObjectKeyFromObject(kustomization), kustomization)).To(Succeed())
	entries, _, err := unstructured.NestedSlice(kustomization.Object, "status", "inventory", "entries")
	Expect(err).NotTo(HaveOccurred())
	versions := map[string]string{}
	for _, entry := range entries {
		entry, ok := entry.(map[string]any)
		Expect(ok).To(BeTrue())
		id, version := entry["id"].(string), entry["v"].(string) //nolint:forcetypeassert // The kind says so.
		versions[id] = versionOf(ctx, id, version)
	}
	return versions
}

// versionOf reads an object of an inventory, by its NAMESPACE_NAME_GROUP_KIND. In a name, a colon is written as __.
func versionOf(ctx context.Context, id, version string) string {
	GinkgoHelper()
	parts := regexp.MustCompile(`^([^_]*)_(.+)_([^_]*)_([^_]+)$`).FindStringSubmatch(id)
	Expect(parts).To(HaveLen(5), id)
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(schema.GroupVersionKind{Group: parts[3], Version: version, Kind: parts[4]})
	name := strings.ReplaceAll(parts[2], "__", ":")
	Expect(admin.Get(ctx, client.ObjectKey{Namespace: parts[1], Name: name}, object)).To(Succeed())
	return object.GetResourceVersion()
}
