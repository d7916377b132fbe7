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
	"os"
	"path/filepath"
	"strconv"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/yaml"

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

const (
	// mustBeLine is what the API says of a name, a tag, an assignee, a service or a detector that is not text of one line.
	mustBeLine = " must be text without white space at its ends, and without control characters, line breaks, bidirectional marks " +
		"and invisible characters"
	// mustBeProse is what the API says of a comment, a note or a description that is not text.
	mustBeProse = " must not contain control characters other than line feed and tab"
)

// textCase is one of the cases by which internal/decide/text and the API must agree.
type textCase struct {
	About string `json:"about"`
	Text  string `json:"text"`
	Line  bool   `json:"line"`
	Prose bool   `json:"prose"`
}

// takesLines checks a field, given as YAML with %s for its text, with every case.
func takesLines(kind string) func(ctx SpecContext, spec, field, name string) {
	return func(ctx SpecContext, spec, field, name string) {
		takesText(ctx, kind, spec, field, name+mustBeLine, func(c textCase) bool { return c.Line })
	}
}

// takesProse is takesLines for a field of several lines.
func takesProse(kind string) func(ctx SpecContext, spec, field, name string) {
	return func(ctx SpecContext, spec, field, name string) {
		takesText(ctx, kind, spec, field, name+mustBeProse, func(c textCase) bool { return c.Prose })
	}
}

func takesText(ctx SpecContext, kind, spec, field, message string, isTaken func(textCase) bool) {
	GinkgoHelper()
	content, err := os.ReadFile(filepath.Join("..", "..", "internal", "decide", "text", "testdata", "texts.yaml"))
	Expect(err).NotTo(HaveOccurred())
	var cases []textCase
	Expect(yaml.UnmarshalStrict(content, &cases)).To(Succeed())
	Expect(len(cases)).To(BeNumerically(">", 50))
	for _, c := range cases {
		if c.Text == "" {
			continue // Fields differ in whether they may be empty.
		}
		By(c.About)
		manifest := "spec: {" + fmt.Sprintf(spec, strconv.QuoteToASCII(c.Text)) + "}"
		if isTaken(c) {
			object := accepted(ctx, kind, manifest)
			Expect(fmt.Sprint(object.Object["spec"])).To(ContainSubstring(c.Text), "it must be stored as it was written")
		} else {
			refused(ctx, kind, manifest, field, message)
		}
	}
}
