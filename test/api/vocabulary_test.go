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

package api_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// determinations is every determination there is.
var determinations = []v1alpha1.Determination{
	v1alpha1.DeterminationMultiStagedAttack,
	v1alpha1.DeterminationMaliciousUserActivity,
	v1alpha1.DeterminationCompromisedAccount,
	v1alpha1.DeterminationMalware,
	v1alpha1.DeterminationPhishing,
	v1alpha1.DeterminationUnwantedSoftware,
	v1alpha1.DeterminationSecurityTesting,
	v1alpha1.DeterminationLineOfBusinessApplication,
	v1alpha1.DeterminationConfirmedActivity,
	v1alpha1.DeterminationNotMalicious,
	v1alpha1.DeterminationNotEnoughDataToValidate,
	v1alpha1.DeterminationOther,
}

// fitting is the determinations that each verdict takes.
var fitting = map[v1alpha1.Verdict][]v1alpha1.Determination{
	v1alpha1.VerdictNotSet: {},
	v1alpha1.VerdictTruePositive: {
		v1alpha1.DeterminationMultiStagedAttack, v1alpha1.DeterminationMaliciousUserActivity,
		v1alpha1.DeterminationCompromisedAccount, v1alpha1.DeterminationMalware, v1alpha1.DeterminationPhishing,
		v1alpha1.DeterminationUnwantedSoftware, v1alpha1.DeterminationOther,
	},
	v1alpha1.VerdictInformationalExpectedActivity: {
		v1alpha1.DeterminationSecurityTesting, v1alpha1.DeterminationLineOfBusinessApplication,
		v1alpha1.DeterminationConfirmedActivity, v1alpha1.DeterminationOther,
	},
	v1alpha1.VerdictFalsePositive: {
		v1alpha1.DeterminationNotMalicious, v1alpha1.DeterminationNotEnoughDataToValidate, v1alpha1.DeterminationOther,
	},
}

// mismatch is what each verdict says to any other determination.
var mismatch = map[v1alpha1.Verdict]string{
	v1alpha1.VerdictNotSet: "determination must be unset while verdict is NotSet",
	v1alpha1.VerdictTruePositive: "determination of a TruePositive must be MultiStagedAttack, MaliciousUserActivity, " +
		"CompromisedAccount, Malware, Phishing, UnwantedSoftware or Other",
	v1alpha1.VerdictInformationalExpectedActivity: "determination of an InformationalExpectedActivity must be SecurityTesting, " +
		"LineOfBusinessApplication, ConfirmedActivity or Other",
	v1alpha1.VerdictFalsePositive: "determination of a FalsePositive must be NotMalicious, NotEnoughDataToValidate or Other",
}

// obeyed is what a terminal acts upon instead of showing it.
var obeyed = func() []rune {
	var list []rune
	for r := rune(0); r <= 0x1f; r++ { // C0, with NUL, tab, line feed and ESC
		list = append(list, r)
	}
	for r := rune(0x7f); r <= 0x9f; r++ { // DEL and C1, with CSI
		list = append(list, r)
	}
	return append(list,
		0x061c, 0x200e, 0x200f, // marks of direction
		0x202a, 0x202b, 0x202c, 0x202d, 0x202e, // embeddings and overrides
		0x2066, 0x2067, 0x2068, 0x2069, // isolates
	)
}()

// harmless is what stands next to those.
var harmless = []rune{' ', '~', 0xa0, 0x061b, 0x200d, 0x2010, 0x202f, 0x2065, 0x206a}

// refusesControlCharacters checks a field, given as YAML with %s for its text, with each such character amid a text.
func refusesControlCharacters(kind string) func(ctx SpecContext, spec, field, message string) {
	return func(ctx SpecContext, spec, field, message string) {
		for _, r := range obeyed {
			refused(ctx, kind, fmt.Sprintf("spec: {"+spec+"}", fmt.Sprintf(`a\u%04xb`, r)), field, message)
		}
		for _, r := range harmless {
			accepted(ctx, kind, fmt.Sprintf("spec: {"+spec+"}", fmt.Sprintf(`a\u%04xb`, r)))
		}
	}
}
