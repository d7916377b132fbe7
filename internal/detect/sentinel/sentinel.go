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

// Package sentinel reads rows of the table SecurityAlert of Microsoft Sentinel and Log Analytics, one JSON object a line
// or a list of them. Columns that hold JSON may be objects or strings.
package sentinel

import (
	"maps"
	"strings"

	"github.com/incident-operator/incident-operator/internal/detect"
)

// Format is the table SecurityAlert.
var Format = detect.Format{Name: "MicrosoftSentinel", Identity: identity, Decode: detect.Mapping{Map: mapRow}.Decode}

var identity = []string{"SystemAlertId|VendorOriginalId"}

// answer is the number of the incident that Microsoft put the alert into. Correlation is measured against it, so it is
// taken out of the row before anything can read it, the fields of an identity too.
const answer = "IncidentId"

// mapRow maps one row. The service is ProductName, the product; ProviderName is Microsoft's short name of the sensor
// family behind it ("MDATP") and becomes the detector. Microsoft counts products itself when it names an incident
// "reported by multiple sources".
func mapRow(item detect.Object, d *detect.Draft) error {
	row := readable(item)
	if row.FirstText("SystemAlertId", "VendorOriginalId", "DisplayName") == "" {
		return &detect.Error{Reason: detect.ReasonNotAnAlert, Message: "a row of SecurityAlert must have SystemAlertId, VendorOriginalId or DisplayName"}
	}
	extended := row.Object("ExtendedProperties")
	d.IdentifyBy(row.Lookup, identity...)
	d.Fingerprint(row.FirstText("SystemAlertId", "VendorOriginalId"))
	d.Title(row.FirstText("DisplayName", "AlertName"))
	d.Describe(row.Text("Description"))
	d.Severity(row.Text("AlertSeverity"), nil)
	// The sensor's own category comes before the tactics: it is the one that Microsoft shows.
	d.Category(extended.FirstText("MicrosoftDefenderAtp.Category", "Category"))
	for tactic := range strings.SplitSeq(row.Text("Tactics"), ",") {
		d.Category(tactic)
	}
	d.Techniques(row.Texts("Techniques")...)
	d.Techniques(row.Texts("SubTechniques")...)
	d.Source(row.Text("ProductName"), row.Text("ProviderName"))
	d.URL(row.Text("AlertLink"))
	d.Spec.FirstActivityTime = d.Time("firstActivityTime", row.Text("StartTime"))
	d.Spec.LastActivityTime = d.Time("lastActivityTime", row.Text("EndTime"))
	if strings.EqualFold(row.Text("Status"), "Resolved") {
		d.Resolve(row.Text("ProcessingEndTime"))
	}
	evidence(row.Objects("Entities"), d)
	return nil
}

// readable is the row with its columns of JSON read, and without the answer.
func readable(item detect.Object) detect.Object {
	row := maps.Clone(item)
	for _, column := range []string{"ExtendedProperties", "Entities", "Techniques", "SubTechniques"} {
		if value, ok := row[column]; ok {
			row[column] = detect.Embedded(value)
		}
	}
	if extended := row.Object("ExtendedProperties"); extended != nil {
		extended = maps.Clone(extended)
		delete(extended, answer)
		row["ExtendedProperties"] = extended
	} else {
		// A text could hold the answer and cannot be read without it.
		delete(row, "ExtendedProperties")
	}
	return row
}
