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

package plugin

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// What the plugin once said that was not so, and what it lost: each stands for a kind of fault.
var _ = Describe("What an analyst can trust", Ordered, ContinueOnFailure, func() {
	var namespace string

	as := func(ctx context.Context, person string, args ...string) outcome {
		GinkgoHelper()
		return triage(ctx, nil, namespace, person, args...)
	}
	done := func(ctx context.Context, args ...string) string {
		GinkgoHelper()
		ended := as(ctx, "alice", args...)
		Expect(ended.exitCode).To(BeZero(), "%v\n%s", args, ended.output)
		return ended.output
	}
	refused := func(ctx context.Context, person string, code int, want string, args ...string) {
		GinkgoHelper()
		ended := as(ctx, person, args...)
		Expect(ended.exitCode).To(Equal(code), "%v\n%s", args, ended.output)
		Expect(ended.output).To(ContainSubstring(want), "%v", args)
	}
	get := func(ctx context.Context, name string) *v1alpha1.Incident {
		GinkgoHelper()
		incident := &v1alpha1.Incident{}
		Expect(admin.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, incident)).To(Succeed())
		return incident
	}
	apply := func(ctx context.Context, manifest string) {
		GinkgoHelper()
		output, err := local.Kubectl(ctx, namespace, "alice", manifest, "apply", "-f", "-")
		Expect(err).NotTo(HaveOccurred(), output)
	}

	BeforeAll(func(ctx SpecContext) {
		namespace = local.NewNamespace(ctx)
		local.GiveRoles(ctx, namespace)
		local.GiveRole(ctx, namespace, "bob", "responder")
	})

	It("refuses work on a merged incident, and says where it went", func(ctx SpecContext) {
		old := local.CreateIncident(ctx, namespace, "old")
		local.CreateIncident(ctx, namespace, "new")
		local.CreateAlerts(ctx, old, 1)
		Expect(done(ctx, "merge", "old", "--into", "new", "--yes")).To(ContainSubstring("incident/old was merged into new: 1 alert moved\n"))
		const pointer = "incident/old: it was merged into new: work on new"
		for _, args := range [][]string{
			{"take", "old"}, {"resolve", "old", "--note", "Host re-imaged", "--classify", "TruePositive/Malware"}, {"comment", "old", "x"}, {"undo", "old"},
		} {
			refused(ctx, "alice", 1, pointer, args...)
		}
		Expect(done(ctx, "take", "old", "--follow", "--wait")).To(Equal("incident/new assigned to " + alice + "\n"))
		alert := &v1alpha1.Alert{}
		Expect(admin.Get(ctx, client.ObjectKey{Namespace: namespace, Name: "old-00000"}, alert)).To(Succeed())
		Expect(alert.Spec.Assignee).To(Equal(alice))
		output, err := local.Kubectl(ctx, namespace, "alice", "", "patch", "incident", "old", "--type=merge", "-p", `{"spec":{"assignee":"x"}}`)
		Expect(err).NotTo(HaveOccurred())
		Expect(output).To(ContainSubstring("Warning: ")) // The API warns too.
	})

	It("tells whoever comes second what was set, and by whom", func(ctx SpecContext) {
		local.CreateIncident(ctx, namespace, "rr")
		done(ctx, "resolve", "rr", "--note", "malware", "--classify", "TruePositive/Malware")
		refused(ctx, "bob", 1, "incident/rr: note set to “malware” by "+alice+"; --force replaces it",
			"resolve", "rr", "--note", "harmless", "--classify", "FalsePositive/NotMalicious")
		refused(ctx, "bob", 1, "incident/rr: it is resolved: reopen it first", "start", "rr")
		Expect(get(ctx, "rr").Spec.Resolution).To(Equal(v1alpha1.Resolution{State: resolved, Note: "malware"}))

		done(ctx, "take", "rr")
		refused(ctx, "bob", 1, "incident/rr: assigned to "+alice+"; --force takes it over", "take", "rr")
		ended := as(ctx, "bob", "take", "rr", "--force")
		Expect(ended.output).To(Equal("incident/rr assigned to " + bob + " (was " + alice + ")\n"))
	})

	It("takes texts alone", func(ctx SpecContext) {
		local.CreateIncident(ctx, namespace, "l1")
		const broken = "m\xfcller"
		for _, args := range [][]string{
			{"assign", broken, "l1"}, {"rename", "l1", broken}, {"create", "incident", "l2", "--title", broken}, {"create", "alert", "l2", "--title", "x", "--source", broken},
		} {
			refused(ctx, "alice", 2, "is not valid UTF-8", args...)
		}
		Expect(get(ctx, "l1").Spec).To(Equal(v1alpha1.IncidentSpec{Triage: get(ctx, "l1").Spec.Triage}))
		Expect(done(ctx, "assign", "l1", "--to", "bob@example.org")).To(ContainSubstring("did you mean " + bob + "?"))
	})

	It("says nothing of a generation that the operator has not seen", func(ctx SpecContext) {
		st := local.CreateIncident(ctx, namespace, "st")
		local.CreateAlerts(ctx, st, 1)
		Expect(done(ctx, "status")).To(And(MatchRegexp(`Operator: +alive, `), MatchRegexp(`Policies: +in place`), MatchRegexp(`Your rights: +you may read incidents, change incidents`)))
		Expect(operator.Stop()).To(BeZero())
		defer operator.Start()
		done(ctx, "resolve", "st", "--note", "done")
		Expect(done(ctx, "show", "st")).To(MatchRegexp(`Propagated: +not yet: the operator has not seen the last change`))
		down := as(ctx, "vera", "status")
		Expect(down.exitCode).To(Equal(1))
		Expect(down.output).To(And(MatchRegexp(`Operator: +not alive, it ended and gave its lease back`), MatchRegexp(`Policies: +not known`), ContainSubstring("such as st")))
	})

	It("takes what it prints", func(ctx SpecContext) {
		local.CreateIncident(ctx, namespace, "x1")
		names := strings.Fields(done(ctx, "list", "-o", "name"))
		Expect(names).To(ContainElement("incident.incidentoperator.dev/x1"))
		done(ctx, append([]string{"tag", "seen", "--yes"}, names...)...)
		done(ctx, "take", "incident/x1")
		Expect(get(ctx, "x1").Spec.Tags).To(ConsistOf(v1alpha1.Tag("seen")))
		Expect(get(ctx, "x1").Spec.Assignee).To(Equal(alice))
	})

	It("undoes a whole bulk, but not what somebody changed since", func(ctx SpecContext) {
		for _, name := range []string{"b1", "b2", "b3"} {
			local.CreateIncident(ctx, namespace, name)
		}
		ended := as(ctx, "alice", "severity", "Critical", "b1", "b2", "b3")
		_, request, found := strings.Cut(ended.output, "undo --request ")
		Expect(found).To(BeTrue(), ended.output)
		as(ctx, "bob", "severity", "Low", "b3")
		Eventually(func(g Gomega) {
			undone := as(ctx, "bob", "undo", "--request", strings.Fields(request)[0])
			g.Expect(undone.output).To(And(ContainSubstring("incident/b1 undid"), ContainSubstring("incident/b2 undid"), ContainSubstring("incident/b3: it changed since")))
		}).WithContext(ctx).Should(Succeed())
		Expect(get(ctx, "b1").Spec.Severity).To(BeEmpty())
		Expect(get(ctx, "b3").Spec.Severity).To(Equal(v1alpha1.SeverityLow))
	})

	It("keeps an analyst's tag beside those that a manifest states", func(ctx SpecContext) {
		const manifest = `{apiVersion: incidentoperator.dev/v1alpha1, kind: Incident, metadata: {name: git1}, spec: {name: From Git, tags: [Git]}}`
		apply(ctx, manifest)
		done(ctx, "tag", "Triaged", "git1")
		apply(ctx, manifest)
		Eventually(func() []v1alpha1.IncidentTag { return get(ctx, "git1").Status.Tags }).WithContext(ctx).
			Should(ConsistOf(HaveField("Tag", "Git"), HaveField("Tag", "Triaged")))
	})

	It("shows and brings back long texts whole", func(ctx SpecContext) {
		local.CreateIncident(ctx, namespace, "n")
		note := strings.TrimSpace(strings.Repeat("old text ", 40))
		done(ctx, "resolve", "n", "--note", note)
		Expect(done(ctx, "resolve", "n", "--note", "wrong note")).To(ContainSubstring("(was “old text "))
		Eventually(func() int { return as(ctx, "alice", "undo", "n").exitCode }).WithContext(ctx).Should(BeZero())
		Expect(get(ctx, "n").Spec.Resolution.Note).To(Equal(note))
		done(ctx, "comment", "n", note, "--wait")
		Expect(done(ctx, "show", "n")).To(And(ContainSubstring("old text old text"), Not(ContainSubstring("sha256:"))))
	})

	It("leaves a sheet alone that nobody changed, and sends one that was kept", func(ctx SpecContext) {
		apply(ctx, `{apiVersion: incidentoperator.dev/v1alpha1, kind: Incident, metadata: {name: lsep},
  spec: {name: "2026", resolution: {note: "Contained.\nPasted from a note app:\u2028second line "}, description: "NO"}}`)
		before := get(ctx, "lsep").Spec
		edit := func(script string) outcome {
			return triage(ctx, editor(script), namespace, "alice", "edit", "lsep")
		}
		Expect(edit("true").output).To(Equal("incident/lsep unchanged\n"))
		ended := edit(`sed -i 's/^assignee: .*/assignee: nobody@example.com/' "$1"`)
		Expect(ended.exitCode).To(BeZero(), ended.output)
		before.Assignee = "nobody@example.com"
		Expect(get(ctx, "lsep").Spec).To(Equal(before))

		back := edit(`if grep -q '^#! .*bidirectional' "$1"; then sed -i 's/^name: .*/name: Right/' "$1"; else sed -i 's/^name: .*/name: "a\\u202eb"/' "$1"; fi`)
		Expect(back.exitCode).To(BeZero(), back.output)
		Expect(get(ctx, "lsep").Spec.Name).To(Equal("Right"))

		kept := edit(`sed -i -e 's/^name: .*/name: Kept/' -e 's/^severity: .*/severity: Worst/' "$1"`)
		Expect(kept.exitCode).To(Equal(2), kept.output)
		_, file, found := strings.Cut(kept.output, "kubectl incident edit lsep -f ")
		Expect(found).To(BeTrue(), kept.output)
		done(ctx, "tag", "meanwhile", "lsep")
		file = strings.Fields(file)[0]
		refused(ctx, "alice", 2, "severity must be", "edit", "lsep", "-f", file)
		text, err := os.ReadFile(file)
		Expect(err).NotTo(HaveOccurred())
		Expect(os.WriteFile(file, bytes.ReplaceAll(text, []byte("Worst"), []byte("High")), 0o600)).To(Succeed())
		done(ctx, "edit", "lsep", "-f", file)
		Expect(get(ctx, "lsep").Spec).To(And(HaveField("Name", "Kept"), HaveField("Severity", v1alpha1.SeverityHigh),
			HaveField("Tags", ConsistOf(v1alpha1.Tag("meanwhile")))))
	})

	It("gives a spreadsheet all tags", func(ctx SpecContext) {
		var tags []string
		for i := range 20 {
			tags = append(tags, "team:"+string(rune('a'+i))+" application owner group")
		}
		apply(ctx, `{apiVersion: incidentoperator.dev/v1alpha1, kind: Incident, metadata: {name: many-tags}, spec: {name: Twenty tags, tags: ["`+strings.Join(tags, `","`)+`"]}}`)
		rows, err := csv.NewReader(strings.NewReader(done(ctx, "list", "--search", "Twenty tags", "-o", "csv"))).ReadAll()
		Expect(err).NotTo(HaveOccurred())
		Expect(rows).To(HaveLen(2))
		Expect(rows[1]).To(ContainElement(strings.Join(tags, ",")))
	})

	It("is at rest at the end", func(ctx SpecContext) {
		Eventually(func() bool {
			return meta.IsStatusConditionTrue(get(ctx, "st").Status.Conditions, v1alpha1.ConditionPropagated)
		}).WithContext(ctx).Should(BeTrue())
	})
})
