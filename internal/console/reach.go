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
	"context"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// maxReviewed is in how many namespaces it is asked whether the person may list incidents, reviewers at a time.
	maxReviewed = 200
	reviewers   = 8
	// maxNamespaces is how many namespaces are read one by one: each costs a watch.
	maxNamespaces = 50
)

// reach is where a person may list incidents, and how that was found out.
type reach struct {
	// Everywhere says that all namespaces are read as one.
	Everywhere bool `json:"everywhere"`
	// Namespaces are read one by one otherwise, in their order.
	Namespaces []string `json:"namespaces"`
	// Listed says that the person may list namespaces, so that each was asked for. Else these are those that somebody named.
	Listed bool `json:"listed"`
	// More is how many namespaces there are that were not asked for, or are not read for their number.
	More int `json:"more,omitempty"`
}

// lists are the namespaces of the lists that have to be read; the empty one is for all.
func (r *reach) lists() []string {
	if r.Everywhere {
		return []string{""}
	}
	return r.Namespaces
}

// only is the one namespace that is read; empty if there are several.
func (r *reach) only() string {
	if r.Everywhere || len(r.Namespaces) != 1 {
		return ""
	}
	return r.Namespaces[0]
}

var namespaceList = schema.GroupVersionKind{Version: "v1", Kind: "NamespaceList"}

// usual is the namespace to speak of if none is named: the one of the cluster, if the person may see it.
func (r *reach) usual(ofCluster string) string {
	if r.Everywhere || len(r.Namespaces) == 0 || slices.Contains(r.Namespaces, ofCluster) {
		return ofCluster
	}
	return r.Namespaces[0]
}

// findReach finds where a person may list incidents: everywhere; else in which of the usual namespace, those that are named,
// and those that the person may list.
func findReach(ctx context.Context, c client.Client, usual string, named []string) (*reach, error) {
	everywhere, err := may(ctx, c, "", "list", "incidents")
	if err != nil {
		return nil, err
	}
	if everywhere {
		return &reach{Everywhere: true, Namespaces: []string{}}, nil
	}
	found, asked := &reach{}, append([]string{usual}, named...)
	all := &metav1.PartialObjectMetadataList{}
	all.SetGroupVersionKind(namespaceList)
	switch err := c.List(ctx, all, client.Limit(maxReviewed)); {
	case err == nil:
		found.Listed, found.More = true, remaining(all)
	case !apierrors.IsForbidden(err):
		return nil, fmt.Errorf("listing namespaces: %w", err)
	}
	for i := range all.Items {
		asked = append(asked, all.Items[i].Name)
	}
	if found.Namespaces, err = allowedIn(ctx, c, sortedSet(asked)); err != nil {
		return nil, err
	}
	found.keepFew(usual, named)
	return found, nil
}

// remaining is how many objects a list leaves out. Not every API server counts them.
func remaining(list client.ObjectList) int {
	if number := list.GetRemainingItemCount(); number != nil {
		return int(*number)
	}
	return min(1, len(list.GetContinue()))
}

// keepFew leaves out namespaces of which there are too many, but for the usual one and those that are named. Without any there
// is the usual one, so that there is something to tell why not.
func (r *reach) keepFew(usual string, named []string) {
	if len(r.Namespaces) == 0 {
		r.Namespaces = []string{usual}
	}
	for i := len(r.Namespaces) - 1; i >= 0 && len(r.Namespaces) > maxNamespaces; i-- {
		if name := r.Namespaces[i]; name != usual && !slices.Contains(named, name) {
			r.Namespaces = slices.Delete(r.Namespaces, i, i+1)
			r.More++
		}
	}
}

// allowedIn are those of the namespaces in which the person may list incidents.
func allowedIn(ctx context.Context, c client.Client, namespaces []string) ([]string, error) {
	var mutex sync.Mutex
	allowed := []string{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(reviewers)
	for _, namespace := range namespaces {
		group.Go(func() error {
			yes, err := may(ctx, c, namespace, "list", "incidents")
			if err != nil || !yes {
				return err
			}
			mutex.Lock()
			defer mutex.Unlock()
			allowed = append(allowed, namespace)
			return nil
		})
	}
	err := group.Wait()
	slices.Sort(allowed)
	return allowed, err
}

func sortedSet(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
