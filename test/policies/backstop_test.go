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
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// itFailsClosed takes away the mutating policies, and at last the bindings that say who is exempted: no request may get
// through unstamped then. It leaves the cluster without them.
func itFailsClosed(c func() *cluster) {
	var alert *unstructured.Unstructured
	entry := activity(uniqueName(), namespace)

	It("refuses unstamped and forged edits without the policy that stamps them, and says which", func() {
		incident := c().create(alice, kindUnderTest{"Incident"}, nil)
		alert = c().create(alice, alerts, nil)
		c().unmutate("editors")
		for _, o := range []*unstructured.Unstructured{incident, alert} {
			c().eventuallyRefuses(bob, o, spec(`{"assignee":"dave"}`),
				"editor.incidentoperator.dev/assignee must be bob@example.com@2")
			c().eventuallyRefuses(bob, o, annotate(map[string]any{memory: "{}"}), "incidentoperator.dev/inherited must not be set")
			c().eventuallyRefuses(bob, o, annotate(map[string]any{stampPrefix + "evil": "x"}),
				"editor.incidentoperator.dev/evil must not be set")
			c().eventuallyRefuses(bob, o, annotate(map[string]any{stampPrefix + "name": nil}),
				"editor.incidentoperator.dev/name must be alice@example.com@1")
			c().eventuallyRefuses(bob, o, spec(`{"description":"d"}`),
				"editor.incidentoperator.dev/description must be bob@example.com@2")
			Expect(stampsOf(c().write(bob, o, annotate(map[string]any{"example.com/note": "x"})))).
				To(Equal(stampsOfNew(kindUnderTest{o.GetKind()}, alice)), "what is no edit passes")
			c().write(c().operator, o, mergePatch(`{"metadata":{"labels":{"tag.incidentoperator.dev/a":""}}}`))

			for _, name := range own {
				for _, user := range c().editing() {
					c().eventuallyRefuses(user, o, annotate(map[string]any{stampPrefix + name: "mallory"}), stampPrefix+name+" must not be set")
				}
			}
			c().write(c().operator, o, keep(kept))
			c().write(c().operator, o, annotate(map[string]any{memory: remembered}))
			for _, user := range c().editing() {
				for _, value := range []any{"mallory", nil} {
					for _, name := range own {
						c().eventuallyRefuses(user, o, annotate(map[string]any{stampPrefix + name: value}), stampPrefix+name+" must be "+kept)
					}
					c().eventuallyRefuses(user, o, annotate(map[string]any{memory: value}), memory+" must be "+remembered)
				}
			}
			c().eventuallyRefuses(root, o, update(func(o *unstructured.Unstructured) { o.SetAnnotations(nil) }), stampPrefix+"left must be "+kept)
			Expect(stampsOf(c().write(bob, o, annotate(map[string]any{"example.com/note": "y"})))).
				To(Equal(withOwn(stampsOfNew(kindUnderTest{o.GetKind()}, alice), kept)), "other edits are not affected")
		}
	})
	It("refuses what is not noted, what is noted otherwise than it was, and notes that are touched", func() {
		const refusal = stampPrefix + "notes must say what this request does"
		for _, kind := range kinds {
			in := map[string]string{"Alert": `in "inc-1" "" `}[kind.kind]
			o := c().createOlder(kind, whole)
			assign := func(notes any) write {
				return update(func(o *unstructured.Unstructured) {
					o.SetAnnotations(map[string]string{stampPrefix + "assignee": bob + "@2"})
					setSpec("erin", "assignee")(o)
					if text, ok := notes.(string); ok {
						setNotes(text)(o)
					}
				})
			}
			for _, notes := range []any{
				nil, "", "1",
				"1\n" + `1 2 "alice@example.com" ` + in + `assignee "dave" "erin"`,
				"1\n" + `1 2 "bob@example.com" ` + in + `assignee "dave" "frank"`,
				"1\n" + `1 2 "bob@example.com" ` + in + `assignee "erin" "erin"`,
				"1\n" + `1 1 "bob@example.com" ` + in + `assignee "dave" "erin"`,
				"2\n" + `2 2 "bob@example.com" ` + in + `assignee "dave" "erin"`,
				"1\n" + `1 2 "bob@example.com" ` + in + `severity "Low" "High"`,
				"1\n" + `1 2 "bob@example.com" ` + in + `assignee "dave" "erin" name "n" "n"`,
				"1\n" + `1 2 + 1 "bob@example.com"`,
				"1\n" + `1 2 "bob@example.com" ` + in + `large "" "assignee"`,
			} {
				c().eventuallyRefuses(bob, o, assign(notes), refusal)
			}
			after := c().write(bob, o, assign("1\n"+`1 2 "bob@example.com" `+in+`assignee "dave" "erin"`))
			for name, w := range lies {
				for _, user := range c().editing() {
					Expect(w(context.Background(), c().as(user), o.DeepCopy())).To(MatchError(
						Or(ContainSubstring(refusal), ContainSubstring(stampPrefix+"notes must not be set"))), "%s, %s", name, user)
				}
			}
			for name, w := range silences {
				Expect(c().write(bob, o, w).GetAnnotations()).To(HaveKeyWithValue(v1alpha1.NotesAnnotation, after.GetAnnotations()[v1alpha1.NotesAnnotation]), name)
			}
		}
	})
	It("refuses an incident without a stamp of its creation, and says so", func() {
		c().eventuallyRefuses(bob, kindUnderTest{"Incident"}.object(uniqueName()), create,
			"editor.incidentoperator.dev/created must be bob@example.com@1")
	})
	It("refuses a forged author of a comment without the policy that sets it", func() {
		c().unmutate("comments")
		o := comment()
		setSpec("mallory", "author")(o)
		c().eventuallyRefuses(alice, o, create, "spec.author of a Comment must be the user who creates it: "+alice)
		// Without any the CRD refuses it, also while no policy is there at all.
		c().eventuallyRefuses(alice, comment(), create, "author must be the user who creates the Comment")
		setSpec(alice, "author")(o)
		Expect(c().as(alice).Create(context.Background(), o)).To(Succeed())
	})
	It("refuses every write when nothing says who the operator is", func() {
		Expect(c().as(c().operator).Create(context.Background(), entry)).To(Succeed())
		identities := &rbacv1.ClusterRoleBinding{}
		Expect(c().admin.Get(context.Background(), client.ObjectKey{Name: c().prefix + "incident-operator-identities"}, identities)).To(Succeed())
		identities.Subjects = nil
		Expect(c().admin.Update(context.Background(), identities)).To(Succeed())
		c().eventuallyRefuses(root, kindUnderTest{"Incident"}.object(uniqueName()), create, "no such key: subjects")
		c().eventuallyRefuses(c().operator, alert, annotate(map[string]any{memory: remembered}), "no such key: subjects")

		c().remove(&rbacv1.ClusterRoleBinding{}, "incident-operator-identities")
		c().eventuallyRefuses(c().operator, alert, annotate(map[string]any{memory: remembered}), "no params found")
		c().eventuallyRefuses(root, kindUnderTest{"Incident"}.object(uniqueName()), create, "no params found")
		c().eventuallyRefuses(root, activity(uniqueName(), namespace), create, "no params found")
	})
	It("lets the garbage collector delete the log all the same", func() {
		Expect(c().as(collector).Delete(context.Background(), entry)).To(Succeed())
	})
}

