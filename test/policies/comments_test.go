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
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	unchangedComment = "spec of a Comment must stay as it was created"
	recorded         = `{"status":{"sequence":2,"conditions":[{"type":"Recorded","status":"True","reason":"Recorded","message":"",` +
		`"lastTransitionTime":"2026-01-01T00:00:00Z"}]}}`
)

func comment() *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": v1alpha1.GroupVersion.String(),
		"kind":       "Comment",
		"metadata":   map[string]any{"name": uniqueName(), "namespace": namespace},
		"spec":       map[string]any{"incidentRef": map[string]any{"name": "inc-1"}, "text": "Looks like a drill."},
	}}
}

func authorOf(o *unstructured.Unstructured) string {
	GinkgoHelper()
	author, _, err := unstructured.NestedString(o.Object, "spec", "author")
	Expect(err).NotTo(HaveOccurred())
	return author
}

// itNamesAuthors holds in every installation.
func itNamesAuthors(c func() *cluster) {
	ctx := context.Background()
	said := func(user string) *unstructured.Unstructured {
		GinkgoHelper()
		o := comment()
		Expect(c().as(user).Create(ctx, o)).To(Succeed())
		return o
	}

	for name, author := range map[string]any{
		"another user": bob, "nobody": "", "null": nil, "the operator": "system:serviceaccount:x:incident-operator",
		"herself": alice, "a name that is too long": strings.Repeat("x", 2000),
	} {
		It("makes alice the author of what she says in the name of "+name, func() {
			o := comment()
			setSpec(author, "author")(o)
			Expect(c().as(alice).Create(ctx, o)).To(Succeed())
			Expect(authorOf(o)).To(Equal(alice))
			Expect(authorOf(c().get(o))).To(Equal(alice))
		})
	}
	It("names the author where none was sent, whatever the name holds, administrators included", func() {
		for _, user := range []string{alice, bob, odd, carol, root} {
			Expect(authorOf(c().get(said(user)))).To(Equal(user))
		}
	})
	It("names the author of what is created by server-side apply", func() {
		o := comment()
		after := c().write(root, o, apply(map[string]any{"spec": map[string]any{
			"incidentRef": map[string]any{"name": "inc-1"}, "text": "t", "author": bob,
		}}))
		Expect(authorOf(after)).To(Equal(root))
	})
	It("leaves a spec that is missing or of a wrong type to the schema and its message", func() {
		o := comment()
		delete(o.Object, "spec")
		Expect(c().as(alice).Create(ctx, o)).To(MatchError(And(ContainSubstring("spec"), ContainSubstring("Required value"))))
		o = comment()
		o.Object["spec"] = "text"
		Expect(c().as(alice).Create(ctx, o)).To(MatchError(And(ContainSubstring("spec"), ContainSubstring("must be of type object"))))
		o = comment()
		o.Object["spec"] = []any{"text"}
		Expect(c().as(alice).Create(ctx, o)).To(MatchError(And(ContainSubstring("spec"), ContainSubstring("must be of type object"))))
	})

	for name, w := range map[string]write{
		"text":                 spec(`{"text":"I never said that"}`),
		"author":               spec(`{"author":"mallory"}`),
		"author, taken away":   spec(`{"author":null}`),
		"incident":             spec(`{"incidentRef":{"name":"inc-2"}}`),
		"text, replaced":       update(setSpec("I never said that", "text")),
		"author, by JSON":      jsonPatch(`[{"op":"replace","path":"/spec/author","value":"mallory"}]`),
		"text, beside a label": mergePatch(`{"metadata":{"labels":{"team":"blue"}},"spec":{"text":"x"}}`),
	} {
		It("keeps a comment as it was said, its "+name, func() {
			o := said(alice)
			before := c().get(o)
			for _, user := range []string{alice, bob, vera, carol, c().ingest, c().operator} {
				err := w(ctx, c().as(user), o.DeepCopy())
				Expect(apierrors.IsForbidden(err)).To(BeTrue(), "%s: %v", user, err)
			}
			err := w(ctx, c().as(root), o.DeepCopy())
			Expect(apierrors.IsInvalid(err)).To(BeTrue(), "%v", err)
			Expect(err).To(MatchError(ContainSubstring(unchangedComment)))
			Expect(toYAML(c().get(o))).To(Equal(toYAML(before)))
		})
	}
	It("lets those say and take away who may", func() {
		o := said(alice)
		Expect(c().as(vera).Get(ctx, keyOf(o), o.DeepCopy())).To(Succeed())
		for name, err := range map[string]error{
			"vera says":             c().as(vera).Create(ctx, comment()),
			"ingest says":           c().as(c().ingest).Create(ctx, comment()),
			"ingest reads":          c().as(c().ingest).Get(ctx, keyOf(o), o.DeepCopy()),
			"the operator says":     c().as(c().operator).Create(ctx, comment()),
			"the operator deletes":  c().as(c().operator).Delete(ctx, o.DeepCopy()),
			"alice deletes":         c().as(alice).Delete(ctx, o.DeepCopy()),
			"alice deletes all":     c().as(alice).DeleteAllOf(ctx, o.DeepCopy(), inNamespace),
			"alice puts a label on": mergePatch(`{"metadata":{"labels":{"team":"blue"}}}`)(ctx, c().as(alice), o.DeepCopy()),
		} {
			Expect(apierrors.IsForbidden(err)).To(BeTrue(), "%s: %v", name, err)
		}
		Expect(c().as(carol).Delete(ctx, o)).To(Succeed())
	})
	It("lets the operator alone write the status", func() {
		o := said(alice)
		for _, user := range []string{alice, vera, carol, c().ingest} {
			for name, err := range map[string]error{
				"patches": statusPatch(recorded)(ctx, c().as(user), o.DeepCopy()),
				"updates": c().as(user).Status().Update(ctx, c().get(o)),
			} {
				Expect(apierrors.IsForbidden(err)).To(BeTrue(), "%s %s: %v", user, name, err)
			}
		}
		incident := c().create(alice, kindUnderTest{"Incident"}, nil)
		err := statusPatch(`{"status":{"state":"Resolved"}}`)(ctx, c().as(alice), incident)
		Expect(apierrors.IsForbidden(err)).To(BeTrue(), "%v", err)

		before := c().get(o)
		Expect(before.Object).NotTo(HaveKey("status"))
		after := c().write(c().operator, o, statusPatch(recorded))
		Expect(after.Object["status"]).To(HaveKeyWithValue("sequence", int64(2)))
		Expect(after.Object["spec"]).To(Equal(before.Object["spec"]))
		err = c().as(c().operator).Status().Update(ctx, after)
		Expect(apierrors.IsForbidden(err)).To(BeTrue(), "every write of the operator is a patch: %v", err)
	})
	It("does not let a status be created with the comment", func() {
		o := comment()
		o.Object["status"] = map[string]any{"sequence": int64(7)}
		Expect(c().as(alice).Create(ctx, o)).To(Succeed())
		Expect(c().get(o).Object).NotTo(HaveKey("status"))
	})
}
