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
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/test/cluster"
)

// plugin runs the plugin as a person, which must succeed.
func (t *team) plugin(ctx context.Context, person string, args ...string) {
	GinkgoHelper()
	output, err := local.Plugin(ctx, t.namespace, person, args...).CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), "%v\n%s", args, output)
}

// kubectl runs kubectl as a person, which must succeed.
func (t *team) kubectl(ctx context.Context, person string, args ...string) {
	GinkgoHelper()
	output, err := local.Kubectl(ctx, t.namespace, person, "", args...)
	Expect(err).NotTo(HaveOccurred(), "%v\n%s", args, output)
}

func (t *team) incident(ctx context.Context, name string) *v1alpha1.Incident {
	GinkgoHelper()
	incident := &v1alpha1.Incident{}
	Expect(admin.Get(ctx, client.ObjectKey{Namespace: t.namespace, Name: name}, incident)).To(Succeed())
	return incident
}

func (t *team) alert(ctx context.Context, name string) *v1alpha1.Alert {
	GinkgoHelper()
	alert := &v1alpha1.Alert{}
	Expect(admin.Get(ctx, client.ObjectKey{Namespace: t.namespace, Name: name}, alert)).To(Succeed())
	return alert
}

// ownerOf and the others are what tests wait for.
func (t *team) ownerOf(ctx context.Context, alert string) func() string {
	return func() string { return t.alert(ctx, alert).Spec.Assignee }
}

func (t *team) linkOf(ctx context.Context, alert string) func() string {
	return func() string { return t.alert(ctx, alert).Spec.IncidentRef.Name }
}

// mergedReason is the reason of Merged of an incident.
func (t *team) mergedReason(ctx context.Context, name string) func() string {
	return func() string { return reasonOf(t.incident(ctx, name).Status.Conditions, v1alpha1.ConditionMerged) }
}

// eventuallyTold waits until exactly one entry of the log of an incident says so: what happened, who did it and the summary.
func (t *team) eventuallyTold(ctx context.Context, name, line string) {
	GinkgoHelper()
	uid := string(t.incident(ctx, name).UID)
	var found []string
	Eventually(func() []string {
		var lines []string
		for _, entry := range local.EntriesIn(ctx, t.namespace) {
			if spec := entry.Spec; spec.IncidentRef.UID == uid {
				lines = append(lines, fmt.Sprintf("%s by %s: %s", spec.Type, spec.Actor, spec.Summary))
			}
		}
		return lines
	}).WithContext(ctx).Should(ContainElement(line, &found))
	Expect(found).To(HaveLen(1))
}

// rest waits until an incident counts so many alerts and says that all of them carry what it gives them.
func (t *team) rest(ctx context.Context, name string, open, total int) {
	GinkgoHelper()
	local.EventuallyAtRest(ctx, t.incident(ctx, name), open, total)
}

// versions are those of all that the operator or Flux could write in the namespace.
func (t *team) versions(ctx context.Context) map[string]string {
	GinkgoHelper()
	versions := map[string]string{}
	for _, list := range []client.ObjectList{
		&v1alpha1.IncidentList{}, &v1alpha1.AlertList{}, &v1alpha1.CommentList{}, &v1alpha1.ActivityList{},
	} {
		Expect(admin.List(ctx, list, client.InNamespace(t.namespace))).To(Succeed())
		Expect(eachOf(list, func(object client.Object) {
			versions[fmt.Sprintf("%T %s", object, object.GetName())] = object.GetResourceVersion()
		})).To(Succeed())
	}
	return versions
}

// expectStill expects that nobody fights: reconciliations come to change nothing, three in a row, and the operator does not
// even try to. Its status and its log may lag behind what was done before, so the three may have to begin anew; what is
// written at each sync never lets them end.
func (t *team) expectStill(ctx context.Context) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		before, log := t.versions(ctx), local.FromNow()
		for range 3 {
			t.sync(ctx)
		}
		g.Expect(t.versions(ctx)).To(Equal(before))
		g.Expect(log.Writes(cluster.InNamespace(t.namespace))).To(BeEmpty(), "of the operator")
	}).WithContext(ctx).Should(Succeed())
}

// eachOf calls do with each object of a list.
func eachOf(list client.ObjectList, do func(client.Object)) error {
	return meta.EachListItem(list, func(object runtime.Object) error {
		if object, ok := object.(client.Object); ok {
			do(object)
		}
		return nil
	})
}

// reasonOf is the reason of a condition; one that is not there has none.
func reasonOf(conditions []metav1.Condition, kind string) string {
	if found := meta.FindStatusCondition(conditions, kind); found != nil {
		return found.Reason
	}
	return ""
}
