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

package expression

import (
	"strings"

	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/types"
)

// sizes are the bounds of the API, from which the worst cost of a condition follows.
type sizes struct{}

// maxSizes are the most items or characters that stand at a path. Labels have no bound of their own; what bounds them is
// how large an object may be.
var maxSizes = map[string]uint64{
	"alert.metadata.name":                  253,
	"alert.metadata.namespace":             63,
	"alert.metadata.labels":                256,
	"alert.metadata.labels.@keys":          317,
	"alert.metadata.labels.@values":        63,
	"alert.spec.name":                      256,
	"alert.spec.description":               16_384,
	"alert.spec.severity":                  16,
	"alert.spec.category":                  64,
	"alert.spec.fingerprint":               512,
	"alert.spec.url":                       2048,
	"alert.spec.assignee":                  256,
	"alert.spec.techniques":                64,
	"alert.spec.techniques.@items":         9,
	"alert.spec.tags":                      64,
	"alert.spec.tags.@items":               128,
	"alert.spec.source.service":            128,
	"alert.spec.source.detector":           128,
	"alert.spec.incidentRef.name":          253,
	"alert.spec.resolution.note":           4096,
	"alert.spec.evidence":                  128,
	"alert.spec.evidence.@items.name":      512,
	"alert.spec.evidence.@items.kind":      16,
	"alert.spec.evidence.@items.role":      16,
	"alert.spec.evidence.@items.namespace": 63,
}

// maxFields is more than any part of an alert has.
const maxFields = 32

// EstimateSize implements checker.CostEstimator.
func (sizes) EstimateSize(element checker.AstNode) *checker.SizeEstimate {
	if most, ok := maxSizes[strings.Join(element.Path(), ".")]; ok {
		return &checker.SizeEstimate{Min: 0, Max: most}
	}
	if element.Type().Kind() == types.StructKind {
		return &checker.SizeEstimate{Min: 0, Max: maxFields}
	}
	return nil
}

// EstimateCallCost implements checker.CostEstimator: the functions cost what the library says.
//
//nolint:gocritic // The interface wants the pointer.
func (sizes) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}
