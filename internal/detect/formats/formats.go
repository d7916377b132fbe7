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

// Package formats knows every format by name.
package formats

import (
	"fmt"
	"slices"
	"strings"

	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/aitads"
	"github.com/incident-operator/incident-operator/internal/detect/alertmanager"
	"github.com/incident-operator/incident-operator/internal/detect/cloudevents"
	"github.com/incident-operator/incident-operator/internal/detect/falco"
	"github.com/incident-operator/incident-operator/internal/detect/graph"
	"github.com/incident-operator/incident-operator/internal/detect/manifest"
	"github.com/incident-operator/incident-operator/internal/detect/ocsf"
	"github.com/incident-operator/incident-operator/internal/detect/sentinel"
	"github.com/incident-operator/incident-operator/internal/detect/suricata"
	"github.com/incident-operator/incident-operator/internal/detect/trivy"
	"github.com/incident-operator/incident-operator/internal/detect/wazuh"
)

// all are the formats in the order of their names.
var all = []detect.Format{
	aitads.Format, manifest.Format, alertmanager.API, alertmanager.Webhook, falco.Format, graph.Format, sentinel.Format,
	ocsf.Format, suricata.Format, trivy.Format, wazuh.Format,
}

// Names are the names of all formats, in order.
func Names() []string {
	names := make([]string, 0, len(all))
	for _, format := range all {
		names = append(names, format.Name)
	}
	return names
}

// Find is the format of that name.
func Find(name string) (detect.Format, error) {
	i := slices.IndexFunc(all, func(format detect.Format) bool { return format.Name == name })
	if i < 0 {
		return detect.Format{}, fmt.Errorf("format must be one of %s, not %q", strings.Join(Names(), ", "), name)
	}
	return all[i], nil
}

// Decode reads one delivery of that format, or a CloudEvent around one. header is that of the request that brought it;
// a file has none.
func Decode(format detect.Format, header map[string][]string, body []byte, reading detect.Reading) detect.Batch {
	data, err := cloudevents.Unwrap(header, body)
	if err != nil {
		return detect.Collect(body, reading, func(c *detect.Collector) { c.Refuse(err) })
	}
	return format.Decode(data, reading)
}
