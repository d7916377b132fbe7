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

package controllers

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

// recountInterval is the time before the alerts of an incident are counted again that are just being deleted.
const recountInterval = 5 * time.Second

// countPage is how many alerts one request asks for when the alerts of an incident are counted.
const countPage = 500

// recording is one look at what the log of an incident lacks.
type recording struct {
	*journal
	incident *v1alpha1.Incident
	log      *activity.Log
	alerts   *activity.Alerts
	linked   int
	held     bool
	again    time.Duration
	comments []v1alpha1.Comment
	finished bool
}

// findings are what a look at the alerts of an incident has found.
type findings struct {
	// told is what the linked alerts tell; of those that are not linked any more it is still to be gathered.
	told activity.Alerts
	// linked is the number of linked alerts, and departed are those that are not but may have something to tell.
	linked   int
	departed []v1alpha1.Alert
	// following is the number of alerts that have still to follow the incident.
	following int
}

// record writes what the log of an incident lacks. It returns its head for the status, and how long to wait before it is
// worth to look again; 0 for as long as nothing happens. A crash at any point loses and repeats nothing: each entry has
// one possible name, and tells what was recorded with it.
func (j *journal) record(ctx context.Context, incident *v1alpha1.Incident, findings findings) (head v1alpha1.ActivityHead, wait time.Duration, err error) {
	if !incident.DeletionTimestamp.IsZero() {
		return incident.Status.Activity, 0, nil // Its log goes with it.
	}
	log := &activity.Log{Incident: referenceTo(incident), ActorsKnown: j.actorsKnown(ctx)}
	if log.Head, err = j.head(ctx, incident); err != nil {
		return incident.Status.Activity, 0, err
	}
	r := &recording{journal: j, incident: incident, log: log, alerts: &findings.told, linked: findings.linked}
	stale, err := isOlder(incident, log.Head)
	if err == nil && !stale {
		err = r.writeAll(ctx, findings)
	}
	if apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) {
		err = nil // Everything goes, the log too.
	}
	if log.Head == nil {
		return incident.Status.Activity, r.again, err
	}
	return v1alpha1.ActivityHead{Entries: log.Head.Sequence, Head: log.Head.Hash}, r.again, err
}

func referenceTo(incident *v1alpha1.Incident) v1alpha1.ActivityIncident {
	return v1alpha1.ActivityIncident{Name: incident.Name, UID: string(incident.UID)}
}

// isOlder reports whether a cached incident is older than what the log recorded of it.
func isOlder(incident *v1alpha1.Incident, head *v1alpha1.ActivitySpec) (bool, error) {
	if head == nil {
		return false, nil
	}
	order, err := resourceversion.CompareResourceVersion(incident.ResourceVersion, head.After.ResourceVersion)
	if err != nil {
		return false, fmt.Errorf("comparing resource versions: %w", err)
	}
	return order < 0, nil
}

// writeAll writes step by step, each drafted from what the one before it left: the beginning of the log, the rest of what
// a crash interrupted, merges, changes of the incident, of its alerts, comments.
func (r *recording) writeAll(ctx context.Context, findings findings) error {
	if err := r.gather(ctx, findings); err != nil {
		return err
	}
	begin := r.finishAlerts
	if r.log.Head == nil {
		begin = r.changes
	}
	for _, draft := range []func(context.Context) ([]v1alpha1.ActivitySpec, error){begin, r.merges, r.changes, r.changesOfAlerts} {
		if err := r.step(ctx, draft); err != nil {
			return err
		}
	}
	if err := r.recordComments(ctx); err != nil {
		return err
	}
	return r.step(ctx, r.recount)
}

func (r *recording) step(ctx context.Context, draft func(context.Context) ([]v1alpha1.ActivitySpec, error)) error {
	entries, err := draft(ctx)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := r.append(ctx, entry); err != nil {
			return err
		}
	}
	return nil
}

// append writes one entry, after what a crash left behind: only the head tells which comment that is.
func (r *recording) append(ctx context.Context, entry v1alpha1.ActivitySpec) error {
	if err := r.finishComment(ctx); err != nil {
		return err
	}
	return r.write(ctx, r.incident, r.log, entry)
}

func (r *recording) now() time.Time { return r.clock.Now() }

func (r *recording) changes(context.Context) ([]v1alpha1.ActivitySpec, error) {
	return r.log.Changes(r.incident, r.now()), nil
}

func (r *recording) merges(context.Context) ([]v1alpha1.ActivitySpec, error) {
	merges, err := activity.ParseMerges(r.incident.Annotations[v1alpha1.MergedAnnotation])
	if err != nil {
		return nil, nil //nolint:nilerr // It is written anew; see merger.takeOver.
	}
	return r.log.Merges(r.incident, merges, r.now()), nil
}

