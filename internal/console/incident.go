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

package console

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/view"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// maxEntries is how many entries of a log a page lists, the newest.
const maxEntries = 1000

type incidentReply struct {
	view.Line
	Header     view.Header         `json:"header"`
	Decided    view.Decided        `json:"decided"`
	NameSource v1alpha1.NameSource `json:"nameSource"`
	Automatic  string              `json:"automatic"`
	Entries    int64               `json:"entries"`
	Now        time.Time           `json:"now"`
	// Merging is where the incident asks to be merged into.
	Merging string `json:"merging"`
	// Progress is how far its alerts have followed; nothing once all have.
	Progress *view.Following `json:"progress,omitempty"`
}

// keyOf is the object that an address names.
func keyOf(r *http.Request) client.ObjectKey {
	return client.ObjectKey{Namespace: r.PathValue("namespace"), Name: r.PathValue("name")}
}

// addressed handles requests whose addresses name objects. Of a name that none can have, nobody is asked.
func addressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := keyOf(r)
		if len(validation.IsDNS1123Label(key.Namespace)) > 0 || len(validation.IsDNS1123Subdomain(key.Name)) > 0 {
			fail(w, problem{Status: http.StatusNotFound, Kind: kindGone, Message: fmt.Sprintf("nothing can have the name %q in the namespace %q", key.Name, key.Namespace)})
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Session) incident(r *http.Request) (*incidentReply, error) {
	incident := &v1alpha1.Incident{}
	if err := s.cluster.Client.Get(r.Context(), keyOf(r), incident); err != nil {
		return nil, err
	}
	now := time.Now()
	return &incidentReply{
		Line: view.LineOf(incident, now), Header: view.HeaderOf(incident), Decided: view.DecidedOf(incident),
		NameSource: incident.Status.NameSource, Automatic: incident.Status.AutomaticName, Entries: incident.Status.Activity.Entries, Now: now,
		Merging: incident.Spec.MergeInto.Name, Progress: view.FollowingOf(incident),
	}, nil
}

type timelineReply struct {
	Entries []view.Told `json:"entries"`
	// More is how many older entries are left out.
	More int `json:"more"`
	// Fault is the first thing that is wrong with the chain of the entries; empty if it is intact.
	Fault string `json:"fault"`
	// Waiting are comments that are in no entry yet, the oldest first.
	Waiting []waitingComment `json:"waiting"`
}

type waitingComment struct {
	Name   string    `json:"name"`
	Author string    `json:"author"`
	Text   string    `json:"text"`
	Time   time.Time `json:"time"`
}

func (s *Session) timeline(r *http.Request) (*timelineReply, error) {
	incident := &v1alpha1.Incident{}
	if err := s.cluster.Client.Get(r.Context(), keyOf(r), incident); err != nil {
		return nil, err
	}
	log, err := s.logOf(r.Context(), incident)
	if err != nil {
		return nil, err
	}
	texts, waiting, err := s.commentsOf(r.Context(), incident)
	if err != nil {
		return nil, err
	}
	fault, err := faultOf(log)
	if err != nil {
		return nil, err
	}
	told := view.TimelineOf(log, texts)
	listed := min(len(told), maxEntries)
	return &timelineReply{Entries: told[:listed], More: len(told) - listed, Fault: fault, Waiting: waiting}, nil
}

// faultOf verifies a log as the plugin does.
func faultOf(log []v1alpha1.Activity) (string, error) {
	entries := make([]map[string]any, 0, len(log))
	for i := range log {
		log[i].SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("Activity"))
		entry, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&log[i])
		if err != nil {
			return "", fmt.Errorf("reading the entry %s: %w", log[i].Name, err)
		}
		entries = append(entries, entry)
	}
	for _, verified := range activity.Verify(entries, nil).Logs {
		if !verified.Intact() {
			return verified.Finding.Reason, nil
		}
	}
	return "", nil
}

// logOf returns the log of this very incident, not of an earlier one of its name.
func (s *Session) logOf(ctx context.Context, incident *v1alpha1.Incident) ([]v1alpha1.Activity, error) {
	var log []v1alpha1.Activity
	_, err := kube.Each(ctx, s.cluster.Client, &v1alpha1.ActivityList{}, kube.Streamed, func(page *v1alpha1.ActivityList) error {
		for i := range page.Items {
			if page.Items[i].Spec.IncidentRef.UID == string(incident.UID) {
				log = append(log, page.Items[i])
			}
		}
		return nil
	}, client.InNamespace(incident.Namespace), client.MatchingFields{kube.IncidentOf: incident.Name})
	if err != nil {
		return nil, fmt.Errorf("listing the activities: %w", err)
	}
	return log, nil
}

// commentsOf returns the texts of comments by their UIDs, and those that have still to come into the log.
func (s *Session) commentsOf(ctx context.Context, incident *v1alpha1.Incident) (map[types.UID]string, []waitingComment, error) {
	texts, waiting := map[types.UID]string{}, []waitingComment{}
	_, err := kube.Each(ctx, s.cluster.Client, &v1alpha1.CommentList{}, kube.Streamed, func(page *v1alpha1.CommentList) error {
		for i := range page.Items {
			comment := &page.Items[i]
			texts[comment.UID] = comment.Spec.Text
			if comment.Status.Sequence == 0 && len(comment.Status.Conditions) == 0 {
				waiting = append(waiting, waitingComment{comment.Name, comment.Spec.Author, comment.Spec.Text, comment.CreationTimestamp.Time})
			}
		}
		return nil
	}, client.InNamespace(incident.Namespace), client.MatchingFields{kube.IncidentOf: incident.Name})
	if err != nil {
		return nil, nil, fmt.Errorf("listing the comments: %w", err)
	}
	return texts, waiting, nil
}
