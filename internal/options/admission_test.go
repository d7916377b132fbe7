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

package options_test

import (
	"flag"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"k8s.io/apimachinery/pkg/types"

	"github.com/incident-operator/incident-operator/internal/options"
)

func parseAdmission(args ...string) (options.Admission, error) {
	flags := flag.NewFlagSet("manager admission", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return options.ParseAdmission(flags, args)
}

func TestParseAdmissionAccepts(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		want options.Admission
	}{
		"what is needed": {
			[]string{"--certificate-secret=soc/cert"},
			options.Admission{
				BindAddress: ":9443", Configuration: "incident-operator", Identities: "incident-operator-identities",
				CertificateSecret: types.NamespacedName{Namespace: "soc", Name: "cert"}, MetricsBindAddress: ":8443", HealthProbeBindAddress: ":8081",
			},
		},
		"another prefix, and addresses": {
			[]string{
				"--certificate-secret=soc/eu-cert", "--webhook-configuration=eu-incident-operator", "--identities=eu-incident-operator-identities",
				"--bind-address=127.0.0.1:1", "--metrics-bind-address=0", "--health-probe-bind-address=127.0.0.1:2",
			},
			options.Admission{
				BindAddress: "127.0.0.1:1", Configuration: "eu-incident-operator", Identities: "eu-incident-operator-identities",
				CertificateSecret: types.NamespacedName{Namespace: "soc", Name: "eu-cert"}, MetricsBindAddress: "0", HealthProbeBindAddress: "127.0.0.1:2",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseAdmission(test.args...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got, cmpopts.IgnoreFields(options.Admission{}, "Log")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseAdmissionRefuses(t *testing.T) {
	for args, want := range map[string]string{
		"":                               "--certificate-secret must be a namespace and a name, such as soc/incident-operator-admission",
		"--certificate-secret=cert":      "--certificate-secret must be",
		"--certificate-secret=so_c/cert": "--certificate-secret must be",
		"--certificate-secret=soc/":      "--certificate-secret must be",
		"--certificate-secret=soc/cert --bind-address=here":        "--bind-address must be an address such as :9443",
		"--certificate-secret=soc/cert --identities=":              "--identities must be the name of a ClusterRoleBinding",
		"--certificate-secret=soc/cert --webhook-configuration=":   "--webhook-configuration must be the name of a MutatingWebhookConfiguration",
		"--certificate-secret=soc/cert --leader-elect":             "flag provided but not defined: -leader-elect",
		"--certificate-secret=soc/cert incident-operator-identity": `unexpected argument "incident-operator-identity"`,
	} {
		t.Run(args, func(t *testing.T) {
			if _, err := parseAdmission(strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("the error is %v, not %q", err, want)
			}
		})
	}
}
