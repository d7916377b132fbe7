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

package receiver

import (
	"context"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect/delivery"
)

const (
	// configurationRetry is when to try again what the configuration does not let in.
	configurationRetry = time.Minute
	// burstSeconds is how many seconds of its rate a source may send at once unless it says otherwise.
	burstSeconds = 10
)

// Reader reads what comes by a source.
type Reader interface {
	Read(header map[string][]string, body []byte, received time.Time) delivery.Delivery
}

// prepared is an AlertSource in one version of its spec.
type prepared struct {
	uid        types.UID
	generation int64
	source     Reader
	problem    error
	// limiter is nil without spec.rateLimit.
	limiter *rate.Limiter
}

// Registry knows the sources that are posted to, made ready to read with.
type Registry struct {
	// Reader reads AlertSources.
	Reader client.Reader
	// Prepare makes one ready, as delivery.NewSource does.
	Prepare func(*v1alpha1.AlertSource) (Reader, error)

	mutex sync.Mutex
	known map[client.ObjectKey]*prepared
}

// find returns a source that takes something now.
func (r *Registry) find(ctx context.Context, key client.ObjectKey) (*prepared, *failure) {
	source := &v1alpha1.AlertSource{}
	err := r.Reader.Get(ctx, key, source)
	if apierrors.IsNotFound(err) || err == nil && source.DeletionTimestamp != nil {
		r.forget(key)
		return nil, refuse(http.StatusNotFound, "there is no such AlertSource")
	}
	if err != nil {
		return nil, later(time.Second, "the AlertSource cannot be read now")
	}
	if source.Spec.Suspend {
		return nil, later(configurationRetry, "the AlertSource is suspended")
	}
	p := r.prepare(key, source)
	if p.problem != nil {
		return nil, later(configurationRetry, "the AlertSource cannot be followed: see its condition Accepted")
	}
	return p, nil
}

func (r *Registry) prepare(key client.ObjectKey, source *v1alpha1.AlertSource) *prepared {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if known, ok := r.known[key]; ok && known.uid == source.UID && known.generation == source.Generation {
		return known
	}
	p := &prepared{uid: source.UID, generation: source.Generation, limiter: limiterOf(source.Spec.RateLimit)}
	p.source, p.problem = r.Prepare(source)
	if r.known == nil {
		r.known = map[client.ObjectKey]*prepared{}
	}
	r.known[key] = p
	return p
}

func (r *Registry) forget(key client.ObjectKey) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	delete(r.known, key)
}

func limiterOf(limit v1alpha1.AlertRate) *rate.Limiter {
	if limit.PerSecond == 0 {
		return nil
	}
	burst := limit.Burst
	if burst == 0 {
		burst = limit.PerSecond * burstSeconds
	}
	return rate.NewLimiter(rate.Limit(limit.PerSecond), int(burst))
}

// admits says whether the source may send anything now. How much it was is known only once it was read: see spend.
func (p *prepared) admits(now time.Time) bool {
	return p.limiter == nil || p.limiter.TokensAt(now) >= 1
}

// spend counts alerts against the rate. What exceeds it delays the next post.
func (p *prepared) spend(now time.Time, alerts int) {
	if p.limiter != nil {
		p.limiter.ReserveN(now, min(alerts, p.limiter.Burst()))
	}
}
