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

package v1alpha1

// Verdicts returns the verdicts, in the order in which people weigh them.
func Verdicts() []Verdict {
	return []Verdict{VerdictNotSet, VerdictTruePositive, VerdictInformationalExpectedActivity, VerdictFalsePositive}
}

// Determinations returns the determinations that fit the verdict: none where it is NotSet or unknown.
func (v Verdict) Determinations() []Determination {
	switch v {
	case VerdictTruePositive:
		return []Determination{
			DeterminationMultiStagedAttack, DeterminationMaliciousUserActivity, DeterminationCompromisedAccount,
			DeterminationMalware, DeterminationPhishing, DeterminationUnwantedSoftware, DeterminationOther,
		}
	case VerdictInformationalExpectedActivity:
		return []Determination{
			DeterminationSecurityTesting, DeterminationLineOfBusinessApplication, DeterminationConfirmedActivity, DeterminationOther,
		}
	case VerdictFalsePositive:
		return []Determination{DeterminationNotMalicious, DeterminationNotEnoughDataToValidate, DeterminationOther}
	case VerdictNotSet:
	}
	return nil
}
