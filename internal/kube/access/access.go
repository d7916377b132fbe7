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

// Package access asks Kubernetes who somebody is and what he may, for servers of this project, and gives them certificates.
package access

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/singleflight"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/apimachinery/pkg/util/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// knownLifetime is how long an answer of the API server is believed: a token that is revoked, and a right that is taken
	// away, end no later. unknownLifetime is that for tokens and senders that were refused.
	knownLifetime   = 30 * time.Second
	unknownLifetime = 10 * time.Second
	// maxKnown bounds how many answers are remembered, of tokens and of rights.
	maxKnown = 4_096
	// maxReviews bounds how many questions are with the API server at the same time, so that guessed tokens cannot flood it.
	maxReviews = 16
	// reviewTimeout bounds each of them.
	reviewTimeout = 3 * time.Second
	// maxToken is longer than any token that Kubernetes issues.
	maxToken = 16 << 10
)

// Reviewer asks the API server, and remembers its answers for a short time.
type Reviewer struct {
	client client.Writer
	// audience is what tokens must have been issued for; empty for the API server itself.
	audience string
	tokens   *cache.LRUExpireCache
	rights   *cache.LRUExpireCache
	flights  singleflight.Group
	reviews  chan struct{}
}

// NewReviewer asks by a client that may create TokenReviews and SubjectAccessReviews.
func NewReviewer(c client.Writer, audience string) *Reviewer {
	return &Reviewer{
		client: c, audience: audience,
		tokens: cache.NewLRUExpireCache(maxKnown), rights: cache.NewLRUExpireCache(maxKnown),
		reviews: make(chan struct{}, maxReviews),
	}
}

// BearerToken is the bearer token that a request shows, empty if there is none.
func BearerToken(request *http.Request) string {
	scheme, credentials, ok := strings.Cut(request.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(credentials)
}

// Identify says who shows a token; nil is for nobody. An error means that it cannot be told now.
func (r *Reviewer) Identify(ctx context.Context, token string) (*authenticationv1.UserInfo, error) {
	if token == "" || len(token) > maxToken {
		return nil, nil
	}
	// The token itself is kept nowhere.
	sum := sha256.Sum256([]byte(token))
	return remembered(ctx, r, r.tokens, "token "+hex.EncodeToString(sum[:]), func(ctx context.Context) (*authenticationv1.UserInfo, error) {
		review := &authenticationv1.TokenReview{Spec: authenticationv1.TokenReviewSpec{Token: token}}
		if r.audience != "" {
			review.Spec.Audiences = []string{r.audience}
		}
		if err := r.client.Create(ctx, review); err != nil {
			return nil, fmt.Errorf("asking the API server whose token it is: %w", err)
		}
		// Without audiences in its answer the token is good for the API server, and so for no other.
		if !review.Status.Authenticated || r.audience != "" && !slices.Contains(review.Status.Audiences, r.audience) {
			return nil, nil
		}
		return &review.Status.User, nil
	})
}

// Right is what somebody may do to a resource, or to a path of a server: one of the two.
type Right struct {
	Resource *authorizationv1.ResourceAttributes
	Path     *authorizationv1.NonResourceAttributes
}

// May says whether a user has a right. An error means that it cannot be told now.
func (r *Reviewer) May(ctx context.Context, user *authenticationv1.UserInfo, right Right) (bool, error) {
	spec := authorizationv1.SubjectAccessReviewSpec{
		User: user.Username, UID: user.UID, Groups: user.Groups, Extra: map[string]authorizationv1.ExtraValue{},
		ResourceAttributes: right.Resource, NonResourceAttributes: right.Path,
	}
	for key, values := range user.Extra {
		spec.Extra[key] = authorizationv1.ExtraValue(values)
	}
	asked, err := json.Marshal(spec)
	if err != nil {
		return false, fmt.Errorf("encoding the question for rights: %w", err)
	}
	sum := sha256.Sum256(asked)
	allowed, err := remembered(ctx, r, r.rights, "right "+hex.EncodeToString(sum[:]), func(ctx context.Context) (*bool, error) {
		review := &authorizationv1.SubjectAccessReview{Spec: spec}
		if err := r.client.Create(ctx, review); err != nil {
			return nil, fmt.Errorf("asking the API server what he may: %w", err)
		}
		if !review.Status.Allowed {
			return nil, nil
		}
		return &review.Status.Allowed, nil
	})
	return allowed != nil, err
}

// remembered asks a question once for all who ask it at the same time, and remembers the answer; nil is for no.
func remembered[T any](ctx context.Context, r *Reviewer, known *cache.LRUExpireCache, key string, ask func(context.Context) (*T, error)) (*T, error) {
	if answer, ok := known.Get(key); ok {
		return answer.(*T), nil
	}
	answer, err, _ := r.flights.Do(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), reviewTimeout)
		defer cancel()
		select {
		case r.reviews <- struct{}{}:
			defer func() { <-r.reviews }()
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting to ask the API server: %w", ctx.Err())
		}
		answer, err := ask(ctx)
		if err != nil {
			return nil, err
		}
		lifetime := unknownLifetime
		if answer != nil {
			lifetime = knownLifetime
		}
		known.Add(key, answer, lifetime)
		return answer, nil
	})
	if err != nil {
		return nil, err
	}
	return answer.(*T), nil
}
