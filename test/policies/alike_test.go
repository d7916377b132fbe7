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
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	shipped "github.com/incident-operator/incident-operator/config/admission"
	"github.com/incident-operator/incident-operator/internal/admission"
)

// edits of one run, of which the API server refuses some for their own sake.
const trials, atLeast = 250, 150

// itIsFollowedAlike compares what the role admission makes of requests with what the API server makes of them. Each edit goes
// on from what the one before left, so that notes pile up.
func itIsFollowedAlike(c func() *cluster) {
	It("has the outcome that it has in the API server, whoever changes whatever", func() {
		ctx, cancel := context.WithCancel(context.Background())
		evaluator, err := admission.New(kubernetes.NewForConfigOrDie(c().rest()), shipped.Mutating, c().prefix+"incident-operator-identities")
		Expect(err).NotTo(HaveOccurred())
		ended := make(chan error, 1)
		go func() { ended <- evaluator.Start(ctx) }()
		DeferCleanup(func() {
			cancel()
			Expect(<-ended).ToNot(HaveOccurred())
		})
		Eventually(evaluator.Synced).WithTimeout(10 * time.Second).WithPolling(10 * time.Millisecond).Should(BeTrue())

		random := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 0))
		users := []string{alice, alice, bob, odd, root, c().operator, c().ingest}
		stored := map[string]*unstructured.Unstructured{}
		compared, longest := 0, 0
		for range trials {
			kind, user := pick(random, kinds), pick(random, users)
			old := stored[kind.kind]
			if random.IntN(40) == 0 {
				old = nil
			}
			sent := kind.object(uniqueName())
			if old != nil {
				sent = old.DeepCopy()
			}
			for range 1 + random.IntN(4) {
				pick(random, disturbances)(random, sent)
			}
			want, err := outcome(ctx, evaluator, user, old, sent)
			Expect(err).NotTo(HaveOccurred(), toYAML(sent))
			answer := sent.DeepCopy()
			as := c().allPowerful(user)
			if old == nil {
				err = as.Create(ctx, answer)
			} else {
				err = as.Update(ctx, answer)
			}
			if err != nil { // By the schema, or by a policy that refuses.
				continue
			}
			compared++
			longest = max(longest, len(answer.GetAnnotations()[v1alpha1.NotesAnnotation]))
			Expect(annotationsOf(answer)).To(Equal(annotationsOf(want)), "%s, seed %d:\n%s", user, GinkgoRandomSeed(), toYAML(sent))
			stored[kind.kind] = answer
		}
		Expect(compared).To(BeNumerically(">=", atLeast), "too few edits were accepted to say anything")
		Expect(longest).To(BeNumerically(">", 1_000), "notes hardly grew")
	})
}

// rest is a configuration of its own for a client.
func (c *cluster) rest() *rest.Config { return rest.CopyConfig(c.env.Config) }

// outcome is what the evaluator makes of a request.
func outcome(ctx context.Context, evaluator *admission.Evaluator, user string, old, sent *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	plural := strings.ToLower(sent.GetKind()) + "s"
	request := &admissionv1.AdmissionRequest{
		Operation: admissionv1.Create, Namespace: sent.GetNamespace(), Name: sent.GetName(),
		UserInfo: authenticationv1.UserInfo{Username: user, Groups: []string{"system:masters", "system:authenticated"}},
	}
	request.Kind.Group, request.Kind.Version, request.Kind.Kind = v1alpha1.GroupVersion.Group, v1alpha1.GroupVersion.Version, sent.GetKind()
	request.Resource.Group, request.Resource.Version, request.Resource.Resource = v1alpha1.GroupVersion.Group, v1alpha1.GroupVersion.Version, plural
	var err error
	if request.Object.Raw, err = json.Marshal(sent.Object); err != nil {
		return nil, err
	}
	if old != nil {
		request.Operation = admissionv1.Update
		if request.OldObject.Raw, err = json.Marshal(old.Object); err != nil {
			return nil, err
		}
	}
	object, err := evaluator.Admit(ctx, request)
	if object == nil {
		object = sent
	}
	return object, err
}

// annotationsOf are the annotations of an object; none and an empty map are the same.
func annotationsOf(o *unstructured.Unstructured) map[string]string {
	annotations := map[string]string{}
	maps.Copy(annotations, o.GetAnnotations())
	return annotations
}

func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }

// disturbances are what a client may do to an object that it sends.
var disturbances = []func(*rand.Rand, *unstructured.Unstructured){
	one("name", "Suspicious sign-in", "Ransomware 勒索軟件", `"quoted" \n`),
	one("assignee", "", "dave", "erin", `o'neil "x"`),
	one("description", "", "short", strings.Repeat("long\n", 900)),
	one("severity", "Low", "High", "Critical"),
	one("tags", []any{}, []any{"a"}, []any{"b", "a"}, []any{"Crown Jewels: HR 2026", "勒索軟件"}),
	one("resolution", map[string]any{"state": "Active"}, map[string]any{"state": "Resolved", "note": "done"}, map[string]any{"state": "InProgress"}),
	one("classification", map[string]any{"verdict": "NotSet"}, map[string]any{"verdict": "TruePositive", "determination": "Malware"}),
	func(random *rand.Rand, o *unstructured.Unstructured) {
		if o.GetKind() == "Alert" {
			setSpec(pick(random, []any{"inc-1", "inc-2"}), "incidentRef", "name")(o)
		}
	},
	func(random *rand.Rand, o *unstructured.Unstructured) {
		labels := o.GetLabels()
		if labels == nil {
			labels = map[string]string{}
		}
		labels[tagPrefix+pick(random, []string{"a", "b", "c"})] = pick(random, []string{"", "x"})
		delete(labels, tagPrefix+pick(random, []string{"a", "b", "c"}))
		o.SetLabels(labels)
	},
	forge(stampPrefix + "name"), forge(stampPrefix + "evil"), forge(stampPrefix + "left"), forge(memory), forge(stampPrefix + "notes"),
	forge("example.com/note"), forge("incidentoperator.dev/move-reason"),
	func(_ *rand.Rand, o *unstructured.Unstructured) { o.SetAnnotations(nil) },
}

// one sets a field of spec to one of the values.
func one(field string, values ...any) func(*rand.Rand, *unstructured.Unstructured) {
	return func(random *rand.Rand, o *unstructured.Unstructured) { setSpec(pick(random, values), field)(o) }
}

// forge sets an annotation, or takes it away.
func forge(key string) func(*rand.Rand, *unstructured.Unstructured) {
	return func(random *rand.Rand, o *unstructured.Unstructured) {
		annotations := o.GetAnnotations()
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations[key] = pick(random, []string{"", "mallory@7", "1\n1 1 \"mallory\"", fmt.Sprint(random.IntN(3)), kept, remembered})
		if random.IntN(4) == 0 {
			delete(annotations, key)
		}
		o.SetAnnotations(annotations)
	}
}
