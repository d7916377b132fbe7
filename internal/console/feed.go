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
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/kube"
)

const (
	// maxIncidents bounds what is kept in memory.
	maxIncidents = 200_000
	// reachLife is for how long it is not asked again where the person may list incidents, and troubledLife for how long
	// while something cannot be read.
	reachLife    = 5 * time.Minute
	troubledLife = 10 * time.Second
)

// feed keeps the incidents that a person may see, as they change. What filters ask of one is computed when it changes, not
// with each request.
type feed struct {
	cluster Cluster
	// finding is held while it is asked what the person may list: once is enough for all who want to know.
	finding sync.Mutex
	// again has run look whether there is something else to read.
	again chan struct{}

	mutex sync.RWMutex
	// reach is where the person may list incidents; nil until that is known. It is not changed, but replaced.
	reach *reach
	// wanted counts how often reach had to be found anew, and have is that of the one that is there.
	wanted, have int
	// named are the namespaces that addresses named.
	named []string
	// lists are what is read, by namespaces, and err is why that cannot be found out.
	lists     map[string]*list
	err       error
	incidents map[string]*query.Prepared
	version   int64
	watchers  map[*watcher]bool
}

func newFeed(cluster Cluster) *feed {
	return &feed{
		cluster: cluster, again: make(chan struct{}, 1), wanted: 1, lists: map[string]*list{}, incidents: map[string]*query.Prepared{}, watchers: map[*watcher]bool{},
	}
}

// reaches returns where the person may list incidents. It asks if that is not known.
func (f *feed) reaches(ctx context.Context) (*reach, error) {
	if known, _, _ := f.known(); known != nil {
		return known, nil
	}
	f.finding.Lock()
	defer f.finding.Unlock()
	known, named, wanted := f.known()
	if known != nil {
		return known, nil
	}
	found, err := findReach(ctx, f.cluster.Client, f.cluster.Namespace, named)
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if err != nil {
		return nil, err
	}
	f.reach, f.have = found, wanted
	return found, nil
}

// known is what is known of the reach; nil if that must be found, for what is named and wanted.
func (f *feed) known() (found *reach, named []string, wanted int) {
	f.mutex.RLock()
	defer f.mutex.RUnlock()
	if f.have == f.wanted {
		found = f.reach
	}
	return found, f.named, f.wanted
}

// include adds a namespace that an address names to what is read. It is an error if the person may not list incidents there.
func (f *feed) include(ctx context.Context, namespace string) error {
	if problems := validation.IsDNS1123Label(namespace); len(problems) > 0 {
		return badRequest("namespace must be the name of one, is %q", namespace)
	}
	found, err := f.reaches(ctx)
	if err != nil || found.Everywhere || slices.Contains(found.Namespaces, namespace) {
		return err
	}
	allowed, err := may(ctx, f.cluster.Client, namespace, "list", "incidents")
	if err != nil {
		return err
	}
	if !allowed {
		return apierrors.NewForbidden(v1alpha1.GroupVersion.WithResource("incidents").GroupResource(), "", fmt.Errorf("you may not list them in the namespace %q", namespace))
	}
	if len(found.Namespaces) >= maxNamespaces {
		return badRequest("%d namespaces are shown already, and no more can be: sign in anew to begin with fewer", maxNamespaces)
	}
	f.mutex.Lock()
	f.named = append(slices.Clone(f.named), namespace)
	f.wanted++
	f.mutex.Unlock()
	_, err = f.reaches(ctx)
	f.look()
	return err
}

// look has run look again. It does not wait.
func (f *feed) look() {
	select {
	case f.again <- struct{}{}:
	default:
	}
}

// run reads until the context ends.
func (f *feed) run(ctx context.Context) {
	for ctx.Err() == nil {
		found, err := f.reaches(ctx)
		if ctx.Err() != nil {
			return
		}
		f.follow(ctx, found, err)
		f.rest(ctx)
	}
}

// follow begins to read what is to be read, and ends what is not any more.
func (f *feed) follow(ctx context.Context, found *reach, err error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.err = err; err != nil {
		f.tell("")
		return
	}
	for namespace, one := range f.lists {
		if !slices.Contains(found.lists(), namespace) {
			one.stop()
			delete(f.lists, namespace)
			f.forget(one)
		}
	}
	for _, namespace := range found.lists() {
		if f.lists[namespace] == nil {
			reading, stop := context.WithCancel(ctx)
			one := &list{feed: f, namespace: namespace, stop: stop}
			f.lists[namespace] = one
			go one.run(reading)
		}
	}
	f.tell("")
}

// rest waits until there may be something else to read.
func (f *feed) rest(ctx context.Context) {
	var over <-chan time.Time
	if life := f.life(); life > 0 {
		timer := time.NewTimer(life)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-ctx.Done():
	case <-f.again:
	case <-over:
		f.mutex.Lock()
		defer f.mutex.Unlock()
		f.wanted++
	}
}

// life is for how long what is known of the reach may stand; 0 for as long as nothing happens.
func (f *feed) life() time.Duration {
	f.mutex.RLock()
	defer f.mutex.RUnlock()
	_, err := f.standing()
	switch {
	case f.err != nil:
		return kube.RestartPause
	case err != nil:
		return troubledLife
	case f.reach.Everywhere: // Its watch ends with the right.
		return 0
	default:
		return reachLife
	}
}
