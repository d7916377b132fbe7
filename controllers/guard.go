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

package controllers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"
)

const (
	// policyLabel marks the admission policies of this project and their bindings, whatever prefix their names have; its
	// value says which one it is.
	policyLabel = "incidentoperator.dev/policy"
	// guardInterval is the time between two checks of the policies.
	guardInterval = time.Minute
)

// guard knows whether the admission policies are there that make stamps and authors believable.
type guard struct {
	policies client.Reader
	present  atomic.Bool
	checked  atomic.Bool
}

// inForce reports whether actors can be believed. It checks at the first call.
func (g *guard) inForce(ctx context.Context) bool {
	if !g.checked.Load() {
		g.check(ctx)
	}
	return g.present.Load()
}

// NeedLeaderElection lets only the replica check that writes the log.
func (g *guard) NeedLeaderElection() bool { return true }

// Start checks the policies until the context ends.
func (g *guard) Start(ctx context.Context) error {
	wait.UntilWithContext(ctx, g.check, guardInterval)
	return nil
}

// check says only when something changed.
func (g *guard) check(ctx context.Context) {
	missing := g.missing(ctx)
	if ctx.Err() != nil {
		return
	}
	first, was := !g.checked.Swap(true), g.present.Swap(missing == nil)
	log := logf.FromContext(ctx).WithName("guard")
	switch {
	case missing != nil && (first || was):
		log.Error(missing, "The admission policies are not all in place: the activity log records every actor as Unknown until they are")
	case missing == nil && !first && !was:
		log.Info("The admission policies are in place: the activity log records actors")
	}
}

// missing says which policies or bindings are not there.
func (g *guard) missing(ctx context.Context) error {
	mutating, all := []string{"comments", "editors"}, []string{"activities-create", "activities-keep", "comments", "editors"}
	return errors.Join(
		g.lacking(ctx, &admissionregistrationv1.MutatingAdmissionPolicyList{}, mutating),
		g.lacking(ctx, &admissionregistrationv1.MutatingAdmissionPolicyBindingList{}, mutating),
		g.lacking(ctx, &admissionregistrationv1.ValidatingAdmissionPolicyList{}, all),
		g.lacking(ctx, &admissionregistrationv1.ValidatingAdmissionPolicyBindingList{}, all),
	)
}

func (g *guard) lacking(ctx context.Context, list client.ObjectList, wanted []string) error {
	kind := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", list), "*v1."), "List")
	if err := g.policies.List(ctx, list, client.HasLabels{policyLabel}); err != nil {
		return fmt.Errorf("listing objects of kind %s: %w", kind, err)
	}
	rest := sets.New(wanted...)
	err := meta.EachListItem(list, func(item runtime.Object) error {
		rest.Delete(item.(client.Object).GetLabels()[policyLabel])
		return nil
	})
	if err == nil && rest.Len() > 0 {
		err = fmt.Errorf("no %s bears the label %s with the values %v: install config/admission", kind, policyLabel, sets.List(rest))
	}
	return err
}
