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
	"strconv"

	"github.com/incident-operator/incident-operator/internal/detect"
)

// Webhook is what Alertmanager posts to a webhook receiver: a group of alerts, each with the fingerprint of its labels.
var Webhook = detect.Format{
	Name:     "AlertmanagerWebhook",
	Identity: rules.identity,
	Decode:   detect.Mapping{Split: splitWebhook, Map: mapWebhook}.Decode,
}

func splitWebhook(document any) ([]any, []detect.Note, error) {
	group, ok := document.(detect.Object)
	if !ok {
		return nil, nil, malformed("a delivery of Alertmanager must be a JSON object")
	}
	if version := group.Text("version"); version != "4" {
		return nil, nil, malformed(`version must be "4", not %q`, version)
	}
	alerts, ok := group["alerts"].([]any)
	if !ok {
		return nil, nil, malformed("alerts must be a list")
	}
	// A sender that cuts its groups leaves alerts out without naming them; they are not resolved for that.
	if n, err := strconv.Atoi(group.Text("truncatedAlerts")); err == nil && n > 0 {
		return alerts, []detect.Note{{Kind: detect.NoteTruncated, Field: "alerts", Count: n}}, nil
	}
	return alerts, nil, nil
}

func mapWebhook(item detect.Object, d *detect.Draft) error {
	a, err := newAlert(item)
	if err != nil {
		return err
	}
	a.fingerprint = item.Text("fingerprint")
	a.read(d)
	switch status := item.Text("status"); status {
	case "firing":
	case "resolved":
		d.Resolve(a.endsAt)
	default:
		d.LeftOut("status", status)
	}
	return nil
}
