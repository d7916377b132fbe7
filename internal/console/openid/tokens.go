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

package openid

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"k8s.io/utils/clock"
)

const (
	// renewal is how long before its end a token is renewed.
	renewal = time.Minute
	// retry is after what time an issuer that did not answer is asked again, while the token is still good.
	retry = 10 * time.Second
	// issuerTimeout is how long one question to the issuer may take.
	issuerTimeout = 10 * time.Second
)

// errOver says that the token has ended and the issuer gives no other: the person must sign in again.
var errOver = errors.New("your sign-in has ended: sign in again")

// tokens are those of one session, one after another. It is an oauth2.TokenSource.
type tokens struct {
	issuer *issuer
	clock  clock.PassiveClock
	// over is called once, when there will be no further token.
	over func()

	mutex   sync.Mutex
	current grant
	// tried is when the issuer was asked last, and failure why it gave nothing.
	tried   time.Time
	failure error
	ended   bool
}

// Token returns the token to show to the API server, and renews it first if it ends soon. The error is errOver if only the
// person can help.
func (t *tokens) Token() (*oauth2.Token, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.ended {
		return nil, errOver
	}
	now := t.clock.Now()
	if good := t.current.isGood(now); !good || t.current.refresh != "" && t.current.endsSoon(now) {
		if now.Sub(t.tried) >= retry {
			t.tried = now
			t.failure = t.renew()
		}
		if t.failure != nil && (!good || t.ended) {
			return nil, t.failure
		}
	}
	return &oauth2.Token{AccessToken: t.current.token, TokenType: "Bearer"}, nil
}

// renew must be called with the mutex held.
func (t *tokens) renew() error {
	ctx, cancel := context.WithTimeout(context.Background(), issuerTimeout) // It serves all requests that wait for it.
	defer cancel()
	fresh, err := t.issuer.renew(ctx, t.current)
	var refused *refusal
	switch {
	case err == nil:
		t.current, t.tried = fresh, time.Time{}
		return nil
	case errors.As(err, &refused):
		t.current, t.ended = grant{}, true
		t.over()
		return errOver
	default:
		return err
	}
}
