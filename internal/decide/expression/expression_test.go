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

package expression_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/expression"
)

func alert() *v1alpha1.Alert {
	began := metav1.NewTime(time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC))
	return &v1alpha1.Alert{
		ObjectMeta: metav1.ObjectMeta{Name: "shell", Namespace: "team-a", Labels: map[string]string{"team": "payments"}},
		Spec: v1alpha1.AlertSpec{
			Name: "Terminal shell in container", Severity: v1alpha1.SeverityHigh, Category: "Execution",
			Techniques:        []v1alpha1.Technique{"T1059", "T1059.004"},
			Source:            v1alpha1.AlertOrigin{Service: "Falco", Detector: "syscall"},
			FirstActivityTime: &began, Occurrences: 3,
			Triage: v1alpha1.Triage{Tags: []v1alpha1.Tag{"Crown Jewels"}},
			Evidence: []v1alpha1.Evidence{
				{Kind: v1alpha1.EvidencePod, Name: "db-0", Namespace: "payments"},
				{Kind: v1alpha1.EvidenceUser, Name: "root", Role: v1alpha1.EvidenceAffected},
			},
		},
	}
}

func TestHolds(t *testing.T) {
	for source, want := range map[string]bool{
		`true`:                                          true,
		`alert.spec.severity == "High"`:                 true,
		`alert.spec.severity in ["Low"]`:                false,
		`alert.spec.name.startsWith("Term")`:            true,
		`alert.spec.name.matches("^shell")`:             false,
		`alert.metadata.labels["team"] == "payments"`:   true,
		`"team" in alert.metadata.labels`:               true,
		`alert.metadata.labels.exists(k, k == "other")`: false,
		`alert.metadata.namespace == "team-a"`:          true,
		`alert.spec.evidence.exists(e, e.kind == "Pod" && e.namespace == "payments")`: true,
		`alert.spec.evidence.exists(e, e.kind == "Pod" && e.name == "root")`:          false,
		`alert.spec.evidence.all(e, has(e.role))`:                                     false,
		`alert.spec.evidence[1].role == "Affected"`:                                   true,
		`alert.spec.evidence.map(e, e.name).join(",") == "db-0,root"`:                 true,
		`size(alert.spec.techniques) == 2 && "T1059" in alert.spec.techniques`:        true,
		`"Crown Jewels" in alert.spec.tags`:                                           true,
		`alert.spec.source.service == "Falco"`:                                        true,
		`alert.spec.occurrences > 2`:                                                  true,
		`alert.spec.firstActivityTime < timestamp("2026-11-03T00:00:00Z")`:            true,
		`alert.spec.firstActivityTime.getHours() == 9`:                                true,
		// What is unset reads as empty, and has() tells.
		`alert.spec.description == ""`:              true,
		`has(alert.spec.description)`:               false,
		`has(alert.spec.severity)`:                  true,
		`has(alert.spec.source)`:                    true,
		`has(alert.spec.incidentRef)`:               false,
		`has(alert.spec.lastActivityTime)`:          false,
		`has(alert.spec.firstActivityTime)`:         true,
		`has(alert.spec.occurrences)`:               true,
		`alert.spec.incidentRef.name == ""`:         true,
		`alert.spec.resolution.state == "Resolved"`: false,
		`alert.spec.classification.verdict == ""`:   true,
		// The same where CEL no longer knows the type.
		`dyn(alert).spec.severity == "High"`:                     true,
		`has(dyn(alert).spec.description)`:                       false,
		`dyn(alert.spec.source) == dyn(alert.spec.source)`:       true,
		`[alert.spec.source].exists(s, s.detector == "syscall")`: true,
	} {
		t.Run(source, func(t *testing.T) {
			condition, err := expression.Compile(source)
			if err != nil {
				t.Fatal(err)
			}
			got, err := condition.Holds(alert())
			if err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("holds: %v, want %v", got, want)
			}
			if condition.String() != source {
				t.Errorf("String() = %q", condition.String())
			}
		})
	}
}

