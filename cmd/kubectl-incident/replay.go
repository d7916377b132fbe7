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
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/recording"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/decide/correlate"
	"github.com/incident-operator/incident-operator/internal/decide/replay"
	"github.com/incident-operator/incident-operator/internal/detect/formats"
)

const outputJSON = "json"

type replayOptions struct {
	*plugin
	files, formats, policies []string
	truth, output            string
}

func (p *plugin) replayCommand() *cobra.Command {
	o := &replayOptions{plugin: p}
	command := &cobra.Command{
		Use:   "replay -f FILE --format FORMAT --policy FILE",
		Short: "Show what policies would make of alerts that came in before",
		Long: `Let CorrelationPolicies decide about what detectors sent before, without a cluster: which incidents would be begun,
which alerts would join them, which would be left alone, and why.

The events count in the order of their last activity, whatever their order in the files. Events of one identity are
one alert, as they are at the receiver.

With --truth it is also measured how far that agrees with how the alerts were grouped before, by pairs of alerts:
precision is the part of the pairs put together that belong together, recall the part of those that belong together
that were put together, and f1 their harmonic mean. To put an alert that the truth does not know together with one that
it knows is wrong too. The truth is one JSON object a line, with the fingerprints of the alerts in AlertIds and a Title:
rows of the table SecurityIncident of Microsoft Sentinel are read as they are.

Exit codes: 0 done, 1 some of what was sent cannot be read, 2 the command line, a policy or a file is wrong.`,
		Example: `  # What the policy would make of an export of Microsoft Sentinel, and how far Microsoft agrees
  kubectl incident replay -f alerts.jsonl --format MicrosoftSentinel --policy policy.yaml --truth incidents.jsonl

  # The figures alone, for a test of the policies in Git
  kubectl incident replay -f alerts.jsonl --format Falco --policy policies.yaml -o json | jq .reduction

  # Two recordings at once: the formats in the order of the files
  kubectl incident replay -f a.jsonl --format Wazuh -f b.jsonl --format Falco --policy policy.yaml`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return o.run() },
	}
	flags := command.Flags()
	flags.StringArrayVarP(&o.files, "filename", "f", nil, "what detectors sent; - for standard input; may be given several times")
	flags.StringArrayVar(&o.formats, "format", nil, "the format of all files, or one for each in their order: "+strings.Join(formats.Names(), ", "))
	flags.StringArrayVar(&o.policies, "policy", nil, "a file of CorrelationPolicies in YAML or JSON; may be given several times")
	flags.StringVar(&o.truth, "truth", "", "a file that says how the alerts were grouped before")
	flags.StringVarP(&o.output, "output", "o", outputTable, "table, or json for all of it")
	complete.Flag(command, "output", complete.Words(outputTable, outputJSON))
	complete.Flag(command, "format", complete.Words(formats.Names()...))
	return command
}

func (o *replayOptions) run() error {
	if err := o.validate(); err != nil {
		return err
	}
	policies, err := o.readPolicies()
	if err != nil {
		return err
	}
	events, identities, refused, err := o.readEvents()
	if err != nil {
		return err
	}
	truth, err := o.readTruth()
	if err != nil {
		return err
	}
	report := reportOf(replay.Run(policies, events), len(events), refused)
	if o.truth != "" {
		report.compare(truth, identities)
	}
	if err := o.print(report); err != nil {
		return err
	}
	if refused > 0 {
		return errIncomplete
	}
	return nil
}

func (o *replayOptions) validate() error {
	switch {
	case len(o.files) == 0:
		return errors.New("--filename must name what detectors sent")
	case len(o.policies) == 0:
		return errors.New("--policy must name a file of CorrelationPolicies")
	case len(o.formats) != 1 && len(o.formats) != len(o.files):
		return fmt.Errorf("--format must be given once, or once for each of the %d files", len(o.files))
	case o.output != outputTable && o.output != outputJSON:
		return fmt.Errorf("--output must be %s or %s, is %q", outputTable, outputJSON, o.output)
	default:
		return nil
	}
}

// readPolicies reads all policies, and leaves out those that are suspended.
func (o *replayOptions) readPolicies() ([]*correlate.Policy, error) {
	var policies []*correlate.Policy
	for _, file := range o.policies {
		data, err := input.Read(o.In, file, input.MaxHeads)
		if err != nil {
			return nil, err
		}
		var read []v1alpha1.CorrelationPolicy
		if read, err = input.Documents[v1alpha1.CorrelationPolicy](data, "CorrelationPolicy"); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for i := range read {
			policy, err := correlate.Compile(&read[i])
			if err != nil {
				return nil, fmt.Errorf("%s: policy %s: %w", file, read[i].Name, err)
			}
			if !read[i].Spec.Suspend {
				policies = append(policies, policy)
			}
		}
	}
	correlate.Sort(policies)
	return policies, nil
}

// readEvents reads all files. identities are the identities of alerts by the fingerprints of detectors.
func (o *replayOptions) readEvents() (events []replay.Event, identities map[string]string, refused int, err error) {
	identities = map[string]string{}
	for i, file := range o.files {
		format := o.formats[0]
		if len(o.formats) > 1 {
			format = o.formats[i]
		}
		data, err := input.Read(o.In, file, recording.MaxBytes)
		if err != nil {
			return nil, nil, 0, err
		}
		batch, err := recording.Decode(format, data, time.Now())
		if err != nil {
			return nil, nil, 0, fmt.Errorf("--%w", err)
		}
		for _, line := range recording.Describe(batch.Refusals) {
			terminal.PrintLine(o.ErrOut, terminal.Escape(file+": "+line))
		}
		refused += batch.Items() - len(batch.Events)
		for _, event := range batch.Events {
			key := format + " " + event.Identity
			events = append(events, replay.Event{Alert: key, Spec: event.Spec, Resolved: event.Resolved})
			if event.Spec.Fingerprint != "" {
				identities[event.Spec.Fingerprint] = key
			}
		}
	}
	return events, identities, refused, nil
}

func (o *replayOptions) print(report *replayReport) error {
	if o.output == outputTable {
		report.print(o.Out)
		return nil
	}
	text, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	terminal.PrintLine(o.Out, string(text))
	return nil
}
