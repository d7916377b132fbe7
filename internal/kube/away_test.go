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

package kube_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube"
)

func TestAway(t *testing.T) {
	incidents := v1alpha1.GroupVersion.WithResource("incidents").GroupResource()
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"none":            {nil, false},
		"unreachable":     {fmt.Errorf("watching: %w", &url.Error{Op: "Get", URL: "https://192.0.2.1", Err: errors.New("refused")}), true},
		"cut off":         {io.ErrUnexpectedEOF, true},
		"not ready":       {apierrors.NewServiceUnavailable("starting"), true},
		"too busy":        {apierrors.NewTooManyRequests("later", 1), true},
		"interrupted":     {&url.Error{Op: "Get", URL: "https://192.0.2.1", Err: context.Canceled}, false},
		"forbidden":       {apierrors.NewForbidden(incidents, "", errors.New("no")), false},
		"no longer known": {apierrors.NewResourceExpired("too old"), false},
		"something else":  {errors.New("odd"), false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := kube.Away(test.err); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
