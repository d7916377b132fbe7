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

package access

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/go-logr/logr"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

// MetricsFilter lets those read metrics who may get the path, as the API server says. A token that it does not know is
// refused without a line in the log: anybody can send one.
func MetricsFilter(config *rest.Config, httpClient *http.Client) (metricsserver.Filter, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{authenticationv1.AddToScheme, authorizationv1.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, fmt.Errorf("learning the kinds of reviews: %w", err)
		}
	}
	c, err := client.New(config, client.Options{HTTPClient: httpClient, Scheme: scheme})
	if err != nil {
		return nil, fmt.Errorf("creating a client for reviews: %w", err)
	}
	reviewer := NewReviewer(c, "")
	return func(_ logr.Logger, handler http.Handler) (http.Handler, error) {
		return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
			if code := reviewer.judge(request); code != http.StatusOK {
				http.Error(w, http.StatusText(code), code)
				return
			}
			handler.ServeHTTP(w, request)
		}), nil
	}, nil
}

// judge is the status with which a request is refused, or OK.
func (r *Reviewer) judge(request *http.Request) int {
	user, err := r.Identify(request.Context(), BearerToken(request))
	if err != nil {
		return http.StatusServiceUnavailable
	}
	if user == nil {
		return http.StatusUnauthorized
	}
	allowed, err := r.May(request.Context(), user, Right{Path: &authorizationv1.NonResourceAttributes{
		Path: request.URL.Path, Verb: strings.ToLower(request.Method),
	}})
	switch {
	case err != nil:
		return http.StatusServiceUnavailable
	case !allowed:
		return http.StatusForbidden
	default:
		return http.StatusOK
	}
}
