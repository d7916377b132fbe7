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

package e2e

import (
	"os"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/test/cluster"
)

// expectGrantsUsed compares what the operator was allowed with what it asked for while all specs ran: a right that it never
// used is one too many. The audit log holds each request to the operator's API, and each write of anything.
func expectGrantsUsed() {
	GinkgoHelper()
	if config, _ := GinkgoConfiguration(); len(config.FocusStrings)+len(config.SkipStrings)+len(config.FocusFiles) > 0 {
		return // Some rights are used by specs that did not run.
	}
	used := map[string]bool{}
	for _, request := range local.Audit().RequestsOf(cluster.OperatorUser, func(cluster.Request) bool { return true }) {
		used[request.Verb+" "+request.Resource()] = true
	}
	// A watch begins with the list, if the API server can do that. Only a repeated event is patched.
	for like, grant := range map[string]string{
		"watch alerts": "list alerts", "watch incidents": "list incidents", "watch comments": "list comments", "create events": "patch events",
	} {
		used[grant] = used[grant] || used[like]
	}
	var unused []string
	for _, grant := range grants("operator_role.yaml") {
		if !used[grant] {
			unused = append(unused, grant)
		}
	}
	Expect(unused).To(BeEmpty(), "the operator never used these rights")
}

// grants are the rights of the first role of a file whose use is recorded, as "verb resource".
func grants(file string) []string {
	GinkgoHelper()
	content, err := os.ReadFile(local.Path("config", "rbac", file))
	Expect(err).NotTo(HaveOccurred())
	role := rbacv1.ClusterRole{}
	Expect(yaml.Unmarshal([]byte(strings.Split(string(content), "\n---\n")[0]), &role)).To(Succeed())
	var granted []string
	for _, rule := range role.Rules {
		Expect(slices.Concat(rule.APIGroups, rule.Resources, rule.Verbs)).NotTo(ContainElement(ContainSubstring("*")))
		for _, resource := range rule.Resources {
			for _, verb := range rule.Verbs {
				if (cluster.Request{Verb: verb}).IsWrite() || slices.Contains(rule.APIGroups, v1alpha1.GroupVersion.Group) {
					granted = append(granted, verb+" "+resource)
				}
			}
		}
	}
	Expect(granted).NotTo(BeEmpty())
	return granted
}
