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

package options

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"strings"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
)

// Admission are the settings of the role admission, one field a flag.
type Admission struct {
	// BindAddress is where the API server's requests for admission are taken over TLS.
	BindAddress string
	// Configuration is the name of the MutatingWebhookConfiguration by which the API server finds this role.
	Configuration string
	// CertificateSecret is the Secret in which the certificate is kept, which the role makes itself.
	CertificateSecret types.NamespacedName
	// Identities is the name of the ClusterRoleBinding that says who is a machine.
	Identities string
	// MetricsBindAddress is where metrics are served over TLS to those who may read them; "0" turns them off.
	MetricsBindAddress string
	// HealthProbeBindAddress is where /healthz and /readyz are served over plain HTTP.
	HealthProbeBindAddress string
	// Log are the settings of the log.
	Log zap.Options
}

// ParseAdmission reads the flags of the role admission. The error names the flag at fault and says what it must be.
func ParseAdmission(flags *flag.FlagSet, args []string) (Admission, error) {
	o := Admission{}
	addresses(flags, &o.MetricsBindAddress, &o.HealthProbeBindAddress)
	flags.StringVar(&o.BindAddress, "bind-address", ":9443", "Address at which requests for admission are taken over TLS, at the path /admit.")
	flags.StringVar(&o.Configuration, "webhook-configuration", "incident-operator",
		"Name of the MutatingWebhookConfiguration by which the API server finds this role. The role writes into it whom to trust.")
	flags.Func("certificate-secret", "Namespace and name, with a slash between them, of the Secret in which the role keeps its certificate.",
		func(value string) error {
			o.CertificateSecret.Namespace, o.CertificateSecret.Name, _ = strings.Cut(value, "/")
			return nil
		})
	flags.StringVar(&o.Identities, "identities", "incident-operator-identities", "Name of the ClusterRoleBinding that says who is a machine.")
	o.Log.BindFlags(flags)
	if err := parse(flags, args); err != nil {
		return o, err
	}
	err := o.validate()
	return o, err
}

func (o *Admission) validate() error {
	var problems []error
	if _, _, err := net.SplitHostPort(o.BindAddress); err != nil {
		problems = append(problems, fmt.Errorf("--bind-address must be an address such as :9443, is %q", o.BindAddress))
	}
	if o.Configuration == "" {
		problems = append(problems, errors.New("--webhook-configuration must be the name of a MutatingWebhookConfiguration"))
	}
	if len(validation.IsDNS1123Label(o.CertificateSecret.Namespace)) > 0 || len(validation.IsDNS1123Subdomain(o.CertificateSecret.Name)) > 0 {
		problems = append(problems, fmt.Errorf("--certificate-secret must be a namespace and a name, such as soc/incident-operator-admission, is %q", o.CertificateSecret))
	}
	if o.Identities == "" {
		problems = append(problems, errors.New("--identities must be the name of a ClusterRoleBinding"))
	}
	return errors.Join(problems...)
}
