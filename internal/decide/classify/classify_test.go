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

package classify

import (
	"slices"
	"strings"
	"testing"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func TestParse(t *testing.T) {
	for name, test := range map[string]struct {
		verdict, determination string
		want                   v1alpha1.Classification
	}{
		"verdict alone":          {"TruePositive", "", v1alpha1.Classification{Verdict: "TruePositive"}},
		"not set":                {"NotSet", "", v1alpha1.Classification{Verdict: "NotSet"}},
		"camelCase":              {"truePositive", "multiStagedAttack", v1alpha1.Classification{Verdict: "TruePositive", Determination: "MultiStagedAttack"}},
		"Clean":                  {"FalsePositive", "Clean", v1alpha1.Classification{Verdict: "FalsePositive", Determination: "NotMalicious"}},
		"InsufficientData":       {"FalsePositive", "insufficientData", v1alpha1.Classification{Verdict: "FalsePositive", Determination: "NotEnoughDataToValidate"}},
		"NoEnoughDataToValidate": {"FalsePositive", "NoEnoughDataToValidate", v1alpha1.Classification{Verdict: "FalsePositive", Determination: "NotEnoughDataToValidate"}},
		"CompromisedUser":        {"TruePositive", "CompromisedUser", v1alpha1.Classification{Verdict: "TruePositive", Determination: "CompromisedAccount"}},
		"ConfirmedUserActivity":  {"informationalExpectedActivity", "confirmedUserActivity", v1alpha1.Classification{Verdict: "InformationalExpectedActivity", Determination: "ConfirmedActivity"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(test.verdict, test.determination)
			if err != nil || got != test.want {
				t.Errorf("got %v, %v; want %v", got, err, test.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for name, test := range map[string]struct{ verdict, determination, want string }{
		"verdict":        {"Maybe", "", `verdict must be NotSet, TruePositive, InformationalExpectedActivity or FalsePositive, is "Maybe"`},
		"no verdict":     {"", "", `is ""`},
		"wrong pair":     {"FalsePositive", "Malware", `determination of FalsePositive must be NotMalicious, NotEnoughDataToValidate or Other, is "Malware"`},
		"wrong alias":    {"TruePositive", "Clean", `must be MultiStagedAttack, MaliciousUserActivity, CompromisedAccount, Malware, Phishing, UnwantedSoftware or Other, is "Clean"`},
		"none to refine": {"NotSet", "Other", `NotSet takes no determination, got "Other"`},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := Parse(test.verdict, test.determination); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, %v; want an error with %s", got, err, test.want)
			}
		})
	}
}

func TestSplit(t *testing.T) {
	got, err := Split("truePositive/malware")
	if want := (v1alpha1.Classification{Verdict: "TruePositive", Determination: "Malware"}); err != nil || got != want {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	if _, err := Split("TruePositive/"); err == nil {
		t.Error("an empty determination passed")
	}
}

// Every pair that the API accepts is read as itself, and no other pair is read at all.
func TestPairs(t *testing.T) {
	for _, verdict := range Verdicts {
		for _, other := range Verdicts {
			for _, determination := range other.Determinations() {
				got, err := Parse(string(verdict), string(determination))
				fits := slices.Contains(verdict.Determinations(), determination)
				if (err == nil) != fits || (fits && got != v1alpha1.Classification{Verdict: verdict, Determination: determination}) {
					t.Errorf("%s/%s: got %v, %v", verdict, determination, got, err)
				}
			}
		}
	}
}

func TestParseVerdict(t *testing.T) {
	if got, err := ParseVerdict("falsepositive"); err != nil || got != v1alpha1.VerdictFalsePositive {
		t.Errorf("got %q, %v", got, err)
	}
	want := `must be NotSet, TruePositive, InformationalExpectedActivity or FalsePositive, is "benign"`
	if _, err := ParseVerdict("benign"); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestParseDetermination(t *testing.T) {
	for word, want := range map[string]v1alpha1.Determination{
		"malware": "Malware", "SECURITYTESTING": "SecurityTesting", "Clean": "NotMalicious", "compromiseduser": "CompromisedAccount", "other": "Other",
	} {
		if got, err := ParseDetermination(word); err != nil || got != want {
			t.Errorf("%s: got %q, %v", word, got, err)
		}
	}
	if _, err := ParseDetermination("worm"); err == nil || !strings.Contains(err.Error(), `must be CompromisedAccount, ConfirmedActivity, `) {
		t.Errorf("got %v", err)
	}
}
