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

package alertmanager

import (
	"fmt"
	"hash/fnv"

	"github.com/incident-operator/incident-operator/internal/detect"
)

// API is what Prometheus, vmalert, the rulers of Loki, Mimir and Thanos, Grafana, Flux, Falcosidekick and Kubescape post
// to /api/v2/alerts: a list of alerts that end when endsAt comes unless they are sent again.
var API = detect.Format{
	Name:     "AlertmanagerAPI",
	Identity: rules.identity,
	Decode:   detect.Mapping{Split: splitAPI, Map: mapAPI}.Decode,
}

func splitAPI(document any) ([]any, []detect.Note, error) {
	alerts, ok := document.([]any)
	if !ok {
		return nil, nil, malformed("a delivery to the API of Alertmanager must be a JSON list")
	}
	return alerts, nil, nil
}

func mapAPI(item detect.Object, d *detect.Draft) error {
	a, err := newAlert(item)
	if err != nil {
		return err
	}
	a.fingerprint = fingerprint(a.labels)
	a.read(d)
	ends, ok := detect.ParseTime(a.endsAt)
	switch {
	case !ok:
		// Not set: the sender leaves it to the receiver.
		d.Time("endsAt", unlessZero(a.endsAt))
	case ends.After(d.Received()):
		d.ExpiresTime = ends
	default:
		d.Resolve(a.endsAt)
	}
	return nil
}

// unlessZero is nothing for the time by which a sender in Go says that there is none.
func unlessZero(text string) string {
	if text == "0001-01-01T00:00:00Z" {
		return ""
	}
	return text
}

// fingerprint is the hash of the labels that Alertmanager itself computes and sends on in its webhook, so that both ways
// of the same alert bear the same fingerprint. Labels without a value do not count.
func fingerprint(labels detect.Object) string {
	hash := fnv.New64a()
	for _, name := range labels.Keys() {
		if value := labels.Text(name); value != "" {
			// A hash takes everything.
			_, _ = hash.Write([]byte(name + "\xff" + value + "\xff"))
		}
	}
	return fmt.Sprintf("%016x", hash.Sum64())
}
