//go:build dist

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

package dist

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/yaml"
)

var ownMetric = regexp.MustCompile(`incident_operator_[a-z_]+`)

var _ = Describe("Monitoring", func() {
	var rules []byte
	folder := filepath.Join(root, "config", "monitoring")

	BeforeEach(func() {
		var object struct {
			Spec json.RawMessage `json:"spec"`
		}
		text, err := os.ReadFile(filepath.Join(folder, "prometheusrule.yaml"))
		Expect(err).NotTo(HaveOccurred())
		Expect(yaml.Unmarshal(text, &object)).To(Succeed())
		rules, err = yaml.JSONToYAML(object.Spec)
		Expect(err).NotTo(HaveOccurred())
	})

	It("alerts when it must, and only then", func(ctx SpecContext) {
		place := GinkgoT().TempDir()
		Expect(os.WriteFile(filepath.Join(place, "rules.yaml"), rules, 0o600)).To(Succeed())
		tests, err := os.ReadFile(filepath.Join("testdata", "rules_test.yaml"))
		Expect(err).NotTo(HaveOccurred())
		Expect(os.WriteFile(filepath.Join(place, "rules_test.yaml"), tests, 0o600)).To(Succeed())
		for _, what := range [][]string{{"check", "rules", "rules.yaml"}, {"test", "rules", "rules_test.yaml"}} {
			what[2] = filepath.Join(place, what[2])
			out, err := output(ctx, "promtool", what...)
			Expect(err).NotTo(HaveOccurred(), "%s; promtool comes with Debian's prometheus", out)
		}
		for _, name := range regexp.MustCompile(`alert: (\w+)`).FindAllSubmatch(rules, -1) {
			Expect(strings.Count(string(tests), "alertname: "+string(name[1])+"\n")).To(BeNumerically(">=", 1), "%s is never tested to fire", name[1])
		}
	})

	It("has a dashboard whose every expression Prometheus understands", func(ctx SpecContext) {
		type target struct{ Expr, RefID string }
		var dashboard struct {
			UID, Title    string
			SchemaVersion int
			Panels        []struct {
				ID      int
				Title   string
				Type    string
				GridPos struct{ X, Y, W, H int }
				Targets []target
			}
		}
		text, err := os.ReadFile(filepath.Join(folder, "dashboard.json"))
		Expect(err).NotTo(HaveOccurred())
		Expect(json.Unmarshal(text, &dashboard)).To(Succeed())
		Expect(dashboard.UID).To(Equal("incident-operator"))
		var ids []int
		var recorded []map[string]string
		for _, panel := range dashboard.Panels {
			Expect(ids).NotTo(ContainElement(panel.ID))
			ids = append(ids, panel.ID)
			Expect(panel.Title).NotTo(BeEmpty())
			Expect(panel.GridPos.X+panel.GridPos.W).To(BeNumerically("<=", 24), panel.Title)
			Expect(panel.Targets).NotTo(BeEmpty(), panel.Title)
			for _, target := range panel.Targets {
				recorded = append(recorded, map[string]string{
					"record": "dashboard:expression", "expr": strings.ReplaceAll(target.Expr, "$__rate_interval", "5m"),
				})
			}
		}
		Expect(len(recorded)).To(BeNumerically(">", 10))
		// As recording rules, since promtool checks no bare expression.
		groups := map[string]any{"groups": []any{map[string]any{"name": "dashboard", "rules": recorded}}}
		text, err = yaml.Marshal(groups)
		Expect(err).NotTo(HaveOccurred())
		file := filepath.Join(GinkgoT().TempDir(), "rules.yaml")
		Expect(os.WriteFile(file, text, 0o600)).To(Succeed())
		_, err = output(ctx, "promtool", "check", "rules", "--lint=none", file)
		Expect(err).NotTo(HaveOccurred())
	})

	It("speaks of metrics that there are, and the documentation has every one of them", func() {
		registered := registeredMetrics()
		Expect(len(registered)).To(BeNumerically(">=", 6))
		operations, err := os.ReadFile(filepath.Join(root, "docs", "operations.md"))
		Expect(err).NotTo(HaveOccurred())
		for _, name := range registered {
			Expect(string(operations)).To(ContainSubstring("| `"+name+"` |"), "docs/operations.md, Metrics")
		}
		dashboard, err := os.ReadFile(filepath.Join(folder, "dashboard.json"))
		Expect(err).NotTo(HaveOccurred())
		for _, used := range ownMetric.FindAllString(string(rules)+string(dashboard), -1) {
			Expect(registered).To(ContainElement(strings.TrimSuffix(used, "_bucket")))
		}
	})
})

// registeredMetrics are those that the sources register under the project's name.
func registeredMetrics() []string {
	GinkgoHelper()
	registration := regexp.MustCompile(`Namespace: "incident_operator", (?:Subsystem: "(\w+)", )?Name: "(\w+)"`)
	var names []string
	for _, folder := range []string{"controllers", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, _ os.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" {
				return err
			}
			source, err := os.ReadFile(path)
			for _, found := range registration.FindAllStringSubmatch(string(source), -1) {
				parts := slices.DeleteFunc([]string{"incident_operator", found[1], found[2]}, func(part string) bool { return part == "" })
				names = append(names, strings.Join(parts, "_"))
			}
			return err
		})
		Expect(err).NotTo(HaveOccurred())
	}
	return names
}
