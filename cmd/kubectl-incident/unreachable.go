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
	"strings"
	"syscall"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/clientcmd"
)

// withoutConfig is the server that kubectl, and so its plugin, takes if no kubeconfig names one.
const (
	withoutConfig = "localhost:8080"
	noConfig      = "there is no kubeconfig, so that it is not known which cluster is meant: set KUBECONFIG, or say --kubeconfig"
)

// unreachable puts into words why the API server could not be asked, and what to do. It leaves other errors as they are.
func unreachable(err error) error {
	advice := adviceFor(err)
	if advice == "" {
		return err
	}
	return fmt.Errorf("%s\n(%w)", advice, err)
}

func adviceFor(err error) string {
	if errors.Is(err, clientcmd.ErrEmptyConfig) {
		return noConfig
	}
	if apierrors.IsUnauthorized(err) {
		return "the API server does not know you: your credentials may have expired, so log in again, or choose another user by --context or --user"
	}
	if status := apierrors.APIStatus(nil); errors.As(err, &status) && isUnknownKind(status) {
		return "this cluster does not know incidents: install the incident operator there, or choose another cluster by --context"
	}
	asked := (*url.Error)(nil)
	if !errors.As(err, &asked) || errors.Is(err, context.Canceled) {
		return ""
	}
	server := "the API server"
	if address, err := url.Parse(asked.URL); err == nil {
		server += " " + address.Host
	}
	dns, unknown, expired := (*net.DNSError)(nil), x509.UnknownAuthorityError{}, x509.CertificateInvalidError{}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED) && strings.HasSuffix(server, " "+withoutConfig):
		return noConfig
	case errors.Is(err, syscall.ECONNREFUSED):
		return server + " refuses the connection: start the cluster, or choose another one by --context"
	case errors.As(err, &dns):
		return server + " is not known here by that name: look at the network and at the server in the kubeconfig"
	case errors.As(err, &unknown):
		return server + " has a certificate that the kubeconfig does not trust: choose the right kubeconfig, or get a new one"
	case errors.As(err, &expired):
		return server + " has a certificate that is not valid now: look at its dates and at the clock here"
	case asked.Timeout():
		return server + " does not answer in time: look at the network, and try again"
	}
	return server + " cannot be reached: look at the network and at the server in the kubeconfig"
}

// isUnknownKind says whether a resource is not there as a whole: an object that is not there has a name.
func isUnknownKind(status apierrors.APIStatus) bool {
	details := status.Status().Details
	return status.Status().Reason == "NotFound" && (details == nil || details.Name == "")
}
