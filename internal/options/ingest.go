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
	"time"
)

// Ingest are the settings of the role ingest, one field a flag.
type Ingest struct {
	Process
	// ReceiverBindAddress is where alerts are taken over TLS.
	ReceiverBindAddress string
	// ReceiverCertificate and ReceiverKey are files of PEM, read anew when they change; both empty means that the receiver
	// makes a certificate that nobody has signed.
	ReceiverCertificate, ReceiverKey string
	// AlertWriteInterval is how long what is new of an alert that goes on waits to be written with what comes after it;
	// zero writes at once. 0 to 10 minutes.
	AlertWriteInterval time.Duration
}

// ParseIngest reads the flags of the role ingest. The error names the flag at fault and says what it must be.
func ParseIngest(flags *flag.FlagSet, args []string) (Ingest, error) {
	options := Ingest{}
	options.bind(flags)
	flags.StringVar(&options.ReceiverBindAddress, "receiver-bind-address", ":9443",
		"Address at which alerts are taken over TLS, from those who may create alertsources/alerts.")
	flags.StringVar(&options.ReceiverCertificate, "receiver-certificate", "",
		"File with the receiver's certificate chain, in PEM. It is read anew when it changes. Empty means that the receiver makes its own, which senders cannot verify.")
	flags.StringVar(&options.ReceiverKey, "receiver-key", "",
		"File with the key of the receiver's certificate, in PEM.")
	flags.DurationVar(&options.AlertWriteInterval, "alert-write-interval", 10*time.Second,
		"Time in which what is new of an alert that goes on is written at most once, 0 to 10m.")
	if err := parse(flags, args); err != nil {
		return options, err
	}
	err := options.validate()
	return options, err
}

func (o *Ingest) validate() error {
	var problems []error
	if o.ReceiverBindAddress == "" {
		problems = append(problems, errors.New("--receiver-bind-address must be an address such as :9443"))
	}
	if (o.ReceiverCertificate == "") != (o.ReceiverKey == "") {
		problems = append(problems, errors.New("--receiver-certificate and --receiver-key must be given both or neither"))
	}
	if o.AlertWriteInterval < 0 || o.AlertWriteInterval > 10*time.Minute {
		problems = append(problems, fmt.Errorf("--alert-write-interval must be 0 to 10m, is %s", o.AlertWriteInterval))
	}
	return errors.Join(append(problems, o.Process.validate())...)
}
