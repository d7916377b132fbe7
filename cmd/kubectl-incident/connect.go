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

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-logr/logr"
	authenticationv1 "k8s.io/api/authentication/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// requestsPerSecond bounds what one command asks of the API server, which has its own fairness on top.
const requestsPerSecond = 200

// connectTyped connects to the cluster with the kinds of this API. They are known here, so that nothing has to be discovered.
func (p *plugin) connectTyped() (client.WithWatch, error) {
	config, err := p.config.ToRESTConfig()
	if err != nil {
		return nil, fmt.Errorf("finding the cluster: %w", err)
	}
	config.QPS, config.Burst = requestsPerSecond, requestsPerSecond
	config.WarningHandler = &warner{out: p.ErrOut}
	logf.SetLogger(logr.Discard()) // What goes wrong is in the errors.
	scheme := runtime.NewScheme()
	if err := errors.Join(v1alpha1.AddToScheme(scheme), authenticationv1.AddToScheme(scheme)); err != nil {
		return nil, fmt.Errorf("registering kinds: %w", err)
	}
	mapper := meta.NewDefaultRESTMapper(nil)
	for _, kind := range []string{"Incident", "Alert", "Comment", "Activity"} {
		mapper.Add(v1alpha1.GroupVersion.WithKind(kind), meta.RESTScopeNamespace)
	}
	mapper.Add(authenticationv1.SchemeGroupVersion.WithKind("SelfSubjectReview"), meta.RESTScopeRoot)
	return client.NewWithWatch(config, client.Options{Scheme: scheme, Mapper: mapper})
}

// whoAmI is the name by which the cluster's authentication knows the user: what an assignee is compared with.
func whoAmI(ctx context.Context, c client.Client) (string, error) {
	review := &authenticationv1.SelfSubjectReview{}
	if err := c.Create(ctx, review); err != nil {
		return "", fmt.Errorf("asking the cluster who you are: %w", err)
	}
	if review.Status.UserInfo.Username == "" {
		return "", errors.New("the cluster does not say who you are: name the assignee")
	}
	return review.Status.UserInfo.Username, nil
}

// eachPage lists objects page by page.
func eachPage[L client.ObjectList](
	ctx context.Context, c client.Client, list L, chunk int64, see func(L) error, options ...client.ListOption,
) error {
	next := ""
	for {
		err := c.List(ctx, list, append([]client.ListOption{client.Limit(chunk), client.Continue(next)}, options...)...)
		if err != nil {
			return err
		}
		if err := see(list); err != nil {
			return err
		}
		if next = list.GetContinue(); next == "" {
			return nil
		}
		if err := meta.SetList(list, nil); err != nil {
			return err
		}
		list.SetContinue("")
		list.SetRemainingItemCount(nil)
	}
}

// alertsOf returns the alerts that are linked to an incident.
func alertsOf(ctx context.Context, c client.Client, incident *v1alpha1.Incident) ([]v1alpha1.Alert, error) {
	var alerts []v1alpha1.Alert
	err := eachPage(ctx, c, &v1alpha1.AlertList{}, defaultChunk, func(page *v1alpha1.AlertList) error {
		alerts = append(alerts, page.Items...)
		return nil
	}, client.InNamespace(incident.Namespace), client.MatchingFields{"spec.incidentRef.name": incident.Name})
	if err != nil {
		return nil, fmt.Errorf("listing the alerts of the incident %s: %w", incident.Name, err)
	}
	return alerts, nil
}

// mergedInto returns the incident that an incident was merged into, directly or through others: there its alerts go. It
// returns nil where the incident is nil or was not merged, or where the other one is gone.
func mergedInto(ctx context.Context, c client.Client, incident *v1alpha1.Incident) (*v1alpha1.Incident, error) {
	var into *v1alpha1.Incident
	for next := incident; next != nil && next.Status.MergedInto.UID != ""; next = into {
		target, err := getIncident(ctx, c, client.ObjectKey{Namespace: next.Namespace, Name: next.Status.MergedInto.Name})
		if err != nil {
			return nil, fmt.Errorf("reading what %s was merged into: %w", next.Name, err)
		}
		if target == nil || string(target.UID) != next.Status.MergedInto.UID {
			break
		}
		into = target
	}
	return into, nil
}

func keyOf(object metav1.Object) string { return object.GetNamespace() + "/" + object.GetName() }
