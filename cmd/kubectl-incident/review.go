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
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/report"
	"github.com/incident-operator/incident-operator/internal/decide/naming"
	"github.com/incident-operator/incident-operator/internal/decide/view"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// review is the report on one incident.
func (o *reportOptions) review(ctx context.Context, c client.WithWatch, key client.ObjectKey, now time.Time) (*report.Document, error) {
	incident := &v1alpha1.Incident{}
	if err := c.Get(ctx, key, incident); err != nil {
		return nil, fmt.Errorf("reading the incident: %w", err)
	}
	read, err := readShown(ctx, c, incident, now)
	if err != nil {
		return nil, err
	}
	if read.entries, err = wholeLog(ctx, c, incident); err != nil {
		return nil, err
	}
	return reviewDocument(read, incident.Status.Activity, o.zone(), now), nil
}

// wholeLog reads the activity log of an incident with the whole texts of its comments.
func wholeLog(ctx context.Context, c client.WithWatch, incident *v1alpha1.Incident) ([]view.Entry, error) {
	of := []client.ListOption{client.InNamespace(incident.Namespace), client.MatchingFields{kube.IncidentOf: incident.Name}}
	var log []v1alpha1.Activity
	_, err := kube.Each(ctx, c, &v1alpha1.ActivityList{}, kube.Streamed, func(page *v1alpha1.ActivityList) error {
		for i := range page.Items {
			if page.Items[i].Spec.IncidentRef.UID == string(incident.UID) {
				log = append(log, page.Items[i])
			}
		}
		return nil
	}, of...)
	if err != nil {
		return nil, fmt.Errorf("reading its activity log: %w", err)
	}
	comments := map[types.UID]string{}
	_, err = kube.Each(ctx, c, &v1alpha1.CommentList{}, kube.Streamed, func(page *v1alpha1.CommentList) error {
		for i := range page.Items {
			comments[page.Items[i].UID] = page.Items[i].Spec.Text
		}
		return nil
	}, of...)
	if err != nil {
		return nil, fmt.Errorf("reading its comments: %w", err)
	}
	return view.EntriesOf(log, comments), nil
}

func reviewDocument(s *shown, head v1alpha1.ActivityHead, zone *time.Location, now time.Time) *report.Document {
	document := &report.Document{Title: s.Header.Title}
	for _, f := range incidentFacts(s, zone, now, true) {
		document.Facts = append(document.Facts, report.Fact{Name: f.name, Value: f.value})
	}
	document.Facts = append(document.Facts, report.Fact{Name: "Note", Value: s.Header.Note}, report.Fact{Name: "Head of the log", Value: headText(head)})
	document.Sections = []report.Section{
		{Heading: "Summary", Text: s.Header.Description},
		evidenceSection(s.Evidence, zone), tacticsSection(s.Tactics, zone), worstSection(s, zone),
		entriesSection("Decisions", "Nobody decided anything.", s.entries, zone, isDecision),
		entriesSection("Comments", "Nobody said anything.", s.entries, zone, isComment),
		entriesSection("Timeline", "The log is empty.", s.entries, zone, func(*view.Entry) bool { return true }),
	}
	return document
}

// headText is what verifies that the log still begins with what the report tells.
func headText(head v1alpha1.ActivityHead) string {
	if head.Head == "" {
		return ""
	}
	return fmt.Sprintf("entry %d, SHA-256 %s", head.Entries, head.Head)
}

func evidenceSection(groups []view.Group, zone *time.Location) report.Section {
	section := report.Section{Heading: "Evidence", None: "The alerts name no evidence.", Columns: []string{"NAME", "KIND", "ALERTS", "FIRST SEEN", "LAST SEEN", "ROLES"}}
	for _, group := range groups {
		for i := range group.Things {
			thing := &group.Things[i]
			name := strings.TrimPrefix(thing.Namespace+"/"+thing.Name, "/")
			var roles []string
			for _, role := range thing.Roles {
				roles = append(roles, withCount(string(role.Role), role.Alerts))
			}
			section.Rows = append(section.Rows, []string{
				name, string(group.Kind), grouped(thing.Alerts), shortTime(thing.First, zone), shortTime(thing.Last, zone), strings.Join(roles, ", "),
			})
		}
	}
	return section
}

func tacticsSection(tactics []view.Tactic, zone *time.Location) report.Section {
	section := report.Section{Heading: "Tactics and techniques", Columns: []string{"TACTIC", "ALERTS", "BEGAN", "TECHNIQUES"}}
	for _, tactic := range tactics {
		section.Rows = append(section.Rows, []string{
			naming.Sentence(tactic.Category), grouped(tactic.Alerts), shortTime(tactic.First, zone), countedText(tactic.Techniques),
		})
	}
	return section
}

func worstSection(s *shown, zone *time.Location) report.Section {
	section := report.Section{Heading: "Alerts, the worst first", Columns: []string{"ALERT", "SEVERITY", "STATE", "BEGAN", "TITLE"}}
	for _, row := range s.Worst {
		section.Rows = append(section.Rows, []string{row.Name, string(row.Severity), string(row.State), shortTime(row.First, zone), row.Title})
	}
	if s.MoreAlerts > 0 {
		section.Heading += fmt.Sprintf(" (%s of %s)", grouped(len(s.Worst)), grouped(len(s.Worst)+s.MoreAlerts))
	}
	return section
}

func isComment(e *view.Entry) bool { return e.Type == v1alpha1.ActivityCommented }

// isDecision says whether an entry tells of what a person decided about the incident itself.
func isDecision(e *view.Entry) bool {
	switch e.Type {
	case v1alpha1.ActivityAssigned, v1alpha1.ActivityResolved, v1alpha1.ActivityReopened, v1alpha1.ActivityResolutionChanged,
		v1alpha1.ActivityClassified, v1alpha1.ActivitySeverityChanged, v1alpha1.ActivityMergeRequested:
		return true
	default:
		return false
	}
}

func entriesSection(heading, none string, entries []view.Entry, zone *time.Location, wanted func(*view.Entry) bool) report.Section {
	section := report.Section{Heading: heading, None: none, Columns: []string{"TIME", "ENTRY", "ACTOR", "TYPE", "TEXT"}}
	for i := range entries {
		if e := &entries[i]; wanted(e) {
			section.Rows = append(section.Rows, []string{
				cmp.Or(shortTime(e.Time, zone), "unknown"), strconv.FormatInt(e.Sequence, 10), e.Actor, string(e.Type), e.Text,
			})
		}
	}
	return section
}
