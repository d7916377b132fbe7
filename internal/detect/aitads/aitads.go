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

// Package aitads reads rows of the AIT Alert Data Set: CSV with a header, alerts of Wazuh, Suricata and AMiner.
package aitads

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
)

// Format is the data set's table of alerts. The same alert of the same host is one alert; rows are its occurrences.
var Format = detect.Format{
	Name:     "AITADS",
	Identity: identity,
	Decode: func(body []byte, reading detect.Reading) detect.Batch {
		return detect.Collect(body, reading, func(c *detect.Collector) { readTable(body, c) })
	},
}

var identity = []string{"short", "name", "host", "ip"}

// columns are those that are read. time_label and event_label say which rows are an attack: correlation is measured
// against them, so they are never read.
var columns = []string{"time", "name", "ip", "host", "short"}

// services are the detectors by the first letter of a row's short name.
var services = map[string]string{"W": "Wazuh", "S": "Suricata", "A": "AMiner"}

func readTable(body []byte, c *detect.Collector) {
	reader := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, []byte("\uFEFF"))))
	reader.FieldsPerRecord = -1
	header, err := reader.Read()
	if err != nil {
		c.Refuse(fmt.Errorf("reading the header: %w", err))
		return
	}
	for _, column := range columns {
		if !slices.Contains(header, column) {
			c.Refuse(fmt.Errorf("the first line must name the columns %s; %s is missing", strings.Join(columns, ", "), column))
			return
		}
	}
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err == nil && len(record) != len(header) {
			err = fmt.Errorf("a row must have %d columns, not %d", len(header), len(record))
		}
		more := c.Add(func(d *detect.Draft) error {
			if err != nil {
				return err
			}
			return mapRow(func(column string) string { return cell(header, record, column) }, d)
		})
		if !more {
			return
		}
	}
}

func cell(header, record []string, column string) string {
	if i := slices.Index(header, column); i >= 0 && slices.Contains(columns, column) {
		return record[i]
	}
	return ""
}

func mapRow(cell func(string) string, d *detect.Draft) error {
	d.IdentifyBy(cell, identity...)
	d.Title(cell("name"), "name", "short")
	short := cell("short")
	letter, _, _ := strings.Cut(short, "-")
	d.Source(services[letter], short)
	if short != "" && services[letter] == "" {
		d.LeftOut("source.service", short)
	}
	d.Spec.FirstActivityTime = d.Epoch("firstActivityTime", cell("time"), time.Second)
	d.Spec.LastActivityTime = d.Spec.FirstActivityTime.DeepCopy()
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceDevice, Name: strings.ToLower(cell("host")), Role: v1alpha1.EvidenceAffected})
	d.Evidence(v1alpha1.Evidence{Kind: v1alpha1.EvidenceIP, Name: strings.ToLower(cell("ip")), Role: v1alpha1.EvidenceAffected})
	return nil
}
