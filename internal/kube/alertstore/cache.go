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

package alertstore

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/types"
	expiring "k8s.io/apimachinery/pkg/util/cache"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// firstGeneration is the index of alerts by the name of their first generation.
const firstGeneration = "ingest.firstGeneration"

// Slim keeps of an alert in a cache what intake decides by, and what correlation compares. It is safe to drop the rest
// because alerts are only ever patched by what changed of them. It is a transformation of a cache.
func Slim(in any) (any, error) {
	if alert, ok := in.(*v1alpha1.Alert); ok {
		alert.ManagedFields = nil
		alert.OwnerReferences = nil
		alert.Spec.Description, alert.Spec.URL = "", ""
	}
	return in, nil
}

// AddIndexes adds what Cached finds alerts by.
func AddIndexes(ctx context.Context, indexer client.FieldIndexer) error {
	return indexer.IndexField(ctx, &v1alpha1.Alert{}, firstGeneration, indexFirst)
}

func indexFirst(object client.Object) []string {
	first, _ := generationOf(object.GetName())
	return []string{first}
}

const (
	// recentLifetime is longer than a cache that works lags behind.
	recentLifetime = 10 * time.Second
	recentNumber   = 16_384
)

// Cached finds alerts in a cache with AddIndexes, and knows what was written or read since.
type Cached struct {
	reader client.Reader
	recent *expiring.LRUExpireCache // the latest alert by the key of the first generation
	gone   *expiring.LRUExpireCache // the UIDs of alerts that the API server does not have any more
}

// NewCached returns a finder over a cache.
func NewCached(reader client.Reader) *Cached {
	return &Cached{
		reader: reader, recent: expiring.NewLRUExpireCache(recentNumber), gone: expiring.NewLRUExpireCache(recentNumber),
	}
}

// Latest is Finder's.
func (c *Cached) Latest(ctx context.Context, first client.ObjectKey) (*v1alpha1.Alert, error) {
	var alerts v1alpha1.AlertList
	err := c.reader.List(ctx, &alerts, client.InNamespace(first.Namespace),
		client.MatchingFields{firstGeneration: first.Name}, client.UnsafeDisableDeepCopy)
	if err != nil {
		return nil, fmt.Errorf("finding the alert %s: %w", first.Name, err)
	}
	var latest *v1alpha1.Alert
	for i := range alerts.Items {
		latest = c.later(latest, &alerts.Items[i])
	}
	if recent, ok := c.recent.Get(first); ok {
		latest = c.later(latest, recent.(*v1alpha1.Alert))
	}
	return latest, nil
}

// later is the alert of the later generation, or the newer version of one.
func (c *Cached) later(known, other *v1alpha1.Alert) *v1alpha1.Alert {
	if _, gone := c.gone.Get(other.UID); gone {
		return known
	}
	if known == nil {
		return other
	}
	_, a := generationOf(known.Name)
	_, b := generationOf(other.Name)
	order, err := resourceversion.CompareResourceVersion(known.ResourceVersion, other.ResourceVersion)
	if b > a || b == a && err == nil && order < 0 {
		return other
	}
	return known
}

// learned remembers an alert as the API server has it.
func (c *Cached) learned(alert *v1alpha1.Alert) {
	_, _ = Slim(alert) // It never fails.
	first, _ := generationOf(alert.Name)
	c.recent.Add(client.ObjectKey{Namespace: alert.Namespace, Name: first}, alert, recentLifetime)
}

// forget remembers that an alert is gone.
func (c *Cached) forget(uid types.UID) { c.gone.Add(uid, true, recentLifetime) }
