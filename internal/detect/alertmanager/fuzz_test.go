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

package alertmanager_test

import (
	"testing"

	"github.com/incident-operator/incident-operator/internal/detect/alertmanager"
	"github.com/incident-operator/incident-operator/internal/detect/detecttest"
)

func FuzzWebhook(f *testing.F) {
	detecttest.Fuzz(f, alertmanager.Webhook,
		`{"version":"4","truncatedAlerts":2,"alerts":[{"status":"resolved","labels":{"alertname":"A","severity":"page"},"annotations":{"summary":"s"},"startsAt":"2024-06-20T12:00:00Z","endsAt":"2024-06-20T13:00:00Z","fingerprint":"f"},{"status":"firing"}]}`,
	)
}

func FuzzAPI(f *testing.F) {
	detecttest.Fuzz(f, alertmanager.API,
		`[{"labels":{"alertname":"KubescapeRuleViolated","rule_name":"r","pod_name":"p","pid":"7"},"endsAt":"2030-01-01T00:00:00Z"},{"labels":{"source":"falco","rule":"x","container_id":"host","tags":"T1059,mitre_execution"}}]`,
	)
}
