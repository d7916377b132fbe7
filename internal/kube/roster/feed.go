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

package roster

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Feed keeps a roster as the cache of alerts is.
type Feed struct {
	roster  *Roster
	store   toolscache.Store
	handler toolscache.ResourceEventHandlerRegistration
}

// NewFeed begins to feed a roster from the cache.
func NewFeed(ctx context.Context, roster *Roster, informers cache.Informers) (*Feed, error) {
	informer, err := informers.GetInformer(ctx, &v1alpha1.Alert{})
	if err != nil {
		return nil, fmt.Errorf("asking for the informer of alerts: %w", err)
	}
	stored, ok := informer.(interface{ GetIndexer() toolscache.Indexer })
	if !ok {
		return nil, fmt.Errorf("the informer %T of alerts does not show its store", informer)
	}
	handler, err := informer.AddEventHandler(toolscache.ResourceEventHandlerDetailedFuncs{
		AddFunc: func(object any, initial bool) {
			if alert, ok := object.(*v1alpha1.Alert); ok {
				roster.Put(alert, initial)
			}
		},
		UpdateFunc: func(_, object any) {
			if alert, ok := object.(*v1alpha1.Alert); ok {
				roster.Put(alert, false)
			}
		},
		DeleteFunc: func(object any) {
			if gone, ok := object.(toolscache.DeletedFinalStateUnknown); ok {
				object = gone.Obj
			}
			if alert, ok := object.(*v1alpha1.Alert); ok {
				roster.Delete(client.ObjectKeyFromObject(alert), alert.ResourceVersion)
			}
		},
	})
	if err != nil {
		return nil, fmt.Errorf("watching the cache of alerts: %w", err)
	}
	return &Feed{roster: roster, store: stored.GetIndexer(), handler: handler}, nil
}

// catchUpInterval is the time between two looks whether the roster is as the cache is.
const catchUpInterval = 10 * time.Millisecond

// NeedLeaderElection is false: every replica keeps a roster.
func (f *Feed) NeedLeaderElection() bool { return false }

// Start declares the roster complete once it has all that the cache had when it was filled, and ends with the context.
func (f *Feed) Start(ctx context.Context) error {
	err := wait.PollUntilContextCancel(ctx, catchUpInterval, true, func(context.Context) (bool, error) {
		return f.handler.HasSynced() && f.caughtUp(), nil
	})
	if err == nil {
		close(f.roster.ready)
	}
	<-ctx.Done()
	return nil
}

// caughtUp compares the roster with the store behind it. If they agree, nothing is missing up to the resourceVersion that
// the store had before, which may be higher than that of any alert.
func (f *Feed) caughtUp() bool {
	upTo := f.store.LastStoreSyncResourceVersion()
	stored := f.store.List()
	f.roster.mutex.Lock()
	defer f.roster.mutex.Unlock()
	if len(stored) != len(f.roster.alerts) {
		return false
	}
	for _, object := range stored {
		alert, ok := object.(*v1alpha1.Alert)
		if !ok {
			return false
		}
		known := f.roster.alerts[client.ObjectKeyFromObject(alert)]
		if known == nil || known.object.ResourceVersion != alert.ResourceVersion {
			return false
		}
	}
	f.roster.upTo = upTo
	return true
}
