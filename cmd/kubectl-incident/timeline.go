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
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/activity"
)

func (p *plugin) timelineCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "timeline INCIDENT",
		Short: "Show what happened to an incident, oldest first, with its comments",
		Long: `Show the activity log of an incident, oldest first, with the whole text of its comments. What is not printable is
shown as in \x1b. Of an incident that is gone, the logs of all that bore its name are shown.`,
		Args: cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			return p.timeline(command.Context(), args[0])
		},
	}
}

func (p *plugin) timeline(ctx context.Context, incident string) error {
	if incident == "" {
		return errors.New("the name of the incident is empty")
	}
	namespace, err := p.namespace()
	if err != nil {
		return err
	}
	client, err := p.connect()
	if err != nil {
		return err
	}
	uid, err := uidOf(ctx, client, namespace, incident)
	if err != nil {
		return err
	}
	entries, err := list(ctx, client, "activities", namespace, incident)
	if err != nil {
		return err
	}
	if uid != "" {
		entries = slices.DeleteFunc(entries, func(entry map[string]any) bool { return logUID(entry) != uid })
	}
	if len(entries) == 0 {
		return fmt.Errorf("incident %q in namespace %q has no activities", incident, namespace)
	}
	comments, err := commentsOf(ctx, client, namespace, incident, entries)
	if err != nil {
		return err
	}
	for _, log := range activity.Verify(entries, nil).Logs {
		if !log.Intact() {
			printLine(p.ErrOut, escape("Warning: the log is not intact: "+log.Finding.Reason))
		}
	}
	p.printTimeline(entries, comments)
	return nil
}

// uidOf returns the UID of the incident that bears the name now, or nothing.
func uidOf(ctx context.Context, client dynamic.Interface, namespace, incident string) (string, error) {
	resource := client.Resource(v1alpha1.GroupVersion.WithResource("incidents")).Namespace(namespace)
	live, err := resource.Get(ctx, incident, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading the incident: %w", err)
	}
	return string(live.GetUID()), nil
}

// commentsOf returns the texts of the comments that still exist by their UID. One list takes less than a request for
// each, which the client would slow down.
func commentsOf(
	ctx context.Context, client dynamic.Interface, namespace, incident string, entries []map[string]any,
) (map[string]string, error) {
	if !slices.ContainsFunc(entries, isCommented) {
		return nil, nil
	}
	comments, err := list(ctx, client, "comments", namespace, incident)
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for _, comment := range comments {
		texts[nested(comment, "metadata", "uid")] = nested(comment, "spec", "text")
	}
	return texts, nil
}

func isCommented(entry map[string]any) bool {
	return nested(entry, "spec", "type") == string(v1alpha1.ActivityCommented)
}

func logUID(entry map[string]any) string {
	return nested(entry, "spec", "incidentRef", "uid")
}

func sequenceOf(entry map[string]any) int64 {
	sequence, _, err := unstructured.NestedInt64(entry, "spec", "sequence")
	if err != nil {
		return 0
	}
	return sequence
}

// firstTimes orders the logs of one name by when each began.
func firstTimes(entries []map[string]any) map[string]string {
	first := map[string]string{}
	for _, entry := range entries {
		uid, time := logUID(entry), nested(entry, "spec", "time")
		if known, found := first[uid]; !found || time < known {
			first[uid] = time
		}
	}
	return first
}

func (p *plugin) printTimeline(entries []map[string]any, comments map[string]string) {
	first := firstTimes(entries)
	slices.SortStableFunc(entries, func(a, b map[string]any) int {
		uidA, uidB := logUID(a), logUID(b)
		return cmp.Or(
			strings.Compare(first[uidA], first[uidB]),
			strings.Compare(uidA, uidB),
			cmp.Compare(sequenceOf(a), sequenceOf(b)))
	})
	rows := [][]string{{"TIME", "ENTRY", "ACTOR", "TYPE", "SUMMARY"}}
	for _, entry := range entries {
		rows = append(rows, []string{
			nested(entry, "spec", "time"), strconv.FormatInt(sequenceOf(entry), 10),
			nested(entry, "spec", "actor"), nested(entry, "spec", "type"), nested(entry, "spec", "summary"),
		})
	}
	lines := alignRows(rows)
	printLine(p.Out, lines[0])
	for i, entry := range entries {
		if uid := logUID(entry); len(first) > 1 && (i == 0 || logUID(entries[i-1]) != uid) {
			printLine(p.Out, escape("UID "+uid+":"))
		}
		printLine(p.Out, lines[i+1])
		if isCommented(entry) {
			p.printComment(entry, comments)
		}
	}
}

// printComment prints the whole comment, and says where it is not what the log recorded.
func (p *plugin) printComment(entry map[string]any, comments map[string]string) {
	recorded := nested(entry, "spec", "comment", "text")
	text, found := comments[nested(entry, "spec", "comment", "uid")]
	switch {
	case !found:
		indent(p.Out, recorded)
		indent(p.Out, "(the Comment is gone; this is what the log recorded of it)")
	case activity.Recorded(text) != recorded:
		indent(p.Out, text)
		indent(p.Out, "(the Comment is not the one that the log recorded)")
	default:
		indent(p.Out, text)
	}
}

// nested reads a string of an object, or nothing where there is none.
func nested(object map[string]any, path ...string) string {
	value, _, err := unstructured.NestedString(object, path...)
	if err != nil {
		return ""
	}
	return value
}
