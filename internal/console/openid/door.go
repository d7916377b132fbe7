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

// Package openid is the door of the console that runs in the cluster. People sign in with an issuer of OpenID Connect, by
// the code flow with PKCE. Each session acts with the token of its own person, which never leaves this process but for the
// API server; the browser holds a cookie that means nothing elsewhere.
package openid

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/go-logr/logr"
	"golang.org/x/oauth2"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/console"
)

// sweeping is how often sessions that ended by themselves are let go.
const sweeping = time.Minute

// Options say who lets people in, and to what.
type Options struct {
	// PublicURL is the address of the console: https, a host, no path.
	PublicURL *url.URL
	Issuer    Issuer
	// Cluster is what people work on. Its client is not used: each session gets one of its own.
	Cluster console.Cluster
	// Connect returns a client whose requests bear the token of the source, and nothing else that tells who asks.
	Connect func(oauth2.TokenSource) (client.WithWatch, error)
	Clock   clock.PassiveClock
	Log     logr.Logger
}

// Door lets people in by OpenID Connect. It implements console.Door.
type Door struct {
	Options
	// living ends all sessions.
	living   context.Context
	issuer   *issuer
	sealer   sealer
	sessions *sessions
	entering chan struct{}
}

// New returns a door through which nobody came yet. Its sessions end with the context.
func New(ctx context.Context, options Options) (*Door, error) {
	sealer, err := newSealer()
	if err != nil {
		return nil, err
	}
	options.Cluster.Room = console.NewRoom(console.MaxAlerts) // One for all people: else each could fill the memory.
	d := &Door{
		Options: options, living: ctx, sealer: sealer, sessions: newSessions(options.Clock), entering: make(chan struct{}, maxEntering),
		issuer: &issuer{Issuer: options.Issuer, home: options.PublicURL, clock: options.Clock},
	}
	go d.sweep(ctx)
	return d, nil
}

// sweep lets go of what sessions keep that ended by themselves.
func (d *Door) sweep(ctx context.Context) {
	ticker := time.NewTicker(sweeping)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			d.sessions.sweep()
		}
	}
}

// Discover asks the issuer for its addresses and keys, unless they are known. Without them nobody can sign in.
func (d *Door) Discover(ctx context.Context) error {
	_, err := d.issuer.discover(ctx)
	return err
}

// Routes implements console.Door.
func (d *Door) Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+loginPath, d.signIn)
	mux.HandleFunc("GET "+callbackPath, d.callback)
	mux.HandleFunc("DELETE /session", d.signOut)
}

// Admit implements console.Door.
func (d *Door) Admit(r *http.Request) *console.Session {
	found := d.sessions.admit(sessionOf(r))
	if found == nil {
		return nil
	}
	// Here, so that a person whose token the issuer does not renew is asked to sign in, and not shown an error.
	if _, err := found.identity.Token(); errors.Is(err, errOver) {
		d.sessions.drop(sessionOf(r))
		return nil
	}
	return found.session
}

func (d *Door) knows(r *http.Request) bool { return d.sessions.knows(sessionOf(r)) }

// open begins the session of the person whose token was granted, and returns its cookie. The API server is asked who that
// is: a token that it does not take begins none. A session that the same browser had ends.
func (d *Door) open(ctx context.Context, granted grant, former string) (cookie string, err error) {
	cookie = secret()
	identity := &tokens{issuer: d.issuer, clock: d.Clock, current: granted, over: func() { d.sessions.drop(cookie) }}
	c, err := d.Connect(identity)
	if err != nil {
		return "", fmt.Errorf("connecting to the cluster: %w", err)
	}
	user, err := actions.WhoAmI(ctx, c)
	if err != nil {
		return "", err
	}
	d.sessions.drop(former)
	living, end := context.WithCancel(d.living)
	cluster := d.Cluster
	cluster.Client = c
	if err := d.sessions.add(cookie, &entry{session: console.NewSession(living, cluster, d.knows), identity: identity, user: user, end: end}); err != nil {
		end()
		return "", err
	}
	d.Log.Info("Signed in", "user", user)
	return cookie, nil
}

// signOut ends the session, and says where the issuer ends its own.
func (d *Door) signOut(w http.ResponseWriter, r *http.Request) {
	if ended := d.sessions.drop(sessionOf(r)); ended != nil {
		d.Log.Info("Signed out", "user", ended.user)
	}
	forget(w, sessionCookie)
	to := d.issuer.leaving()
	if to == "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"to": to}) // Who asked has gone.
}
