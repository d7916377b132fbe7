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

// Command samples writes the manifests of config/samples from recorded incidents and alerts of real detectors.
//
//	go run ./hack/samples --data DIR [--out config/samples]
//
// DIR holds microsoft-incidents/{incidents,alerts}.jsonl, falco/events.jsonl, alertmanager/captured.jsonl and
// policy-reports/trivy-adapter__vulnerabilityreport.yaml; config/samples/NOTICE.md says where they come from. The same
// data gives the same bytes. What a manifest cannot hold is told on standard error.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

func main() {
	data := flag.String("data", "", "the folder that holds the recorded data (required)")
	out := flag.String("out", filepath.Join("config", "samples"), "the folder to write the manifests to")
	flag.Parse()
	if err := run(*data, *out, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "samples:", err)
		os.Exit(1)
	}
}

// run writes all manifests to out and what they leave out to report.
func run(data, out string, report io.Writer) error {
	if data == "" {
		return errors.New("--data must name the folder that holds the recorded data")
	}
	notes := &remarks{}
	manifests, err := allManifests(os.DirFS(data), notes)
	if err != nil {
		return err
	}
	for _, m := range manifests {
		if err := m.write(out); err != nil {
			return err
		}
	}
	return notes.print(report)
}

// reader turns one kind of recorded data under a folder into manifests.
type reader func(data fs.FS, notes *remarks) ([]manifest, error)

// allManifests reads every kind of recorded data under the folder data.
func allManifests(data fs.FS, notes *remarks) ([]manifest, error) {
	var all []manifest
	for _, read := range []reader{microsoftManifests, falcoManifests, alertmanagerManifests, trivyManifests} {
		manifests, err := read(data, notes)
		if err != nil {
			return nil, err
		}
		all = append(all, manifests...)
	}
	return all, nil
}
