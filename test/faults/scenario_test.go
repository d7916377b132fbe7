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

package faults

import (
	"context"
	"encoding/json"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// result is what a run of the scenario left behind.
type result struct {
	log            []entry
	writes, faults []string
}

// entry is one entry of the log: in words, and all of it but times and what follows from them.
type entry struct{ words, rest string }

// scenario is one run of it, in a namespace of its own. It rests after each step whose order relative to the next would
// otherwise be up to timing: the log is then the same in each run.
type scenario struct {
	incident *v1alpha1.Incident
	entries  int
}

// run tells the scenario: each round has 4 changes and 2 comments, by alice and bob.
func run(ctx context.Context, rounds int, faults plan) result {
	GinkgoHelper()
	namespace := newNamespace(ctx)
	between.begin(namespace, faults)
	between.enter("beginning")
	s := &scenario{incident: &v1alpha1.Incident{}}
	s.incident.Namespace, s.incident.Name = namespace, "inc"
	create(ctx, alice, s.incident)
	s.comeToRest(ctx, 1)
	for i := range 3 {
		s.link(ctx, fmt.Sprintf("alert-%d", i))
	}
	for i := range rounds {
		s.round(ctx, i)
	}
	var done result
	done.log = s.log(ctx)
	s.checkComments(ctx, done.log)
	local.ExpectIntact(ctx, s.incident)
	done.writes, done.faults = between.end()
	return done
}

func (s *scenario) round(ctx context.Context, i int) {
	GinkgoHelper()
	between.enter(fmt.Sprintf("round %d, assignee", i+1))
	s.change(ctx, alice, func(in *v1alpha1.Incident) { in.Spec.Assignee = fmt.Sprintf("person-%d", i) })
	s.comeToRest(ctx, 2) // What the operator changed on the alerts is told too.
	between.enter(fmt.Sprintf("round %d, name", i+1))
	s.change(ctx, bob, func(in *v1alpha1.Incident) { in.Spec.Name = fmt.Sprintf("Name %d", i) })
	s.comeToRest(ctx, 1)
	between.enter(fmt.Sprintf("round %d, comments", i+1))
	s.comment(ctx, alice, fmt.Sprintf("c-%d-1", i), "What is this?")
	s.comment(ctx, bob, fmt.Sprintf("c-%d-2", i), "An attack.")
	s.comeToRest(ctx, 2)
	between.enter(fmt.Sprintf("round %d, tags and description", i+1))
	s.change(ctx, bob, func(in *v1alpha1.Incident) { in.Spec.Tags = []v1alpha1.Tag{v1alpha1.Tag(fmt.Sprintf("tag %d", i))} })
	s.change(ctx, alice, func(in *v1alpha1.Incident) { in.Spec.Description = fmt.Sprintf("Round %d", i) })
	s.comeToRest(ctx, 2)
}

func (s *scenario) change(ctx context.Context, person client.Client, change func(*v1alpha1.Incident)) {
	GinkgoHelper()
	Expect(person.Get(ctx, client.ObjectKeyFromObject(s.incident), s.incident)).To(Succeed())
	before := s.incident.DeepCopy()
	change(s.incident)
	Expect(person.Patch(ctx, s.incident, client.MergeFrom(before))).To(Succeed())
}

func (s *scenario) comment(ctx context.Context, person client.Client, name, text string) {
	GinkgoHelper()
	comment := &v1alpha1.Comment{}
	comment.Namespace, comment.Name = s.incident.Namespace, name
	comment.Spec.IncidentRef.Name, comment.Spec.Text = s.incident.Name, text
	create(ctx, person, comment)
}

// link creates an alert. Two at once would be told in one entry or in two.
func (s *scenario) link(ctx context.Context, name string) {
	GinkgoHelper()
	between.enter(name)
	alert := &v1alpha1.Alert{}
	alert.Namespace, alert.Name = s.incident.Namespace, name
	alert.Spec.Name = "Terminal shell in container"
	alert.Spec.Severity = v1alpha1.SeverityHigh
	alert.Spec.IncidentRef.Name = s.incident.Name
	create(ctx, alice, alert)
	s.comeToRest(ctx, 1)
}

// comeToRest waits until the log has so many entries more, and all else that the operator does for the incident is done.
func (s *scenario) comeToRest(ctx context.Context, entries int) {
	GinkgoHelper()
	s.entries += entries
	Eventually(func(g Gomega) {
		g.Expect(operator.failure()).To(Succeed())
		current := &v1alpha1.Incident{}
		g.Expect(admin.Get(ctx, client.ObjectKeyFromObject(s.incident), current)).To(Succeed())
		if current.Status.Activity.Entries > int64(s.entries) {
			StopTrying("the log has more entries than were to come").Now()
		}
		g.Expect(current.Status.Activity.Entries).To(BeEquivalentTo(s.entries))
		g.Expect(current.Status.ObservedGeneration).To(Equal(current.Generation))
		g.Expect(meta.IsStatusConditionTrue(current.Status.Conditions, v1alpha1.ConditionPropagated)).To(BeTrue())
		for _, tag := range current.Spec.Tags {
			g.Expect(current.Labels).To(HaveKey(tags.LabelKey(string(tag))))
		}
	}).WithContext(ctx).Should(Succeed(), s.story)
}

// story is what one who looks for the cause of a failure wants to know.
func (s *scenario) story() string {
	_, faults := between.end()
	told := fmt.Sprintf("waiting for %d entries; faults: %q; the log:\n", s.entries, faults)
	var all v1alpha1.ActivityList
	if err := admin.List(context.Background(), &all, client.InNamespace(s.incident.Namespace)); err != nil {
		return told + err.Error()
	}
	for i := range all.Items {
		told += words(&all.Items[i].Spec) + "\n"
	}
	return told
}

// log returns the entries in order and makes sure that there is no gap.
func (s *scenario) log(ctx context.Context) []entry {
	GinkgoHelper()
	Expect(admin.Get(ctx, client.ObjectKeyFromObject(s.incident), s.incident)).To(Succeed())
	reference := v1alpha1.ActivityIncident{Name: s.incident.Name, UID: string(s.incident.UID)}
	var all v1alpha1.ActivityList
	Expect(admin.List(ctx, &all, client.InNamespace(s.incident.Namespace))).To(Succeed())
	var log []entry
	previous := ""
	for i := range all.Items { // They come in the order of their names, and so of their sequence.
		spec := &all.Items[i].Spec
		Expect(all.Items[i].Name).To(Equal(activity.Name(reference, int64(i+1))), s.story)
		Expect(spec.Sequence).To(BeEquivalentTo(i+1), s.story)
		Expect(spec.PreviousHash).To(Equal(previous), s.story)
		previous = spec.Hash
		log = append(log, entry{words: words(spec), rest: withoutTimes(*spec)})
	}
	Expect(s.incident.Status.Activity).To(Equal(v1alpha1.ActivityHead{Entries: int64(len(log)), Head: previous}), s.story)
	return log
}

// checkComments makes sure that each comment says which entry records it.
func (s *scenario) checkComments(ctx context.Context, log []entry) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		var comments v1alpha1.CommentList
		g.Expect(admin.List(ctx, &comments, client.InNamespace(s.incident.Namespace))).To(Succeed())
		for i := range comments.Items {
			comment := &comments.Items[i]
			g.Expect(comment.Status.Sequence).To(And(BeNumerically(">", 0), BeNumerically("<=", len(log))), comment.Name)
			g.Expect(log[comment.Status.Sequence-1].rest).To(ContainSubstring(`"name":"`+comment.Name+`"`), comment.Name)
			g.Expect(meta.IsStatusConditionTrue(comment.Status.Conditions, v1alpha1.ConditionRecorded)).To(BeTrue(), comment.Name)
		}
	}).WithContext(ctx).Should(Succeed(), s.story)
}

