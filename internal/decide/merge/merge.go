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

// Package merge decides whether one incident may be merged into another.
package merge

import (
	"fmt"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Refusal says why a merge is refused.
type Refusal struct {
	// Reason is the reason of the condition Merged=False.
	Reason string
	// Message says it to people, and what would help.
	Message string
}

// IsAsked says whether an incident asks for a merge that is not accepted yet.
func IsAsked(incident *v1alpha1.Incident) bool {
	return incident.Spec.MergeInto.Name != "" && incident.Status.MergedInto.UID == ""
}

// MaxChain is how many merges may follow one another: each one lets all before it say anew where to look.
const MaxChain = 10

// TooLong returns why an incident may not be merged to which so many merges have led one after the other, nil if it may.
func TooLong(source *v1alpha1.Incident, chain int) *Refusal {
	if chain < MaxChain {
		return nil
	}
	return &Refusal{Reason: v1alpha1.ReasonChainTooLong, Message: fmt.Sprintf(
		"spec.mergeInto.name must be unset: %d merges have led here one after the other, and at most %d may; link the alerts to %q instead",
		chain, MaxChain, source.Spec.MergeInto.Name)}
}

// Decide returns why an incident that asks for it may not be merged into the target, nil if it may. A target that does not
// exist is nil.
func Decide(source, target *v1alpha1.Incident) *Refusal {
	name := source.Spec.MergeInto.Name
	refuse := func(reason, format string, arguments ...any) *Refusal {
		return &Refusal{Reason: reason, Message: fmt.Sprintf("spec.mergeInto.name must be "+format, arguments...)}
	}
	switch {
	case target == nil || !target.DeletionTimestamp.IsZero():
		return refuse(v1alpha1.ReasonTargetNotFound, "an Incident of this namespace: there is no %q", name)
	case target.Status.MergedInto.Name == source.Name:
		return refuse(v1alpha1.ReasonMutualMerge, "an incident that was not merged into this one: %q was", name)
	case target.Status.MergedInto.UID != "":
		return refuse(v1alpha1.ReasonTargetMerged, "an incident that was not merged itself: %q was merged into %q",
			name, target.Status.MergedInto.Name)
	case target.Spec.MergeInto.Name == source.Name:
		return refuse(v1alpha1.ReasonMutualMerge, "an incident that does not ask to be merged into this one: %q does, so take back one of the two", name)
	case target.Spec.MergeInto.Name != "":
		return refuse(v1alpha1.ReasonTargetMerging, "an incident that does not ask to be merged itself: %q asks to be merged into %q",
			name, target.Spec.MergeInto.Name)
	case target.Spec.Resolution.State == v1alpha1.ResolutionResolved:
		return refuse(v1alpha1.ReasonTargetResolved, "an incident that is not resolved: %q is, so re-open it first", name)
	case differ(source.Spec.Assignee, target.Spec.Assignee):
		return refuse(v1alpha1.ReasonDifferentAssignees, "an incident with the same assignee or with none: this one is assigned to %q, %q to %q",
			source.Spec.Assignee, name, target.Spec.Assignee)
	case differ(classificationOf(source), classificationOf(target)):
		return refuse(v1alpha1.ReasonDifferentClassifications,
			"an incident with the same classification or with none: this one is classified as %s, %q as %s",
			classificationOf(source), name, classificationOf(target))
	default:
		return nil
	}
}

// differ says whether both are set, and not to the same.
func differ(a, b string) bool { return a != "" && b != "" && a != b }

// classificationOf is a classification in words, empty for none.
func classificationOf(incident *v1alpha1.Incident) string {
	classification := incident.Spec.Classification
	switch {
	case classification.Verdict == "" || classification.Verdict == v1alpha1.VerdictNotSet:
		return ""
	case classification.Determination == "":
		return string(classification.Verdict)
	default:
		return string(classification.Verdict) + "/" + string(classification.Determination)
	}
}
