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

package actions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	authenticationv1 "k8s.io/api/authentication/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// WhoAmI returns the name of the user, as the cluster has it.
func WhoAmI(ctx context.Context, c client.Writer) (string, error) {
	names, err := whoIAm(ctx, c)
	if err != nil {
		return "", err
	}
	return names[0], nil
}

// whoIAm returns the name of the user and the groups that it is in, those of Kubernetes itself aside: each may own something.
func whoIAm(ctx context.Context, c client.Writer) ([]string, error) {
	review := &authenticationv1.SelfSubjectReview{}
	if err := c.Create(ctx, review); err != nil {
		return nil, fmt.Errorf("asking the cluster who you are: %w", err)
	}
	info := review.Status.UserInfo
	if info.Username == "" {
		return nil, errors.New("the cluster does not say who you are: name the assignee")
	}
	names := []string{info.Username}
	for _, group := range info.Groups {
		if !strings.HasPrefix(group, "system:") {
			names = append(names, group)
		}
	}
	return names, nil
}

// GetAlerts reads alerts by their names, each once and sorted by name.
func GetAlerts(ctx context.Context, c client.Reader, namespace string, names []string) ([]v1alpha1.Alert, error) {
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	alerts := make([]v1alpha1.Alert, len(names))
	for i, name := range names {
		if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, &alerts[i]); err != nil {
			return nil, err
		}
	}
	return alerts, nil
}

// FindIncident returns nil where the incident does not exist.
func FindIncident(ctx context.Context, c client.Reader, key client.ObjectKey) (*v1alpha1.Incident, error) {
	incident := &v1alpha1.Incident{}
	if err := c.Get(ctx, key, incident); err != nil {
		return nil, client.IgnoreNotFound(err)
	}
	return incident, nil
}

// mergedInto returns the incident that an incident was merged into, directly or through others: there its alerts go. It
// returns nil where the incident is nil or was not merged, or where the other one is gone.
func mergedInto(ctx context.Context, c client.Reader, incident *v1alpha1.Incident) (*v1alpha1.Incident, error) {
	var into *v1alpha1.Incident
	for next := incident; next != nil && next.Status.MergedInto.UID != ""; next = into {
		target, err := FindIncident(ctx, c, client.ObjectKey{Namespace: next.Namespace, Name: next.Status.MergedInto.Name})
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