func words(spec *v1alpha1.ActivitySpec) string {
	return fmt.Sprintf("%d %s by %s: %s", spec.Sequence, spec.Type, spec.Actor, spec.Summary)
}

// withoutTimes leaves out times and resourceVersions, the UIDs of this run, and the hashes of all these. Which alerts still
// bear notes that were taken is up to when they were last written.
func withoutTimes(spec v1alpha1.ActivitySpec) string {
	GinkgoHelper()
	spec.Time, spec.IncidentRef.UID, spec.Comment.UID = nil, "", ""
	spec.After.ResourceVersion, spec.After.Alerts.Seen, spec.After.Alerts.Taken = "", "", nil
	spec.PreviousHash, spec.Hash = "", ""
	encoded, err := json.Marshal(spec)
	Expect(err).NotTo(HaveOccurred())
	return string(encoded)
}

// newNamespace creates a namespace in which alice and bob respond.
func newNamespace(ctx context.Context) string {
	GinkgoHelper()
	namespace := &corev1.Namespace{}
	namespace.GenerateName = "faults-"
	Expect(admin.Create(ctx, namespace)).To(Succeed())
	binding := &rbacv1.RoleBinding{RoleRef: rbacv1.RoleRef{
		APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "incident-operator-responder",
	}}
	binding.Namespace, binding.Name = namespace.Name, "responders"
	for _, person := range []string{"alice@example.com", "bob@example.com"} {
		binding.Subjects = append(binding.Subjects, rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: person})
	}
	Expect(admin.Create(ctx, binding)).To(Succeed())
	return namespace.Name
}

// create waits where the API server does not know yet what a person may do in a new namespace.
func create(ctx context.Context, person client.Client, object client.Object) {
	GinkgoHelper()
	Eventually(func() error {
		err := person.Create(ctx, object)
		if err != nil && !apierrors.IsForbidden(err) {
			StopTrying("creating an object failed").Wrap(err).Now()
		}
		return err
	}).WithContext(ctx).Should(Succeed())
}
