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
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	"golang.org/x/oauth2"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/console"
	"github.com/incident-operator/incident-operator/internal/console/openid/openidtest"
	"github.com/incident-operator/incident-operator/internal/kube/kubetest"
)

const (
	alice = "alice@example.com"
	bob   = "bob@example.com"
	// vera may see nothing here.
	vera = "vera@example.com"
)

// world is a console over TLS with an issuer, on an API server in memory that takes the tokens of the issuer.
type world struct {
	t      *testing.T
	door   *Door
	issuer *openidtest.Issuer
	url    string
	clock  *clocktesting.FakePassiveClock
	roots  *x509.CertPool
	// accepted is for which audience the API server takes tokens.
	accepted string

	mutex sync.Mutex
	// shown are the tokens that the API server saw, and logged the lines of the log.
	shown  []string
	logged []string
	// reading are the contexts in which incidents are read, one for each session.
	reading []context.Context
}

func newWorld(t *testing.T) *world {
	t.Helper()
	issuer, err := openidtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(issuer.Close)
	w := &world{t: t, issuer: issuer, clock: clocktesting.NewFakePassiveClock(time.Now()), accepted: openidtest.ClientID, roots: x509.NewCertPool()}
	issuer.Now = w.clock.Now
	w.roots.AddCert(issuer.Certificate())
	var handler http.Handler
	server := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { handler.ServeHTTP(rw, r) }))
	t.Cleanup(server.Close)
	w.url = server.URL
	w.roots.AddCert(server.Certificate())
	home, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	w.door, err = New(t.Context(), Options{
		PublicURL: home, Cluster: console.Cluster{Name: "test", Namespace: "soc"}, Connect: w.connect, Clock: w.clock, Log: w.log(),
		Issuer: Issuer{
			URL: issuer.URL, ClientID: openidtest.ClientID, Secret: func() (string, error) { return openidtest.Secret, nil },
			Scopes: []string{"openid", "email"}, HTTP: issuer.Client(),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	handler = console.Handler(home.Host, w.door)
	return w
}

func (w *world) log() logr.Logger {
	return funcr.New(func(prefix, args string) {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		w.logged = append(w.logged, prefix+" "+args)
	}, funcr.Options{Verbosity: 10})
}

// connect returns a client of an API server that holds one incident, called after the person, whom it knows by the token.
func (w *world) connect(identity oauth2.TokenSource) (client.WithWatch, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1alpha1.AddToScheme, authenticationv1.AddToScheme, authorizationv1.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	forbidden := apierrors.NewForbidden(schema.GroupResource{Group: v1alpha1.GroupVersion.Group, Resource: "incidents"}, "", nil)
	return kubetest.WithoutStreams(interceptor.NewClient(fake.NewClientBuilder().WithScheme(scheme).Build(), interceptor.Funcs{
		Create: func(_ context.Context, _ client.WithWatch, object client.Object, _ ...client.CreateOption) error {
			user, err := w.userOf(identity)
			switch review := object.(type) {
			case *authenticationv1.SelfSubjectReview:
				review.Status.UserInfo.Username = user
			case *authorizationv1.SelfSubjectAccessReview:
				review.Status.Allowed = user != vera
			}
			return err
		},
		List: func(ctx context.Context, _ client.WithWatch, list client.ObjectList, _ ...client.ListOption) error {
			w.mutex.Lock()
			w.reading = append(w.reading, ctx)
			w.mutex.Unlock()
			user, err := w.userOf(identity)
			if err != nil {
				return err
			}
			if user == vera {
				return forbidden
			}
			incident := v1alpha1.Incident{}
			incident.Namespace, incident.Name = "soc", "of-"+user
			list.(*v1alpha1.IncidentList).Items = []v1alpha1.Incident{incident}
			return nil
		},
	})), nil
}

// userOf judges a token as an API server does, but for its signature.
func (w *world) userOf(identity oauth2.TokenSource) (string, error) {
	token, err := identity.Token()
	if err != nil {
		return "", err
	}
	w.mutex.Lock()
	w.shown = append(w.shown, token.AccessToken)
	w.mutex.Unlock()
	var claims struct {
		Email, Aud string
		Exp        int64
	}
	parts := strings.Split(token.AccessToken, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[min(1, len(parts)-1)])
	if err == nil {
		err = json.Unmarshal(payload, &claims)
	}
	if err != nil || claims.Aud != w.accepted || !time.Unix(claims.Exp, 0).After(w.clock.Now()) {
		return "", apierrors.NewUnauthorized("Unauthorized")
	}
	return claims.Email, nil
}

// browser is one that keeps cookies, but follows no redirect by itself.
func (w *world) browser() *http.Client {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	roundTripper := w.issuer.Client().Transport.(*http.Transport).Clone()
	roundTripper.TLSClientConfig.RootCAs = w.roots
	w.t.Cleanup(roundTripper.CloseIdleConnections)
	return &http.Client{Jar: jar, Transport: roundTripper, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// answered is an answer with its body.
type answered struct {
	*http.Response
	body string
}

func (a answered) cookie(name string) *http.Cookie {
	for _, cookie := range a.Cookies() {
		if cookie.Name == name && cookie.MaxAge >= 0 {
			return cookie
		}
	}
	return nil
}

func (w *world) send(browser *http.Client, method, address string, change ...func(*http.Request)) answered {
	w.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = w.url + address
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, address, http.NoBody)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for _, set := range change {
		set(r)
	}
	response, err := browser.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answered{response, string(body)}
}

// get makes a request that must be answered with a status.
func (w *world) get(browser *http.Client, address string, status int) answered {
	w.t.Helper()
	found := w.send(browser, http.MethodGet, address)
	if found.StatusCode != status {
		w.t.Fatalf("GET %s: %d %s, want %d", address, found.StatusCode, found.body, status)
	}
	return found
}

// begin goes to the issuer, who sends the person back to the address that is returned.
func (w *world) begin(browser *http.Client, person, to string) (back string) {
	w.t.Helper()
	w.issuer.Person = person
	login := w.get(browser, "/login?to="+url.QueryEscape(to), http.StatusFound)
	return w.get(browser, login.Header.Get("Location"), http.StatusFound).Header.Get("Location")
}

// signIn returns a browser in which a person has signed in.
func (w *world) signIn(person string) *http.Client {
	w.t.Helper()
	browser := w.browser()
	w.get(browser, w.begin(browser, person, "/"), http.StatusFound)
	return browser
}

// whoIs returns the name that the console shows in a browser, empty if nobody is signed in.
func (w *world) whoIs(browser *http.Client) string {
	w.t.Helper()
	found := w.send(browser, http.MethodGet, "/api/me")
	var me struct{ User string }
	if err := json.Unmarshal([]byte(found.body), &me); err != nil {
		w.t.Fatalf("%s in %s", err, found.body)
	}
	if signedIn := found.StatusCode == http.StatusOK; signedIn == (me.User == "") {
		w.t.Fatalf("got %d %s", found.StatusCode, found.body)
	}
	return me.User
}
