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
	"net/http"

	authorizationv1 "k8s.io/api/authorization/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube/access"
)

// Audience is what the token of a sender must have been issued for.
const Audience = "incident-operator-receiver"

// token is what a sender shows: a bearer token, or the password of basic authentication, which is all that some senders
// can send. It is empty if there is none.
func token(request *http.Request) string {
	if _, password, ok := request.BasicAuth(); ok {
		return password
	}
	return access.BearerToken(request)
}

// posting is the right to post to a source: create alertsources/alerts of its name.
func posting(source client.ObjectKey) access.Right {
	return access.Right{Resource: &authorizationv1.ResourceAttributes{
		Group: v1alpha1.GroupVersion.Group, Version: v1alpha1.GroupVersion.Version, Resource: "alertsources", Subresource: "alerts",
		Namespace: source.Namespace, Name: source.Name, Verb: "create",
	}}
}