func create(ctx context.Context, c client.Client, o *unstructured.Unstructured) error {
	return c.Create(ctx, o)
}

// unmutate takes away what puts right, and leaves what refuses: the binding of a mutating policy, or the webhook in its place.
func (c *cluster) unmutate(policy string) {
	GinkgoHelper()
	if !c.webhook {
		c.remove(&admissionregistrationv1.MutatingAdmissionPolicyBinding{}, "incident-operator-"+policy)
		return
	}
	configuration := c.configuration()
	configuration.Webhooks = slices.DeleteFunc(configuration.Webhooks, func(w admissionregistrationv1.MutatingWebhook) bool {
		return w.Name == policy+"."+v1alpha1.GroupVersion.Group
	})
	Expect(c.admin.Update(context.Background(), configuration)).To(Succeed())
}

// remove deletes a cluster-scoped object of the installation.
func (c *cluster) remove(o client.Object, name string) {
	GinkgoHelper()
	o.SetName(c.prefix + name)
	Expect(c.admin.Delete(context.Background(), o)).To(Succeed())
}

// eventuallyRefuses waits until a write is refused with a message: the API server follows a change of policies with a
// delay. Dry runs, so that one that still passes changes nothing.
func (c *cluster) eventuallyRefuses(user string, o *unstructured.Unstructured, w write, message string) {
	GinkgoHelper()
	Eventually(func() error { return w(context.Background(), client.NewDryRunClient(c.as(user)), o.DeepCopy()) }).
		WithTimeout(20 * time.Second).WithPolling(100 * time.Millisecond).
		Should(MatchError(ContainSubstring(message)))
}
