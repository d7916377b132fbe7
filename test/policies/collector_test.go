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
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// patience is how long the controllers of Kubernetes may take.
const patience = time.Minute

// startCollector runs the garbage collector and the namespace controller until the container ends: with the credentials
// of each, or with those of the controller manager for all.
func (c *cluster) startCollector(ownCredentials bool) {
	GinkgoHelper()
	manager, err := c.env.AddUser(envtest.User{Name: controllerManager}, nil)
	Expect(err).NotTo(HaveOccurred())
	kubeconfig, err := manager.KubeConfig()
	Expect(err).NotTo(HaveOccurred())
	path := filepath.Join(GinkgoT().TempDir(), "kubeconfig")
	Expect(os.WriteFile(path, kubeconfig, 0o600)).To(Succeed())
	if !ownCredentials {
		// Who runs all controllers by one identity must have granted it all their rights.
		Expect(c.admin.Create(context.Background(), &rbacv1.ClusterRoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: "controller-manager"},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
			Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: controllerManager}},
		})).To(Succeed())
	}
	command := exec.Command(filepath.Join(assets(), "kube-controller-manager"), //nolint:noctx // It is stopped below.
		"--kubeconfig", path, "--authentication-kubeconfig", path, "--authorization-kubeconfig", path,
		"--controllers", "garbage-collector-controller,namespace-controller", "--leader-elect=false",
		"--use-service-account-credentials="+strconv.FormatBool(ownCredentials), "--bind-address", "127.0.0.1", "--secure-port", "0")
	command.Stdout, command.Stderr = GinkgoWriter, GinkgoWriter
	Expect(command.Start()).To(Succeed())
	DeferCleanup(func() {
		Expect(command.Process.Kill()).To(Succeed())
		_ = command.Wait()
	})
}

// itLetsKubernetesDelete tries with the real controllers what the others try with their names.
func itLetsKubernetesDelete(c func() *cluster, ownCredentials bool) {
	ctx := context.Background()
	BeforeAll(func() { c().startCollector(ownCredentials) })
	gone := func(o *unstructured.Unstructured) {
		GinkgoHelper()
		Eventually(func() bool { return apierrors.IsNotFound(c().admin.Get(ctx, keyOf(o), o.DeepCopy())) }).
			WithTimeout(patience).WithPolling(50*time.Millisecond).Should(BeTrue(), o.GetName())
	}
	// logged is an incident with two entries of its log.
	logged := func(place string) (incident *unstructured.Unstructured, entries []*unstructured.Unstructured) {
		GinkgoHelper()
		incident = incidents.object(uniqueName())
		incident.SetNamespace(place)
		Expect(c().admin.Create(ctx, incident)).To(Succeed())
		for range 2 {
			entry := activity(uniqueName(), place)
			entry.SetOwnerReferences([]metav1.OwnerReference{{
				APIVersion: v1alpha1.GroupVersion.String(), Kind: "Incident", Name: incident.GetName(), UID: incident.GetUID(), BlockOwnerDeletion: new(true),
			}})
			setSpec(incident.GetName(), "incidentRef", "name")(entry)
			Expect(c().as(c().operator).Create(ctx, entry)).To(Succeed())
			entries = append(entries, entry)
		}
		return incident, entries
	}

	It("lets go of an incident with its log, in the background, in the foreground, and with its namespace", func() {
		for _, policy := range []metav1.DeletionPropagation{metav1.DeletePropagationBackground, metav1.DeletePropagationForeground} {
			incident, entries := logged(namespace)
			Expect(c().as(carol).Delete(ctx, incident, client.PropagationPolicy(policy))).To(Succeed())
			gone(incident)
			gone(entries[0])
			gone(entries[1])
		}
		place := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "going-"}}
		Expect(c().admin.Create(ctx, place)).To(Succeed())
		incident, entries := logged(place.Name)
		Expect(c().admin.Delete(ctx, place)).To(Succeed())
		gone(incident)
		gone(entries[0])
		Eventually(func() bool { return apierrors.IsNotFound(c().admin.Get(ctx, client.ObjectKeyFromObject(place), place)) }).
			WithTimeout(patience).WithPolling(100 * time.Millisecond).Should(BeTrue())
	})
	It("orphans a log, which an administrator may then delete", func() {
		incident, entries := logged(namespace)
		Expect(c().as(carol).Delete(ctx, entries[0].DeepCopy())).To(MatchError(ContainSubstring(notDeleted)))
		Expect(c().as(carol).Delete(ctx, incident, client.PropagationPolicy(metav1.DeletePropagationOrphan))).To(Succeed())
		gone(incident)
		for _, entry := range entries {
			Expect(c().get(entry).GetOwnerReferences()).To(BeEmpty())
			Expect(apierrors.IsForbidden(c().as(alice).Delete(ctx, entry.DeepCopy()))).To(BeTrue())
			Expect(c().as(carol).Delete(ctx, entry)).To(Succeed())
		}
	})
	It("cannot be made to delete what a responder may not", func() {
		o := c().create(alice, incidents, nil)
		owner := c().create(alice, alerts, nil)
		reference := metav1.OwnerReference{APIVersion: v1alpha1.GroupVersion.String(), Kind: "Alert", Name: owner.GetName(), UID: "gone"}
		Expect(update(func(o *unstructured.Unstructured) { o.SetOwnerReferences([]metav1.OwnerReference{reference}) })(ctx, c().as(alice), o.DeepCopy())).
			To(MatchError(ContainSubstring(ownersRefused)))
		// Who may delete it may do so in this way too. That shows that the collector is awake.
		hanged := c().create(alice, incidents, nil)
		Expect(update(func(o *unstructured.Unstructured) { o.SetOwnerReferences([]metav1.OwnerReference{reference}) })(ctx, c().as(carol), hanged.DeepCopy())).To(Succeed())
		gone(hanged)
		Expect(c().get(o).GetDeletionTimestamp()).To(BeNil())
	})
}
