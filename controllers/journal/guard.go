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

package journal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	// policyLabel marks the admission policies of this project and their bindings, whatever prefix their names have; its
	// value says which one it is.
	policyLabel = "incidentoperator.dev/policy"
	// guardInterval is the time between two checks of the policies, and guardRetry after one that got no answer.
	guardInterval = time.Minute
	guardRetry    = time.Second
)

// The policies that make notes and authors believable.
var (
	mutatingPolicies   = []string{"comments", "editors"}
	validatingPolicies = []string{"activities-create", "activities-keep", "comments", "editors", "metadata"}
)

// Guard knows whether the admission policies are there that make notes and authors believable. If the API server does not
// answer, the last answer counts.
type Guard struct {
	// Policies reads the API server.
	Policies client.Reader

	mutex   sync.Mutex
	known   bool
	missing string
}

// InForce reports whether actors can be believed. It checks at the first call, and as long as nothing is known.
func (g *Guard) InForce(ctx context.Context) bool {
	g.mutex.Lock()
	known := g.known
	g.mutex.Unlock()
	if !known {
		g.check(ctx)
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.known && g.missing == ""
}

// NeedLeaderElection lets only the replica check that writes the log.
func (g *Guard) NeedLeaderElection() bool { return true }

// Start checks the policies until the context ends.
func (g *Guard) Start(ctx context.Context) error {
	for ctx.Err() == nil {
		interval := guardInterval
		if !g.check(ctx) {
			interval = guardRetry
		}
		_ = wait.PollUntilContextTimeout(ctx, interval, interval, false, func(context.Context) (bool, error) { return true, nil })
	}
	return nil
}

// check asks which policies are there, and logs only what changed. It returns false if it got no answer.
func (g *Guard) check(ctx context.Context) bool {
	missing, err := g.ask(ctx)
	log := logf.FromContext(ctx).WithName("guard")
	if err != nil {
		if ctx.Err() == nil {
			log.Error(err, "The admission policies cannot be listed: what was known of them counts until they can")
		}
		return false
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	switch {
	case missing != "" && missing != g.missing:
		log.Error(errors.New(missing), "The admission policies are not all in place: the activity log records every actor as Unknown until they are")
	case missing == "" && g.missing != "":
		log.Info("The admission policies are in place: the activity log records actors")
	}
	g.known, g.missing = true, missing
	return true
}

// ask says which policies or bindings are not there, in words; empty if all are.
func (g *Guard) ask(ctx context.Context) (string, error) {
	hooked, err := g.hooked(ctx)
	if err != nil {
		return "", err
	}
	const install, orHook = "install config/admission", "install config/admission, or config/before-1.36 where the kind is not served"
	var missing []string
	for _, asked := range []struct {
		list   client.ObjectList
		wanted sets.Set[string]
		advice string
	}{
		{&admissionregistrationv1.MutatingAdmissionPolicyList{}, sets.New(mutatingPolicies...).Difference(hooked), orHook},
		{&admissionregistrationv1.MutatingAdmissionPolicyBindingList{}, sets.New(mutatingPolicies...).Difference(hooked), orHook},
		{&admissionregistrationv1.ValidatingAdmissionPolicyList{}, sets.New(validatingPolicies...), install},
		{&admissionregistrationv1.ValidatingAdmissionPolicyBindingList{}, sets.New(validatingPolicies...), install},
	} {
		kind := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", asked.list), "*v1."), "List")
		// Before Kubernetes 1.36 there may be no mutating policies at all.
		if err := g.Policies.List(ctx, asked.list, client.HasLabels{policyLabel}); err != nil && !meta.IsNoMatchError(err) {
			return "", fmt.Errorf("listing objects of kind %s: %w", kind, err)
		}
		err := meta.EachListItem(asked.list, func(item runtime.Object) error {
			asked.wanted.Delete(item.(client.Object).GetLabels()[policyLabel])
			return nil
		})
		if err != nil {
			return "", err
		}
		if asked.wanted.Len() > 0 {
			missing = append(missing, fmt.Sprintf("no %s bears the label %s with the values %v: %s", kind, policyLabel, sets.List(asked.wanted), asked.advice))
		}
	}
	return strings.Join(missing, "; "), nil
}

// hooked are the mutating policies that a webhook of this project stands in for. One that may be passed over does not.
func (g *Guard) hooked(ctx context.Context) (sets.Set[string], error) {
	configurations := &admissionregistrationv1.MutatingWebhookConfigurationList{}
	if err := g.Policies.List(ctx, configurations, client.HasLabels{policyLabel}); err != nil {
		return nil, fmt.Errorf("listing objects of kind MutatingWebhookConfiguration: %w", err)
	}
	hooked := sets.New[string]()
	for _, configuration := range configurations.Items {
		for _, webhook := range configuration.Webhooks {
			policy, ours := strings.CutSuffix(webhook.Name, "."+v1alpha1.GroupVersion.Group)
			if ours && webhook.FailurePolicy != nil && *webhook.FailurePolicy == admissionregistrationv1.Fail {
				hooked.Insert(policy)
			}
		}
	}
	return hooked, nil
}