// finishAlerts drafts the rest of the entries of one look at alerts that a crash interrupted. What is not there any more
// went with its alerts.
func (r *recording) finishAlerts(context.Context) ([]v1alpha1.ActivitySpec, error) {
	if !r.log.Unfinished() {
		return nil, nil
	}
	entries := r.log.Alerts(r.alerts, r.now())
	if len(entries) == 0 {
		r.log.Finish()
	}
	return entries, nil
}

func (r *recording) changesOfAlerts(context.Context) ([]v1alpha1.ActivitySpec, error) {
	if r.held {
		return nil, nil
	}
	return r.log.Alerts(r.alerts, r.now()), nil
}

// recount finds out about alerts that are gone. Since an old cache may miss some that are there, the API server is asked
// before the log says so.
func (r *recording) recount(ctx context.Context) ([]v1alpha1.ActivitySpec, error) {
	entry := r.log.Recount(r.alerts.Linked, r.now())
	if entry == nil || r.held || r.alerts.Unnoted+r.alerts.Late > 0 || r.alerts.Below != "" {
		return nil, nil
	}
	there, err := r.countAlerts(ctx)
	if err != nil {
		return nil, err
	}
	if there != r.linked {
		r.again = recountInterval
		return nil, nil
	}
	return []v1alpha1.ActivitySpec{*entry}, nil
}

// countAlerts asks the API server how many alerts are linked to the incident.
func (r *recording) countAlerts(ctx context.Context) (int, error) {
	found, next := 0, ""
	for {
		page := &metav1.PartialObjectMetadataList{}
		page.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("AlertList"))
		err := r.live.List(ctx, page, client.InNamespace(r.incident.Namespace), client.Limit(countPage), client.Continue(next),
			client.MatchingFields{incidentRefName: r.incident.Name})
		if err != nil {
			return 0, fmt.Errorf("counting the alerts of the incident: %w", err)
		}
		found += len(page.Items)
		if next = page.Continue; next == "" {
			return found, nil
		}
	}
}

// gather adds the comments, and what alerts have to tell that are not linked to the incident any more.
func (r *recording) gather(ctx context.Context, findings findings) error {
	var err error
	if r.comments, err = unrecordedComments(ctx, r.client, client.ObjectKeyFromObject(r.incident)); err != nil {
		return fmt.Errorf("listing comments: %w", err)
	}
	if err := r.checkAge(); err != nil {
		return err
	}
	for i := range findings.departed {
		alert := &findings.departed[i]
		trail, err := activity.ParseTrail(alert.Annotations[v1alpha1.TrailAnnotation])
		if err != nil || !trail.Honest(alert.ResourceVersion) {
			continue // Its own look writes it anew.
		}
		r.alerts.Tell(alert.Name, trail)
		if trail.Incident == r.alerts.Incident && alert.DeletionTimestamp.IsZero() {
			r.alerts.Unnoted++
		}
	}
	arriving, err := r.arriving(ctx)
	if err != nil {
		return err
	}
	// Whatever is written brings the next look, but for a change that is to be seen before its ticket is given back.
	waiting, again := findings.following+arriving+r.alerts.Unnoted, fanOutInterval
	if waiting == 0 && r.alerts.Blocked(*r.log) {
		waiting, again = 1, lookInterval
	}
	if r.held = r.isHeld(client.ObjectKeyFromObject(r.incident), waiting); r.held {
		r.again = again
	}
	return nil
}

// checkAge makes sure that the cache is not older than what the log has taken of alerts already.
func (r *recording) checkAge() error {
	if r.log.Head == nil {
		return nil
	}
	taken := activity.Newest(r.log.Head.After.Alerts.Recorded, r.log.Head.After.Alerts.Until)
	if newest := r.tickets.newest(); activity.Newest(newest, taken) != newest {
		return fmt.Errorf("the cache is older than the alerts that the log has recorded: %w", errLookAgain)
	}
	return nil
}

// arriving is how many alerts a merge has still to bring.
func (r *recording) arriving(ctx context.Context) (int, error) {
	sources, err := mergeSources(ctx, r.client, r.incident)
	if err != nil {
		return 0, fmt.Errorf("listing merged incidents: %w", err)
	}
	alerts := 0
	for i := range sources {
		if isMerged(&sources[i]) {
			continue
		}
		linked, err := linkedAlerts(ctx, r.client, client.ObjectKeyFromObject(&sources[i]))
		if err != nil {
			return 0, fmt.Errorf("listing the alerts of the incident %s: %w", sources[i].Name, err)
		}
		alerts += len(linked)
	}
	return alerts, nil
}
