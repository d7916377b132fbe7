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

// Package graph reads alerts of Microsoft Graph (security/alerts_v2): one alert, a list of them, or the page of a list
// with its alerts under "value".
package graph

import (
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
)

// Format is the resource alert of alerts_v2.
var Format = detect.Format{
	Name: "MicrosoftGraph", Identity: identity, Decode: detect.Mapping{Split: split, Map: mapAlert}.Decode,
}

var identity = []string{"id"}

// severities keeps the word "unknown" of Graph unknown.
var severities = map[string]v1alpha1.Severity{"unknown": "", "unknownfuturevalue": ""}

// services are the products as Microsoft writes their names elsewhere, so that one product reported in two formats is
// one source. A service that is not here keeps the name that Graph gives it.
var services = map[string]string{
	"microsoftDefenderForEndpoint":   "Microsoft Defender for Endpoint",
	"microsoftDefenderForIdentity":   "Microsoft Defender for Identity",
	"microsoftDefenderForCloudApps":  "Microsoft Defender for Cloud Apps",
	"microsoftDefenderForOffice365":  "Microsoft Defender for Office 365",
	"microsoft365Defender":           "Microsoft 365 Defender",
	"azureAdIdentityProtection":      "Azure Active Directory Identity Protection",
	"microsoftAppGovernance":         "Microsoft App Governance",
	"dataLossPrevention":             "Microsoft Data Loss Prevention",
	"microsoftDefenderForCloud":      "Microsoft Defender for Cloud",
	"microsoftSentinel":              "Microsoft Sentinel",
	"microsoftDefenderForServers":    "Microsoft Defender for Servers",
	"microsoftDefenderForStorage":    "Microsoft Defender for Storage",
	"microsoftDefenderForContainers": "Microsoft Defender for Containers",
	"microsoftDefenderForDatabases":  "Microsoft Defender for Databases",
	"microsoftDefenderForKeyVault":   "Microsoft Defender for Key Vault",
	"microsoftDefenderForAppService": "Microsoft Defender for App Service",
}

func split(document any) ([]any, []detect.Note, error) {
	if page, ok := document.(detect.Object); ok {
		if alerts, ok := page["value"].([]any); ok {
			return alerts, nil, nil
		}
	}
	if alerts, ok := document.([]any); ok {
		return alerts, nil, nil
	}
	return []any{document}, nil, nil
}

func mapAlert(item detect.Object, d *detect.Draft) error {
	d.IdentifyBy(item.Lookup, identity...)
	d.Fingerprint(item.Text("id"))
	d.Title(item.Text("title"))
	d.Describe(item.Text("description"))
	d.Severity(item.Text("severity"), severities)
	d.Category(item.Text("category"))
	d.Techniques(item.Texts("mitreTechniques")...)
	d.Source(product(item), item.Text("detectionSource"))
	d.URL(item.Text("alertWebUrl"))
	d.Spec.FirstActivityTime = d.Time("firstActivityTime", item.Text("firstActivityDateTime"))
	d.Spec.LastActivityTime = d.Time("lastActivityTime", item.Text("lastActivityDateTime"))
	if strings.EqualFold(item.Text("status"), "resolved") {
		d.Resolve(item.Text("resolvedDateTime"))
	}
	evidence(item.List("evidence"), d)
	return nil
}

func product(item detect.Object) string {
	if name := item.Text("productName"); name != "" {
		return name
	}
	if name, ok := services[item.Text("serviceSource")]; ok {
		return name
	}
	return item.Text("serviceSource")
}
