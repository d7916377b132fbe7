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

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Audience is what the token of a sender must have been issued for.
const Audience = "incident-operator-receiver"

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

// Identifier asks the API server who a sender is and where he may post.
type Identifier struct {
	client  client.Writer
	tokens  *cache.LRUExpireCache
	rights  *cache.LRUExpireCache
	flights singleflight.Group
	reviews chan struct{}
}

// NewIdentifier asks by a client that may create TokenReviews and SubjectAccessReviews.
func NewIdentifier(c client.Writer) *Identifier {
	return &Identifier{
		client: c, tokens: cache.NewLRUExpireCache(maxKnown), rights: cache.NewLRUExpireCache(maxKnown),
		reviews: make(chan struct{}, maxReviews),
	}
}

// token is what a request shows: a bearer token, or the password of basic authentication, which is all that some senders
// can send. It is empty if there is none.
func token(request *http.Request) string {
	found := ""
	if scheme, credentials, ok := strings.Cut(request.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		found = strings.TrimSpace(credentials)
	} else if _, password, ok := request.BasicAuth(); ok {
		found = password
	}
	if len(found) > maxToken {
		return ""
	}
	return found
}

// Identify says who shows a token; nil is for nobody. An error means that it cannot be told now.
func (i *Identifier) Identify(ctx context.Context, token string) (*authenticationv1.UserInfo, error) {
	if token == "" {
		return nil, nil
	}
	// The token itself is kept nowhere.
	sum := sha256.Sum256([]byte(token))
	return remembered(ctx, i, i.tokens, hex.EncodeToString(sum[:]), func(ctx context.Context) (*authenticationv1.UserInfo, error) {
		review := &authenticationv1.TokenReview{Spec: authenticationv1.TokenReviewSpec{Token: token, Audiences: []string{Audience}}}
		if err := i.client.Create(ctx, review); err != nil {
			return nil, fmt.Errorf("asking the API server whose token it is: %w", err)
		}
		// Without audiences in its answer the token is good for the API server, and so not for this one.
		if !review.Status.Authenticated || !slices.Contains(review.Status.Audiences, Audience) {
			return nil, nil
		}
		return &review.Status.User, nil
	})
}

// MayPost says whether a user may post to a source: create alertsources/alerts of its name.
func (i *Identifier) MayPost(ctx context.Context, user *authenticationv1.UserInfo, source client.ObjectKey) (bool, error) {
	spec := authorizationv1.SubjectAccessReviewSpec{
		User: user.Username, UID: user.UID, Groups: user.Groups, Extra: map[string]authorizationv1.ExtraValue{},
		ResourceAttributes: &authorizationv1.ResourceAttributes{
			Group: v1alpha1.GroupVersion.Group, Version: v1alpha1.GroupVersion.Version, Resource: "alertsources", Subresource: "alerts",
			Namespace: source.Namespace, Name: source.Name, Verb: "create",
		},
	}
	for key, values := range user.Extra {
		spec.Extra[key] = authorizationv1.ExtraValue(values)
	}
	asked, err := json.Marshal(spec)
	if err != nil {
		return false, fmt.Errorf("encoding the question for rights: %w", err)
	}
	sum := sha256.Sum256(asked)
	allowed, err := remembered(ctx, i, i.rights, hex.EncodeToString(sum[:]), func(ctx context.Context) (*bool, error) {
		review := &authorizationv1.SubjectAccessReview{Spec: spec}
		if err := i.client.Create(ctx, review); err != nil {
			return nil, fmt.Errorf("asking the API server what the sender may: %w", err)
		}
		if !review.Status.Allowed {
			return nil, nil
		}
		return &review.Status.Allowed, nil
	})
	return allowed != nil, err
}

// remembered asks a question once for all who ask it at the same time, and remembers the answer; nil is for no.
func remembered[T any](ctx context.Context, i *Identifier, known *cache.LRUExpireCache, key string, ask func(context.Context) (*T, error)) (*T, error) {
	if answer, ok := known.Get(key); ok {
		return answer.(*T), nil
	}
	answer, err, _ := i.flights.Do(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), reviewTimeout)
		defer cancel()
		select {
		case i.reviews <- struct{}{}:
			defer func() { <-i.reviews }()
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
