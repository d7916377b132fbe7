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
	"net/http"
	"sync"

	authorizationv1 "k8s.io/api/authorization/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// person is who looks.
type person struct {
	client client.Client

	mutex sync.Mutex
	name  string
}

// whoAmI returns the name of the person, as the cluster has it. It asks once.
func (p *person) whoAmI(ctx context.Context) (string, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.name != "" {
		return p.name, nil
	}
	name, err := actions.WhoAmI(ctx, p.client)
	p.name = name
	return name, err
}

// rights are what the person may do in a namespace.
type rights struct {
	Edit    bool `json:"edit"`
	Move    bool `json:"move"`
	Comment bool `json:"comment"`
}

// may asks the cluster for one right; an empty namespace means all of them.
func may(ctx context.Context, c client.Client, namespace, verb, resource string) (bool, error) {
	review := &authorizationv1.SelfSubjectAccessReview{}
	review.Spec.ResourceAttributes = &authorizationv1.ResourceAttributes{
		Namespace: namespace, Verb: verb, Group: v1alpha1.GroupVersion.Group, Resource: resource,
	}
	if err := c.Create(ctx, review); err != nil {
		return false, fmt.Errorf("asking what you may do: %w", err)
	}
	return review.Status.Allowed, nil
}

func (p *person) rightsIn(ctx context.Context, namespace string) (rights, error) {
	var r rights
	for _, one := range []struct {
		into           *bool
		verb, resource string
	}{{&r.Edit, "patch", "incidents"}, {&r.Move, "patch", "alerts"}, {&r.Comment, "create", "comments"}} {
		allowed, err := may(ctx, p.client, namespace, one.verb, one.resource)
		if err != nil {
			return r, err
		}
		*one.into = allowed
	}
	return r, nil
}

// meReply says who looks at what.
type meReply struct {
	User      string `json:"user"`
	Cluster   string `json:"cluster"`
	Namespace string `json:"namespace"`
	Reach     *reach `json:"reach"`
	// Rights are those in the namespace.
	Rights rights `json:"rights"`
}

func (s *Session) me(r *http.Request) (*meReply, error) {
	user, err := s.person.whoAmI(r.Context())
	if err != nil {
		return nil, err
	}
	reach, err := s.feed.reaches(r.Context())
	if err != nil {
		return nil, err
	}
	namespace := r.URL.Query().Get("namespace")
	if namespace != "" {
		// Who may not list there has rights there at most by name: these are told all the same.
		if err := s.feed.include(r.Context(), namespace); err != nil && problemOf(err).Kind == kindAway {
			return nil, err
		}
		if reach, err = s.feed.reaches(r.Context()); err != nil {
			return nil, err
		}
	} else {
		namespace = reach.usual(s.cluster.Namespace)
	}
	allowed, err := s.person.rightsIn(r.Context(), namespace)
	if err != nil {
		return nil, err
	}
	return &meReply{User: user, Cluster: s.cluster.Name, Namespace: namespace, Reach: reach, Rights: allowed}, nil
}
