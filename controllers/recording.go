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
	"github.com/incident-operator/incident-operator/internal/activity"
	"github.com/incident-operator/incident-operator/internal/plan"
)

// countPage is how many alerts one request asks for when the alerts of an incident are counted.
const countPage = 500

// recording is one look at what the log of an incident lacks.
type recording struct {
	*journal
	incident *v1alpha1.Incident
	log      *activity.Log
	alerts   *activity.Alerts
	listed   int
	comments []v1alpha1.Comment
	finished bool
}

// record writes what the log of an incident lacks and returns its head for the status. What the listed alerts, all that
// the cache knows, have to tell is given. A crash at any point loses and repeats nothing: each entry has one possible
// name, and tells what was recorded with it.
func (j *journal) record(
	ctx context.Context, incident *v1alpha1.Incident, alerts *activity.Alerts, listed int,
) (v1alpha1.ActivityHead, error) {
	if !incident.DeletionTimestamp.IsZero() {
		return incident.Status.Activity, nil // Its log goes with it.
	}
	log := &activity.Log{Incident: referenceTo(incident), ActorsKnown: j.actorsKnown(ctx)}
	var err error
	if log.Head, err = j.head(ctx, incident); err != nil {
		return incident.Status.Activity, err
	}
	stale, err := isOlder(incident, log.Head)
	if err == nil && !stale {
		err = (&recording{journal: j, incident: incident, log: log, alerts: alerts, listed: listed}).writeAll(ctx)
	}
	if apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) {
		err = nil // Everything goes, the log too.
	}
	if log.Head == nil {
		return incident.Status.Activity, err
	}
	return v1alpha1.ActivityHead{Entries: log.Head.Sequence, Head: log.Head.Hash}, err
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
func (r *recording) writeAll(ctx context.Context) error {
	if err := r.gather(ctx); err != nil {
		return err
	}
	begin := r.finishAlerts
	if r.log.Head == nil {
		begin = r.changes
	}
	for _, draft := range []func(context.Context) ([]v1alpha1.ActivitySpec, error){
		begin, r.merges, r.changes, r.changesOfAlerts, r.recount,
	} {
		entries, err := draft(ctx)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if err := r.append(ctx, entry); err != nil {
				return err
			}
		}
	}
	return r.recordComments(ctx)
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
		return nil, err
	}
	return r.log.Merges(r.incident, merges, r.now()), nil
}

// finishAlerts drafts the rest of the entries of one look at alerts that a crash interrupted. What is not there any more
// went with its alerts, unless the cache is older than that look.
func (r *recording) finishAlerts(ctx context.Context) ([]v1alpha1.ActivitySpec, error) {
	if !r.log.Unfinished() {
		return nil, nil
	}
	entries, err := r.changesOfAlerts(ctx)
	if until := r.log.Head.After.Alerts.Until; len(entries) == 0 && err == nil {
		if newest := r.newest(); activity.Newest(newest, until) != newest {
			return nil, fmt.Errorf("the cache is older than the changes of alerts that are to be recorded: %w", errLookAgain)
		}
		r.log.Finish()
	}
	return entries, err
}

func (r *recording) changesOfAlerts(context.Context) ([]v1alpha1.ActivitySpec, error) {
	return r.log.Alerts(r.alerts, r.now()), nil
}

// recount finds out about alerts that are gone. Since an old cache may miss some that are there, the API server is asked
// before the log says so.
func (r *recording) recount(ctx context.Context) ([]v1alpha1.ActivitySpec, error) {
	entry := r.log.Recount(r.alerts.Linked, r.now())
	if entry == nil || !r.alerts.Settled() || r.log.Unfinished() {
		return nil, nil
	}
	found, err := r.countAlerts(ctx)
	if err != nil {
		return nil, err
	}
	if found != r.listed {
		return nil, fmt.Errorf("the API server knows %d linked alerts, the cache %d: %w", found, r.listed, errLookAgain)
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

// gather adds the comments, and what alerts have to tell that are not linked to the incident: those that left it, and
// those that are about to come because their incident was merged into this one.
func (r *recording) gather(ctx context.Context) error {
	key := client.ObjectKeyFromObject(r.incident)
	var err error
	if r.comments, err = unrecordedComments(ctx, r.client, key); err != nil {
		return fmt.Errorf("listing comments: %w", err)
	}
	departed, err := departedAlerts(ctx, r.client, r.incident)
	if err != nil {
		return fmt.Errorf("listing alerts that left: %w", err)
	}
	for i := range departed {
		alert := &departed[i]
		trail, err := activity.ParseTrail(alert.Annotations[v1alpha1.TrailAnnotation])
		if err != nil {
			continue // Its own look writes it anew.
		}
		r.alerts.Tell(alert.Name, trail)
		if trail.Incident == r.alerts.Incident && alert.DeletionTimestamp.IsZero() {
			r.alerts.Wait(alert.ResourceVersion)
		}
	}
	return r.gatherIncoming(ctx)
}

func (r *recording) gatherIncoming(ctx context.Context) error {
	sources, err := mergeSources(ctx, r.client, r.incident)
	if err != nil {
		return fmt.Errorf("listing merged incidents: %w", err)
	}
	for i := range sources {
		alerts, err := linkedAlerts(ctx, r.client, client.ObjectKeyFromObject(&sources[i]))
		if err != nil {
			return fmt.Errorf("listing the alerts of the incident %s: %w", sources[i].Name, err)
		}
		place := plan.Place{Incident: &sources[i], Target: r.incident}
		for k := range alerts {
			alert := &alerts[k]
			if alert.DeletionTimestamp.IsZero() && plan.For(alert, place, plan.Circumstances{}).Moves {
				r.alerts.Wait(alert.ResourceVersion)
			}
		}
	}
	return nil
}
