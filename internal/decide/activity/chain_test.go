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

package activity_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

// goldenForm and goldenHash were computed with Python's json.dumps(spec, sort_keys=True, separators=(",", ":"),
// ensure_ascii=False) and hashlib.sha256, so that the encoding does not follow this program alone.
const (
	goldenForm = "{\"actor\":\"\u00e4lice \\\"<&>\\\\ \U0001f600\",\"actorKind\":\"User\",\"after\":{\"fiel" +
		"ds\":[{\"field\":\"spec.name\",\"value\":\"\u20ac\"}],\"generation\":0,\"reso" +
		"urceVersion\":\"12\"},\"comment\":{\"name\":\"c\",\"text\":\"\u202e'\",\"uid\":\"" +
		"u\"},\"coversGenerations\":1,\"incidentRef\":{\"name\":\"inc\",\"uid\":" +
		"\"0f5d1e52-1111-4222-8333-444455556666\"},\"previousHash\":\"aaaa" +
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" +
		"\",\"sequence\":2,\"summary\":\"a/b\u2028c\u2029d\\u0001\\b\\f\\n\\r\\t\u007f\u0085\",\"time\":" +
		"\"2026-01-31T12:00:00Z\",\"type\":\"Commented\"}"
	goldenHash = "44bb1a154a28f891efaf6dec7c1ef55208028862aa631a765807e3ea14dd2e2b"
)

// TestHashGolden begins with members in another order, with whitespace, other escapes, another number and a hash.
func TestHashGolden(t *testing.T) {
	const spec = `{"type": "Commented", "hash": "not counted", "time": "2026-01-31T12:00:00Z",
		"summary": "a\/b\u2028c\u2029d\u0001\u0008\u000c\u000a\u000d\u0009\u007f\u0085", "sequence": 2.0,
		"previousHash": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"incidentRef": {"uid": "0f5d1e52-1111-4222-8333-444455556666", "name": "inc"}, "coversGenerations": 1,
		"comment": {"uid": "u", "text": "\u202e\u0027", "name": "c"},
		"after": {"resourceVersion": "12", "generation": 0, "fields": [{"value": "\u20ac", "field": "spec.name"}]},
		"actorKind": "User", "actor": "\u00e4lice \"\u003c\u0026\u003e\\ \ud83d\ude00"}`
	var decoded map[string]any
	if err := json.Unmarshal([]byte(spec), &decoded); err != nil {
		t.Fatal(err)
	}
	got, err := activity.Hash(decoded)
	if err != nil {
		t.Fatal(err)
	}
	if got != goldenHash {
		t.Errorf("got %s, want %s", got, goldenHash)
	}
	sum := sha256.Sum256([]byte(goldenForm))
	if hex.EncodeToString(sum[:]) != goldenHash {
		t.Error("the written form does not have the written hash")
	}
	if decoded["hash"] != "not counted" {
		t.Error("Hash changed its argument")
	}
}

func TestName(t *testing.T) {
	tests := map[string]struct {
		incident v1alpha1.ActivityIncident
		sequence int64
		want     string
	}{
		"usual":     {v1alpha1.ActivityIncident{Name: "inc-1", UID: uid}, 7, "inc-1-0f5d1e52-00000007"},
		"short UID": {v1alpha1.ActivityIncident{Name: "inc-1", UID: "ab"}, 12345678, "inc-1-ab-12345678"},
		"long name": {
			v1alpha1.ActivityIncident{Name: strings.Repeat("x", 253), UID: uid},
			1,
			strings.Repeat("x", 200) + "-0f5d1e52-00000001",
		},
		"200 characters, the last a dash": {
			v1alpha1.ActivityIncident{Name: strings.Repeat("x", 199) + "-y", UID: uid}, 1, strings.Repeat("x", 199) + "-0f5d1e52-00000001",
		},
		"200 characters, the last ones dots and dashes": {
			v1alpha1.ActivityIncident{Name: strings.Repeat("x", 196) + "-.-.y", UID: uid}, 1, strings.Repeat("x", 196) + "-0f5d1e52-00000001",
		},
		"exactly 200 characters": {
			v1alpha1.ActivityIncident{Name: strings.Repeat("x.", 99) + "xy", UID: uid}, 1, strings.Repeat("x.", 99) + "xy-0f5d1e52-00000001",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := activity.Name(test.incident, test.sequence); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