func TestCompileSaysWhereAndWhatItMustBe(t *testing.T) {
	for name, tc := range map[string]struct {
		source string
		want   []string
	}{
		"empty":                        {" ", []string{"must be a CEL expression", "it is empty"}},
		"no CEL":                       {"severity is High", []string{"line 1, column 10", "must be a CEL expression"}},
		"unknown variable":             {`severity == "High"`, []string{"line 1, column 1", "undeclared reference to 'severity'"}},
		"unknown field":                {"true &&\n  alert.spec.sevrity == \"High\"", []string{"line 2, column 13", "undefined field 'sevrity'"}},
		"unknown field of evidence":    {`alert.spec.evidence.exists(e, e.type == "Pod")`, []string{"line 1, column 32", "undefined field 'type'"}},
		"wrong type":                   {`alert.spec.occurrences == "3"`, []string{"line 1, column 24", "no matching overload"}},
		"not a condition":              {`alert.spec.severity`, []string{"must be a CEL expression", "type string"}},
		"unknown function":             {`alert.spec.name.reverseIt()`, []string{"undeclared reference to 'reverseIt'"}},
		"too long":                     {`"` + strings.Repeat("a", expression.MaxLength) + `" == ""`, []string{"at most 4096 characters; it has 4104"}},
		"too costly":                   {`alert.spec.evidence.exists(a, alert.spec.evidence.exists(b, alert.spec.evidence.exists(c, a.name == b.name + c.name)))`, []string{"must cost at most"}},
		"labels in a loop of evidence": {`alert.spec.evidence.all(e, alert.metadata.labels.all(k, alert.metadata.labels[k].contains(e.name)))`, []string{"must cost at most"}},
		"an alert of its own":          {`AlertSpec{name: "x"}.name == "x"`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			condition, err := expression.Compile(tc.source)
			if tc.want == nil {
				// Such an object cannot be made; whether that is known when it is compiled or when it runs is CEL's business.
				if err == nil {
					_, err = condition.Holds(alert())
				}
				if err == nil {
					t.Error("a condition made an object")
				}
				return
			}
			if err == nil {
				t.Fatal("compiled")
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q has several lines", err)
			}
		})
	}
}

func TestManyProblemsAreCut(t *testing.T) {
	_, err := expression.Compile(strings.Repeat("nothing || ", 100) + "true")
	if err == nil || strings.Count(err.Error(), "undeclared") != 5 || !strings.HasSuffix(err.Error(), "and more") {
		t.Errorf("got %v", err)
	}
}

func TestFailuresOfOneAlert(t *testing.T) {
	for name, source := range map[string]string{
		"division by zero": `1 / (alert.spec.occurrences - 3) == 1`,
		"missing label":    `alert.metadata.labels["none"] == ""`,
		"out of range":     `alert.spec.evidence[7].name == ""`,
		"not a boolean":    `dyn(alert.spec.name)`,
	} {
		t.Run(name, func(t *testing.T) {
			condition, err := expression.Compile(source)
			if err != nil {
				return // Refused even before.
			}
			if holds, err := condition.Holds(alert()); err == nil || holds {
				t.Errorf("holds: %v, error %v", holds, err)
			}
		})
	}
}

// What is cheap for the largest alert of the API can still be dear for one that is larger in what has no bound: its labels.
func TestCostOfOneAlertIsBounded(t *testing.T) {
	condition, err := expression.Compile(`alert.metadata.labels.all(k, k != "none")`)
	if err != nil {
		t.Fatal(err)
	}
	large := alert()
	for i := range 100_000 {
		large.Labels[strconv.Itoa(i)] = ""
	}
	if _, err := condition.Holds(large); err == nil || !strings.Contains(err.Error(), "cost limit") {
		t.Errorf("got %v, want an error of the cost limit", err)
	}
}

func TestNilHolds(t *testing.T) {
	var condition *expression.Condition
	if holds, err := condition.Holds(alert()); !holds || err != nil || condition.String() != "" {
		t.Errorf("holds: %v, error %v", holds, err)
	}
}

func TestNames(t *testing.T) {
	condition, err := expression.Compile(`has(alert.spec.url) || alert.spec.evidence.exists(e, e.role == "description")`)
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]bool{"url": true, "role": true, "description": false} {
		if condition.Names(field) != want {
			t.Errorf("names %s: %v", field, !want)
		}
	}
	var none *expression.Condition
	if none.Names("url") {
		t.Error("no condition names a field")
	}
}

func BenchmarkHolds(b *testing.B) {
	condition, err := expression.Compile(`alert.spec.severity in ["High", "Critical"] && alert.spec.evidence.exists(e, e.kind == "User")`)
	if err != nil {
		b.Fatal(err)
	}
	a := alert()
	for b.Loop() {
		if _, err := condition.Holds(a); err != nil {
			b.Fatal(err)
		}
	}
}
