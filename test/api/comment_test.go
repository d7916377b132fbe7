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

package api_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

var _ = Describe("Comment", func() {
	const (
		about       = `incidentRef: {name: inc-1}, `
		noAuthor    = "author must be the user who creates the Comment"
		commentName = "name must be the name of a Comment: lower-case letters, digits, '-' and '.', with a letter or digit at both ends"
	)

	DescribeTable("is accepted",
		func(ctx SpecContext, spec string) { accepted(ctx, comment, "spec: {"+spec+"}") },
		Entry("with a text of one character", about+`text: "軟"`),
		Entry("with the longest text", about+`text: "`+texts(30000)+`"`),
		Entry("with the longest text, of four bytes each", about+`text: "`+strings.Repeat("🔥", 30000)+`"`),
		Entry("with a text of spaces", about+`text: "  "`),
		Entry("in place of another", about+`text: t, replaces: {name: com-1}`),
		Entry("in place of one of the longest name", about+`text: t, replaces: {name: `+strings.Repeat("a", 253)+`}`),
		Entry("with the longest author", about+`text: t, author: "`+texts(1024)+`"`),
		Entry("about an incident with dots", `incidentRef: {name: inc.2026.7}, text: t`),
		Entry("about one of the longest name", `incidentRef: {name: `+strings.Repeat("a", 253)+`}, text: t`),
	)

	DescribeTable("is refused",
		func(ctx SpecContext, spec, field, message string) {
			refused(ctx, comment, "spec: {"+spec+"}", field, message)
		},
		Entry("without a text", about, "spec.text", "Required value"),
		Entry("with an empty text", about+`text: ""`, "spec.text", "should be at least 1 chars long"),
		Entry("with a text too long", about+`text: "`+texts(30001)+`"`, "spec.text", "Too long: may not be more than 30000"),
		Entry("with a text too long by far", about+`text: "`+texts(300000)+`"`, "spec.text", "Too long: may not be more than 30000"),
		Entry("with a text that is none", about+`text: 5`, "spec.text", "must be of type string"),
		Entry("with an author too long", about+`text: t, author: "`+texts(1025)+`"`, "spec.author", "Too long: may not be more than 1024"),
		Entry("without an author", about+`text: t, author: null`, "spec.author", noAuthor),
		Entry("with an empty author", about+`text: t, author: ""`, "spec.author", noAuthor),
		Entry("in place of nothing", about+`text: t, replaces: {}`, "spec.replaces.name", "Required value"),
		Entry("in place of an empty name", about+`text: t, replaces: {name: ""}`, "spec.replaces.name", commentName),
		Entry("in place of upper case", about+`text: t, replaces: {name: Com-1}`, "spec.replaces.name", commentName),
		Entry("in place of a comment in another namespace", about+`text: t, replaces: {name: other/com-1}`, "spec.replaces.name", commentName),
		Entry("in place of a name too long", about+`text: t, replaces: {name: `+strings.Repeat("a", 254)+`}`,
			"spec.replaces.name", "Too long: may not be more than 253"),
		Entry("about nothing", `text: t`, "spec.incidentRef", "Required value"),
		Entry("about no name", `incidentRef: {}, text: t`, "spec.incidentRef.name", "Required value"),
		Entry("about an empty name", `incidentRef: {name: ""}, text: t`, "spec.incidentRef.name", objectName),
		Entry("about upper case", `incidentRef: {name: Inc-1}, text: t`, "spec.incidentRef.name", objectName),
		Entry("about an incident in another namespace", `incidentRef: {name: other/inc-1}, text: t`, "spec.incidentRef.name", objectName),
		Entry("about a name too long", `incidentRef: {name: `+strings.Repeat("a", 254)+`}, text: t`,
			"spec.incidentRef.name", "Too long: may not be more than 253"),
	)

	It("is refused without a spec", func(ctx SpecContext) {
		bare := manifest(comment, ``)
		delete(bare.Object, "spec")
		expectRefusal(cluster.Create(ctx, bare), "spec", "Required value")
	})
	It("is refused in place of itself", func(ctx SpecContext) {
		refused(ctx, comment, "{metadata: {name: com-self}, spec: {"+about+"text: t, replaces: {name: com-self}}}",
			"spec.replaces.name", "replaces.name must name another comment than itself")
	})

	DescribeTable("takes text of several lines", takesProse(comment),
		Entry("for its text", about+`text: %s`, "spec.text", "text"),
	)

	DescribeTable("takes text for data and stores it unchanged",
		func(ctx SpecContext, text string) {
			object := manifest(comment, "spec: {"+about+"text: t}")
			Expect(unstructured.SetNestedField(object.Object, text, "spec", "text")).To(Succeed())
			Expect(cluster.Create(ctx, object)).To(Succeed())

			stored := manifest(comment, ``)
			Expect(cluster.Get(ctx, client.ObjectKeyFromObject(object), stored)).To(Succeed())
			Expect(stored.Object["spec"]).To(HaveKeyWithValue("text", text))
		},
		Entry("HTML", `<script>alert("1")</script> <img src=x onerror='alert(1)'> &amp; &lt;`),
		Entry("Markdown", "# A\n\n[click](javascript:alert(1))\n\t```\n"),
		Entry("bidirectional overrides", "abc \u202e fdp.exe \u2066 x \u2069 \u200f \u061c"),
		Entry("templates and paths", "{{.Secrets}} ${HOME} $(id) `id` ../../etc/passwd %s%n"),
		Entry("what looks like a hash", "sha256:"+strings.Repeat("0", 64)+" (5 characters)"),
		Entry("characters that join, combine and cannot be seen", "e\u0301 👩\u200d💻 \ufeff \u2028 \u2029 \U000e0041 \ufffd"),
	)

	DescribeTable("stays as it was said",
		func(ctx SpecContext, change string) {
			object := accepted(ctx, comment, "spec: {"+about+"text: t, author: alice, replaces: {name: com-1}}")
			expectRefusal(merge(ctx, object, change), "spec", "spec of a Comment must stay as it was created: say more in another Comment")
		},
		Entry("against another text", `spec: {text: x}`),
		Entry("against another author", `spec: {author: bob}`),
		Entry("against no author", `spec: {author: null}`),
		Entry("against another incident", `spec: {incidentRef: {name: inc-2}}`),
		Entry("against replacing another", `spec: {replaces: {name: com-2}}`),
		Entry("against replacing none", `spec: {replaces: null}`),
	)

	It("can be given a label, however long it is", func(ctx SpecContext) {
		object := accepted(ctx, comment, "spec: {"+about+`author: "`+texts(1024)+`", text: "`+strings.Repeat("🔥", 30000)+`"}`)
		Expect(merge(ctx, object, `metadata: {labels: {touched: "yes"}}`)).To(Succeed())
	})
})
