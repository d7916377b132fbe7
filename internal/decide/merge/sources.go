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

package merge

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Source is one incident that was merged into another, as the annotation of that other lists it.
type Source struct {
	// Name and UID say which incident it is.
	Name string `json:"name"`
	UID  string `json:"uid"`
	// By is who asked for the merge; empty if nobody knows.
	By string `json:"by,omitempty"`
	// Tags are those that came along, with the labels that stand for them on the other incident.
	Tags []v1alpha1.IncidentTag `json:"tags,omitempty"`
}

// ParseSources reads the annotation editor.incidentoperator.dev/merged; a missing one lists nothing. One that cannot be read
// is written anew, and must not stop anything until then.
func ParseSources(annotation string) ([]Source, error) {
	var sources []Source
	if annotation == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(annotation), &sources); err != nil {
		return nil, fmt.Errorf("annotation %s must be a JSON list: %w", v1alpha1.MergedAnnotation, err)
	}
	if slices.ContainsFunc(sources, func(s Source) bool { return s.Name == "" || s.UID == "" }) {
		return nil, fmt.Errorf("annotation %s must name each incident with its UID", v1alpha1.MergedAnnotation)
	}
	return sources, nil
}
