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

package correlate

import (
	"errors"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Bounds of a policy, as the API has them. A policy may also come from a file that no API server has seen.
const (
	maxEntries     = 16
	maxWindow      = 30 * 24 * 60 * 60
	maxSettle      = 60 * 60
	maxAlertsBound = 50_000
	maxCommonAbove = 1024
)

// validate returns everything that makes no sense in a policy.
func validate(spec *v1alpha1.CorrelationPolicySpec) error {
	problems := []error{
		atMost("spec.windowSeconds", spec.WindowSeconds, maxWindow),
		atMost("spec.settleSeconds", spec.SettleSeconds, maxSettle),
		atMost("spec.maxAlertsPerIncident", spec.MaxAlertsPerIncident, maxAlertsBound),
		oneOf("spec.match", spec.Match, "", v1alpha1.MatchAny, v1alpha1.MatchAll),
		oneOf("spec.autoResolve", spec.AutoResolve, "", v1alpha1.AutoResolveNever, v1alpha1.AutoResolveWhenAllAlertsResolve),
	}
	if n := len(spec.GroupBy); n < 1 || n > maxEntries {
		problems = append(problems, fmt.Errorf("spec.groupBy must have 1 to %d entries, not %d", maxEntries, n))
	}
	for i, key := range spec.GroupBy {
		problems = append(problems, validateKey(fmt.Sprintf("spec.groupBy[%d]", i), key))
	}
	return errors.Join(problems...)
}

func validateKey(path string, key v1alpha1.CorrelationKey) error {
	problems := []error{
		atMost(path+".windowSeconds", key.WindowSeconds, maxWindow),
		atMost(path+".commonAbove", key.CommonAbove, maxCommonAbove),
	}
	set := 0
	for _, isSet := range []bool{len(key.Evidence) > 0, key.Field != "", key.Label != ""} {
		if isSet {
			set++
		}
	}
	if set != 1 {
		problems = append(problems, fmt.Errorf("%s must have exactly one of evidence, field and label", path))
	}
	for _, kind := range key.Evidence {
		problems = append(problems, oneOf(path+".evidence", kind, kinds...))
	}
	problems = append(problems, oneOf(path+".field", key.Field, append([]v1alpha1.CorrelationField{""}, fields...)...))
	if key.Label != "" && len(validation.IsQualifiedName(key.Label)) > 0 {
		problems = append(problems, fmt.Errorf("%s.label must be the key of a label, such as team or example.com/team, not %q", path, key.Label))
	}
	return errors.Join(problems...)
}

// atMost takes 0 for unset.
func atMost(path string, value, most int32) error {
	if value < 0 || value > most {
		return fmt.Errorf("%s must be between 1 and %d, not %d", path, most, value)
	}
	return nil
}

func oneOf[S ~string](path string, value S, choices ...S) error {
	if slices.Contains(choices, value) {
		return nil
	}
	words := slices.DeleteFunc(slices.Clone(choices), func(s S) bool { return s == "" })
	return fmt.Errorf("%s must be one of %v, not %q", path, words, value)
}

var kinds = []v1alpha1.EvidenceKind{
	v1alpha1.EvidenceDevice, v1alpha1.EvidenceNode, v1alpha1.EvidencePod, v1alpha1.EvidenceContainer, v1alpha1.EvidenceContainerImage,
	v1alpha1.EvidenceNamespace, v1alpha1.EvidenceUser, v1alpha1.EvidenceServiceAccount, v1alpha1.EvidenceMailbox, v1alpha1.EvidenceIP,
	v1alpha1.EvidenceURL, v1alpha1.EvidenceDNS, v1alpha1.EvidenceFile, v1alpha1.EvidenceProcess, v1alpha1.EvidenceRegistryKey,
	v1alpha1.EvidenceCloudResource, v1alpha1.EvidenceSecret, v1alpha1.EvidenceOther,
}

var fields = []v1alpha1.CorrelationField{
	v1alpha1.FieldName, v1alpha1.FieldCategory, v1alpha1.FieldSeverity, v1alpha1.FieldService, v1alpha1.FieldDetector,
	v1alpha1.FieldTechnique, v1alpha1.FieldSubTechnique,
}
