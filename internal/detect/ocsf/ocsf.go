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

// Package ocsf reads Detection Findings (class 2004) of the Open Cybersecurity Schema Framework, version 1: one JSON
// object, a list, or one a line.
package ocsf

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
)

// Format is a Detection Finding.
var Format = detect.Format{Name: "OCSF", Identity: identity, Decode: detect.Mapping{Map: mapFinding}.Decode}

var identity = []string{"finding_info.uid"}

// Values of the schema's enumerations.
const (
	classDetectionFinding = "2004"
	activityClose         = "3"
	statusResolved        = "4"
)

// severities are those of severity_id. 0 is unknown and 99 another word.
var severities = map[string]v1alpha1.Severity{
	"0": "", "1": v1alpha1.SeverityInformational, "2": v1alpha1.SeverityLow, "3": v1alpha1.SeverityMedium,
	"4": v1alpha1.SeverityHigh, "5": v1alpha1.SeverityCritical, "6": v1alpha1.SeverityCritical, "99": "",
}

func mapFinding(item detect.Object, d *detect.Draft) error {
	if class := item.Text("class_uid"); class != classDetectionFinding {
		return &detect.Error{Reason: detect.ReasonNotAnAlert, Message: fmt.Sprintf("class_uid must be 2004 (Detection Finding), not %q", detect.Cut(class, 64))}
	}
	info, metadata := item.Object("finding_info"), item.Object("metadata")
	d.IdentifyBy(item.Lookup, identity...)
	d.Fingerprint(info.Text("uid"))
	d.Title(title(item, info))
	d.Describe(info.Text("desc"), message(item, info))
	d.Severity(severity(item), severities)
	attacks(item, info, d)
	product := metadata.Object("product")
	d.Source(product.FirstText("name", "vendor_name"), detector(info, product))
	d.URL(info.Text("src_url"))
	d.Occurred(item.Text("count"))
	d.Spec.FirstActivityTime = firstTime(d, "firstActivityTime", moment{info, "first_seen_time"}, moment{item, "start_time"}, moment{info, "created_time"}, moment{item, "time"})
	d.Spec.LastActivityTime = firstTime(d, "lastActivityTime", moment{info, "last_seen_time"}, moment{item, "end_time"}, moment{info, "modified_time"}, moment{item, "time"})
	if item.Text("activity_id") == activityClose || item.Text("status_id") == statusResolved {
		d.Resolve("")
		if t := firstTime(d, "resolvedTime", moment{item, "end_time"}, moment{item, "time"}); t != nil {
			d.ResolvedTime = t.Time
		}
	}
	evidence(item, d)
	return nil
}

func title(item, info detect.Object) string {
	if s := info.Text("title"); s != "" {
		return s
	}
	return item.Text("message")
}

// message is the event's own text, unless it is the title already.
func message(item, info detect.Object) string {
	if s := item.Text("message"); s != info.Text("title") && s != info.Text("desc") {
		return s
	}
	return ""
}

// severity is the number, or the word if the number only says that there is a word.
func severity(item detect.Object) string {
	id := item.Text("severity_id")
	if word := item.Text("severity"); word != "" && (id == "" || id == "99") {
		return word
	}
	return id
}

// detector is what found it inside the product: a rule, a model, else a feature of the product.
func detector(info, product detect.Object) string {
	if s := info.Object("analytic").FirstText("name", "uid"); s != "" {
		return s
	}
	return product.Object("feature").FirstText("name", "uid")
}

// attacks stand in the finding, or beside it in older versions of the schema.
func attacks(item, info detect.Object, d *detect.Draft) {
	for _, of := range []detect.Object{info, item} {
		for _, attack := range of.Objects("attacks") {
			d.Category(attack.Object("tactic").Text("name"))
			for _, tactic := range attack.Objects("tactics") {
				d.Category(tactic.Text("name"))
			}
			d.Techniques(attack.Object("technique").Text("uid"), attack.Object("sub_technique").Text("uid"))
		}
	}
}

// moment is a key that holds milliseconds since 1970; with _dt it holds text.
type moment struct {
	object detect.Object
	key    string
}

// firstTime is the first time that there is.
func firstTime(d *detect.Draft, field string, candidates ...moment) *metav1.Time {
	for _, c := range candidates {
		if s := c.object.Text(c.key); s != "" {
			return d.Epoch(field, s, time.Millisecond)
		}
		if s := c.object.Text(c.key + "_dt"); s != "" {
			return d.Time(field, s)
		}
	}
	return nil
}
