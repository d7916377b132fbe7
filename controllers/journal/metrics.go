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

package journal

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/incident-operator/incident-operator/internal/kube/roster"
)

// RegisterMetrics registers what is measured of logs.
func RegisterMetrics(ends *roster.Ends, registry prometheus.Registerer) error {
	return registry.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: "incident_operator", Name: "logs_not_written",
		Help: "Number of incidents whose activity log cannot be written; their condition Logged says why.",
	}, func() float64 { return float64(ends.Problems()) }))
}
