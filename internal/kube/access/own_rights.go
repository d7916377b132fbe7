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
	"net/http"
	"strings"

	"github.com/go-logr/logr"
	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/incident-operator/incident-operator/internal/kube"
)

// maxOwnReviews bounds how many scrapers ask at the same time.
const maxOwnReviews = 4

// OwnRightsFilter is MetricsFilter for a process without an identity: the question whether a scraper may get the path goes
// to the API server with the scraper's own token.
func OwnRightsFilter(config *rest.Config, _ *http.Client) (metricsserver.Filter, error) {
	reviews := make(chan struct{}, maxOwnReviews)
	return func(_ logr.Logger, handler http.Handler) (http.Handler, error) {
		return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
			select {
			case reviews <- struct{}{}:
			default:
				http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
				return
			}
			code := judgeByOwnToken(config, request)
			<-reviews
			if code != http.StatusOK {
				http.Error(w, http.StatusText(code), code)
				return
			}
			handler.ServeHTTP(w, request)
		}), nil
	}, nil
}

// judgeByOwnToken is the status with which a request is refused, or OK.
func judgeByOwnToken(config *rest.Config, request *http.Request) int {
	token := BearerToken(request)
	if token == "" || len(token) > maxToken {
		return http.StatusUnauthorized
	}
	as := rest.AnonymousClientConfig(config)
	as.BearerToken, as.Timeout = token, reviewTimeout
	c, err := kube.Connect(as)
	if err != nil {
		return http.StatusServiceUnavailable
	}
	review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
		NonResourceAttributes: &authorizationv1.NonResourceAttributes{Path: request.URL.Path, Verb: strings.ToLower(request.Method)},
	}}
	err = c.Create(request.Context(), review)
	switch {
	case apierrors.IsUnauthorized(err):
		return http.StatusUnauthorized
	case err != nil:
		return http.StatusServiceUnavailable
	case !review.Status.Allowed:
		return http.StatusForbidden
	default:
		return http.StatusOK
	}
}
