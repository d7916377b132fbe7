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

package operator

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/incident-operator/incident-operator/internal/kube"
)

func TestLeaseLabels(t *testing.T) {
	for version, want := range map[string]string{
		"dev":                         "dev",
		"v0.1.0-3-g61df4ce+dirty":     "v0.1.0-3-g61df4ce-dirty",
		"":                            "",
		"-v1é_":                       "v1",
		"v" + strings.Repeat("1", 70): "v" + strings.Repeat("1", 62),
	} {
		got := LeaseLabels(version)[kube.VersionLabel]
		if problems := validation.IsValidLabelValue(got); got != want || len(problems) > 0 {
			t.Errorf("%q: got %q, %v", version, got, problems)
		}
	}
}
