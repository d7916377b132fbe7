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
	"os"
	"path/filepath"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// base is what is installed, and full the same with all Deployments. With POLICIES=webhook the role admission stands in for
// the mutating policies in the whole suite.
var base, full = bases()

func bases() (base, full string) {
	config := filepath.Join("..", "..", "config")
	switch policies := os.Getenv("POLICIES"); policies {
	case "", "native":
		return filepath.Join(config, "local"), filepath.Join(config, "default")
	case "webhook":
		return beforeMutating, beforeMutating
	default:
		panic("POLICIES must be native or webhook, is " + policies)
	}
}

var _ = Describe("As shipped", Ordered, ContinueOnFailure, func() {
	var c *cluster
	get := func() *cluster { return c }
	BeforeAll(func() {
		c = start(installation{kustomization: base, namespace: "incident-operator-system"})
	})

	Context("editors", func() { itStampsEditors(get); itStampsExactly(get) })
	Context("notes", func() { itNotesEdits(get); itNotesLinks(get); itKeepsNotes(get); itBoundsNotes(get) })
	Context("metadata", func() { itGuardsMetadata(get); itBoundsMetadata(get) })
	Context("memory", func() { itKeepsTheMemory(get) })
	Context("ingest", func() { itBoundsIngest(get) })
	Context("merged", func() { itWarnsOfMerges(get) })
	Context("comments", func() { itNamesAuthors(get) })
	Context("activities", func() { itKeepsTheLog(get) })
	Context("Kubernetes", func() { itLetsKubernetesDelete(get, true) })
	Context("roles", func() { itGrantsOnly(get) })
	Context("in another process", func() { itIsFollowedAlike(get) })

	It("adds Deployments that the restricted Pod Security of their namespace has nothing to say against", func() {
		c.deploys(full, "incident-operator", "incident-operator-ingest")
	})
})

var _ = Describe("With another namespace and name prefix", Ordered, ContinueOnFailure, func() {
	var c *cluster
	get := func() *cluster { return c }
	BeforeAll(func() {
		inner := overlay(base, "acme", "acme-")
		c = start(installation{kustomization: overlay(inner, "soc", "eu-"), namespace: "soc", prefix: "eu-acme-"})
	})

	Context("editors", func() { itStampsEditors(get) })
	Context("notes", func() { itNotesEdits(get) })
	Context("metadata", func() { itBoundsMetadata(get) })
	Context("memory", func() { itKeepsTheMemory(get) })
	Context("ingest", func() { itBoundsIngest(get) })
	Context("comments", func() { itNamesAuthors(get) })
	Context("activities", func() { itKeepsTheLog(get) })
	Context("Kubernetes", func() { itLetsKubernetesDelete(get, false) })
	// Last: they take policies away.
	Context("when a policy is gone", func() { itFailsClosed(get) })
})

var _ = Describe("By the webhook", Ordered, ContinueOnFailure, func() {
	var c *cluster
	get := func() *cluster { return c }
	BeforeAll(func() {
		c = start(installation{kustomization: overlay(beforeMutating, "soc", "eu-"), namespace: "soc", prefix: "eu-"})
	})

	Context("editors", func() { itStampsExactly(get) })
	Context("notes", func() { itNotesEdits(get) })
	Context("comments", func() { itNamesAuthors(get) })
	Context("webhook", func() { itServesTheWebhook(get) })
	It("adds a Deployment that the restricted Pod Security of its namespace has nothing to say against", func() {
		c.deploys(c.kustomization, "eu-incident-operator-admission")
	})
	// Last: they take policies away.
	Context("when a policy is gone", func() { itFailsClosed(get) })
})

// deploys applies a folder as a dry run, and expects these Deployments in it and no warning.
func (c *cluster) deploys(folder string, names ...string) {
	GinkgoHelper()
	// Where the webhook is called at another address, the shipped one beside it would be refused.
	manifests := slices.DeleteFunc(strings.Split(string(render(folder)), "\n---\n"), func(manifest string) bool {
		return strings.Contains(manifest, "\nkind: MutatingWebhookConfiguration\n")
	})
	for _, flags := range [][]string{nil, {"--server-side", "--force-conflicts"}} {
		args := append([]string{"--kubeconfig", c.kubeconfig, "apply", "--dry-run=server", "--warnings-as-errors", "-f", "-"}, flags...)
		out, err := kubectl([]byte(strings.Join(manifests, "\n---\n")), args...)
		Expect(err).NotTo(HaveOccurred())
		for _, name := range names {
			Expect(string(out)).To(ContainSubstring("deployment.apps/" + name + " "))
		}
	}
}
