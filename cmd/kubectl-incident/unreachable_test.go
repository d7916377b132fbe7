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

package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func TestUnreachable(t *testing.T) {
	asking := func(err error) error {
		return fmt.Errorf("listing incidents: %w", &url.Error{Op: "Get", URL: "https://10.0.0.1:6443/apis", Err: err})
	}
	resource := v1alpha1.GroupVersion.WithResource("incidents").GroupResource()
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"refused":        {asking(&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}), "the API server 10.0.0.1:6443 refuses the connection: start the cluster"},
		"unknown name":   {asking(&net.DNSError{Err: "no such host"}), "is not known here by that name"},
		"untrusted":      {asking(x509.UnknownAuthorityError{}), "has a certificate that the kubeconfig does not trust"},
		"expired":        {asking(x509.CertificateInvalidError{Reason: x509.Expired}), "a certificate that is not valid now"},
		"too slow":       {asking(os.ErrDeadlineExceeded), "does not answer in time"},
		"something else": {asking(errors.New("odd")), "cannot be reached"},
		"no kubeconfig":  {fmt.Errorf("finding the cluster: %w", clientcmd.ErrEmptyConfig), "there is no kubeconfig"},
		"unknown user":   {apierrors.NewUnauthorized("Unauthorized"), "the API server does not know you"},
		"unknown kind":   {apierrors.NewNotFound(resource, ""), "this cluster does not know incidents"},
		"unknown object": {apierrors.NewNotFound(resource, "inc-9"), ""},
		"interrupted":    {asking(context.Canceled), ""},
		"nothing of it":  {errors.New("odd"), ""},
	} {
		got := unreachable(test.err)
		if !errors.Is(got, test.err) || !strings.Contains(got.Error(), test.want) || (test.want == "") != (got == test.err) { //nolint:errorlint // The very same one.
			t.Errorf("%s: got %v", name, got)
		}
	}
}
