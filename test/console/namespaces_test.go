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

package console

import (
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// A person with roles in two namespaces and no other right names them, and finds them once namespaces may be listed.
func TestNamespacesOfAPerson(t *testing.T) {
	const carol = "carol@example.com"
	create := func(object client.Object) {
		t.Helper()
		if err := world.admin.Create(t.Context(), object); err != nil {
			t.Fatal(err)
		}
	}
	names := [2]string{newNamespace(t), newNamespace(t)}
	for i, title := range []string{"In the first", "In the second"} {
		anIncident(t, names[i], "inc-1", 0, func(i *v1alpha1.Incident) { i.Spec.Name = title })
		binding := &rbacv1.RoleBinding{RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "incident-operator-responder"}, Subjects: []rbacv1.Subject{user(carol)}}
		binding.Namespace, binding.Name = names[i], "guest"
		create(binding)
	}
	closed := newNamespace(t)
	d, w := open(t, carol), newTab(t)
	w.visit(d.link("/"))
	w.awaitText("You have no right to see this")
	w.expectProblems() // The server said so.
	show := func(namespace string) {
		t.Helper()
		w.click(".where button", "")
		w.awaitText("nobody can tell which ones are yours")
		w.fill(".where input", namespace)
		w.click(".where form button", "Show")
	}
	show(names[0])
	w.awaitText("In the first")
	show(names[1])
	w.awaitText("In the second")
	w.await("!document.body.innerText.includes('In the first')")
	w.click(".where button", "")
	w.shoot("namespaces")
	w.click(".where a", "All of these")
	w.await(rows + " === 2")
	w.awaitText("2 namespaces")
	// Each incident says where it is, and can be changed there.
	w.await("document.querySelector('tbody').innerText.includes(" + quote(names[0]+"/inc-1") + ")")
	eval[bool](w, "(document.querySelectorAll('tbody input[type=checkbox]').forEach((box) => box.click()), true)")
	w.click(".bulk button", "Assign")
	w.click("dialog .link", "Assign to me")
	w.click("dialog button", "Change 2 incidents")
	w.awaitText("2 incidents changed")
	for _, name := range names {
		if got := get(t, name, "inc-1").Spec.Assignee; got != carol {
			t.Errorf("in %s it is assigned to %q", name, got)
		}
	}
	show(closed)
	w.awaitText("You have no right to see this")
	w.awaitText("you may not list them in the namespace")
	w.goesOnBroken() // The server says so, also when it is asked again.

	role := &rbacv1.ClusterRole{Rules: []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"namespaces"}, Verbs: []string{"list"}}}}
	role.Name = "test-namespaces"
	create(role)
	binding := &rbacv1.ClusterRoleBinding{RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role.Name}, Subjects: []rbacv1.Subject{user(carol)}}
	binding.Name = role.Name
	create(binding)
	again, other := open(t, carol), newTab(t)
	other.visit(again.link("/"))
	other.await(rows + " === 2")
	other.click(".where button", "")
	other.awaitText("They were found because you may list namespaces.")
	other.await("document.querySelectorAll('.places a').length === 3")
	other.shoot("namespaces-found")
}
