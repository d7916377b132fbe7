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

package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
)

// defaultPolicy is the one that is shipped; recordings are what real detectors sent, which need not be there.
var (
	defaultPolicy = filepath.Join("..", "..", "config", "samples", "policies", "correlation.yaml")
	recordings    = filepath.Join("..", "..", "..", "shared", "data")
)

// replayed runs the command without a cluster, and reads its JSON.
func replayed(t *testing.T, args ...string) replayReport {
	t.Helper()
	code, out, errOut := runReplay(t, append(args, "-o", "json")...)
	var r replayReport
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != exitDone {
		t.Fatalf("code %d, %v\n%s", code, err, errOut)
	}
	return r
}

func runReplay(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	streams := genericiooptions.IOStreams{In: strings.NewReader(""), Out: &stdout, ErrOut: &stderr}
	code = run(t.Context(), streams, append([]string{"replay"}, args...))
	return code, stdout.String(), stderr.String()
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestReplaySamples replays the alerts of three incidents of Microsoft that are samples of this project, without what says
// which incident they belong to.
func TestReplaySamples(t *testing.T) {
	var alerts, truth strings.Builder
	for _, number := range []string{"38", "39", "55"} {
		data, err := os.ReadFile(filepath.Join("..", "..", "config", "samples", "incident-"+number+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		objects, err := input.Objects(data)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, object := range objects {
			if object["kind"] != "Alert" {
				continue
			}
			spec := object["spec"].(map[string]any)
			delete(spec, "incidentRef")
			ids = append(ids, spec["fingerprint"].(string))
			line, err := json.Marshal(object)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&alerts, "%s\n", line)
		}
		line, err := json.Marshal(trueIncident{IncidentNumber: number, AlertIDs: ids})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&truth, "%s\n", line)
	}
	r := replayed(t, "-f", write(t, "alerts.jsonl", alerts.String()), "--format", "Alert", "--policy", defaultPolicy, "--truth", write(t, "truth.jsonl", truth.String()))
	if r.Alerts != 79 || r.Stored != 79 || len(r.Missed) != 0 {
		t.Errorf("%d alerts, %d stored, %d missed", r.Alerts, r.Stored, len(r.Missed))
	}
	atLeast(t, r, 0.99, 0.97, 5)
}

func atLeast(t *testing.T, r replayReport, precision, f1 float64, incidents int) {
	t.Helper()
	if *r.Precision < precision || *r.F1 < f1 || r.Incidents > incidents {
		t.Errorf("precision %.4f, recall %.4f, f1 %.4f, %d incidents; want precision %.2f, f1 %.2f, at most %d",
			*r.Precision, *r.Recall, *r.F1, r.Incidents, precision, f1, incidents)
	}
}

// haveRecordings says whether there are recordings; the samples hold without them.
func haveRecordings() bool {
	_, err := os.Stat(recordings)
	return err == nil
}

// TestReplayMicrosoft pins how well the shipped policy agrees with Microsoft, alone and amid noise of the same days.
func TestReplayMicrosoft(t *testing.T) {
	if !haveRecordings() {
		return
	}
	args := []string{
		"-f", filepath.Join(recordings, "microsoft-incidents", "alerts.jsonl"), "--policy", defaultPolicy, "--truth", filepath.Join(recordings, "microsoft-incidents", "incidents.jsonl"),
	}
	r := replayed(t, append(args, "--format", "MicrosoftSentinel")...)
	if r.Alerts != 160 || len(r.Missed) != 0 {
		t.Errorf("%d alerts, %d missed", r.Alerts, len(r.Missed))
	}
	atLeast(t, r, 0.99, 0.97, 8)
	t.Logf("alone: precision %.4f, recall %.4f, f1 %.4f, %d incidents", *r.Precision, *r.Recall, *r.F1, r.Incidents)
	for _, c := range r.Truth {
		for _, found := range c.Found {
			t.Logf("Microsoft %s %q\n  ours %q: %d of %d, %d others", c.Name, c.Title, found.Title, found.Alerts, c.Alerts, found.Others)
		}
	}

	for i, file := range []string{"russellmitchell", "shaw"} {
		// Seen from 20 June and from 1 July 2024 on, while Microsoft's alerts came in.
		path := shifted(t, filepath.Join(recordings, "ait-ads/"+file+"_attack_window.csv"), []int64{1_718_841_600, 1_719_792_000}[i])
		args = append(args, "-f", path)
	}
	mixed := replayed(t, append(args, "--format", "MicrosoftSentinel", "--format", "AITADS", "--format", "AITADS")...)
	if noise := mixed.Alerts - r.Alerts; noise != 34_621 {
		t.Errorf("%d alerts of noise", noise)
	}
	if *mixed.Precision != *r.Precision || *mixed.Recall != *r.Recall {
		t.Errorf("amid noise precision %.4f and recall %.4f, alone %.4f and %.4f", *mixed.Precision, *mixed.Recall, *r.Precision, *r.Recall)
	}
	t.Logf("amid noise: %d alerts, %d incidents", mixed.Alerts, mixed.Incidents)
}

// shifted is a recording of AIT-ADS moved to begin at another time.
func shifted(t *testing.T, path string, begin int64) string {
	t.Helper()
	rows := rowsOf(t, path)
	first, err := strconv.ParseInt(rows[1][0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	writer := csv.NewWriter(&out)
	for i, row := range rows {
		if i > 0 {
			seconds, err := strconv.ParseInt(row[0], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			row[0] = strconv.FormatInt(seconds-first+begin, 10)
		}
		if err := writer.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	writer.Flush()
	return write(t, filepath.Base(path), out.String())
}

func rowsOf(t *testing.T, path string) [][]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestReplayNoise pins how far noise shrinks, and that each attack in it is mostly in one incident.
func TestReplayNoise(t *testing.T) {
	if !haveRecordings() {
		return
	}
	scenarios := []string{"russellmitchell", "shaw"}
	args := []string{"--format", "AITADS", "--policy", defaultPolicy}
	var labels []string
	for _, scenario := range scenarios {
		path := filepath.Join(recordings, "ait-ads/"+scenario+"_attack_window.csv")
		args = append(args, "-f", path)
		for _, row := range rowsOf(t, path)[1:] {
			label := ""
			if row[6] != "-" {
				label = scenario
			}
			labels = append(labels, label)
		}
	}
	r := replayed(t, args...)
	t.Logf("%d alerts, %d stored, %d incidents", r.Alerts, r.Stored, r.Incidents)
	if r.Alerts != 34_621 || r.Alerts != len(labels) || r.Incidents > 150 {
		t.Errorf("%d alerts, %d incidents", r.Alerts, r.Incidents)
	}
	for _, scenario := range scenarios {
		all, most := 0, 0
		for _, label := range labels {
			if label == scenario {
				all++
			}
		}
		for i := range r.Groups {
			n := 0
			for _, event := range r.Groups[i].Events {
				if labels[event] == scenario {
					n++
				}
			}
			most = max(most, n)
		}
		t.Logf("%s: %d of %d alerts of the attack are in one incident", scenario, most, all)
		if most*10 < all*8 {
			t.Errorf("%s: only %d of %d alerts of the attack are in one incident", scenario, most, all)
		}
	}
}

func TestReplayTable(t *testing.T) {
	falco := write(t, "falco.jsonl", `{"rule":"Shell","time":"2026-11-02T09:00:00Z","hostname":"n1","output_fields":{"k8s.ns.name":"a","k8s.pod.name":"db-0"}}
{"rule":"Read secret","time":"2026-11-02T09:05:00Z","hostname":"n2","output_fields":{"k8s.ns.name":"a","k8s.pod.name":"db-0"}}
not JSON
`)
	code, out, errOut := runReplay(t, "-f", falco, "--format", "Falco", "--policy", defaultPolicy)
	if code != exitIncomplete || !strings.Contains(errOut, "Malformed") {
		t.Errorf("code %d\n%s", code, errOut)
	}
	for _, want := range []string{"shares Pod a/db-0 with 1 alert", "2 alerts sent, 2 stored, 1 refused, 0 linked to nothing; 1 incidents; reduction 0.5000"} {
		if !strings.Contains(out, want) {
			t.Errorf("does not say %q:\n%s", want, out)
		}
	}
}

func TestReplayRefusesWhatMakesNoSense(t *testing.T) {
	events := write(t, "events.jsonl", `{"rule":"Shell","hostname":"n1"}`)
	policyOf := func(spec string) string {
		return write(t, "policy.yaml", "apiVersion: incidentoperator.dev/v1alpha1\nkind: CorrelationPolicy\nmetadata: {name: p}\nspec: "+spec+"\n")
	}
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"no file":          {[]string{"--format", "Falco", "--policy", defaultPolicy}, "--filename must name"},
		"no policy":        {[]string{"-f", events, "--format", "Falco"}, "--policy must name"},
		"no format":        {[]string{"-f", events, "--policy", defaultPolicy}, "--format must be given once"},
		"unknown format":   {[]string{"-f", events, "--format", "falco", "--policy", defaultPolicy}, "--format must be one of AITADS, "},
		"unknown output":   {[]string{"-f", events, "--format", "Falco", "--policy", defaultPolicy, "-o", "xml"}, "--output must be table or json"},
		"missing file":     {[]string{"-f", "none.jsonl", "--format", "Falco", "--policy", defaultPolicy}, "none.jsonl"},
		"not a policy":     {[]string{"-f", events, "--format", "Falco", "--policy", events}, "kind must be CorrelationPolicy"},
		"unknown field":    {[]string{"-f", events, "--format", "Falco", "--policy", policyOf(`{groupBy: [{evidence: [Pod]}], window: 3}`)}, `unknown field "spec.window"`},
		"bad condition":    {[]string{"-f", events, "--format", "Falco", "--policy", policyOf(`{groupBy: [{evidence: [Pod]}], when: "alert.nothing"}`)}, "spec.when must be a CEL expression"},
		"nothing to group": {[]string{"-f", events, "--format", "Falco", "--policy", policyOf(`{}`)}, "spec.groupBy must have 1 to 16 entries, not 0"},
		"unknown kind":     {[]string{"-f", events, "--format", "Falco", "--policy", policyOf(`{groupBy: [{evidence: [Pots]}]}`)}, "spec.groupBy[0].evidence must be one of"},
		"bad truth":        {[]string{"-f", events, "--format", "Falco", "--policy", defaultPolicy, "--truth", write(t, "t.jsonl", "{}")}, "incident 1 must have AlertIds"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, errOut := runReplay(t, tc.args...)
			if code != exitFailed || !strings.Contains(errOut, tc.want) {
				t.Errorf("code %d, want %q:\n%s", code, tc.want, errOut)
			}
		})
	}
}

// The policies that are shipped as samples are read.
func TestSamplePolicies(t *testing.T) {
	data, err := os.ReadFile(defaultPolicy)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := input.Documents[v1alpha1.CorrelationPolicy](data, "CorrelationPolicy"); err != nil {
		t.Error(err)
	}
}
