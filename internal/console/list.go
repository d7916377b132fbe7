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

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// list is a part of a feed that is read as one: the incidents of a namespace, or of all.
type list struct {
	feed *feed
	// namespace is empty for all of them.
	namespace string
	stop      context.CancelFunc

	// ready says that all were read once, and err is why they cannot be read now. The mutex of the feed guards both.
	ready bool
	err   error
}

// run reads until the context ends. Whatever fails is tried again, since it may be there again by then.
func (l *list) run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := l.follow(ctx); err != nil && ctx.Err() == nil {
			l.feed.fail(l, err)
		}
		kube.Pause(ctx)
	}
}

// follow reads all incidents, and what changes from then on. It ends if the changes since cannot be had any more.
func (l *list) follow(ctx context.Context) error {
	version, err := l.read(ctx)
	if err != nil {
		return err
	}
	take := func(incident *v1alpha1.Incident, deleted bool) { l.feed.take(l, incident, deleted) }
	return followFrom(ctx, l.feed.cluster, &v1alpha1.IncidentList{}, version, take, client.InNamespace(l.namespace))
}

func (l *list) read(ctx context.Context) (version string, err error) {
	read := map[string]*query.Prepared{}
	version, err = kube.Each(ctx, l.feed.cluster.Client, &v1alpha1.IncidentList{}, kube.Streamed, func(page *v1alpha1.IncidentList) error {
		for i := range page.Items {
			read[actions.KeyOf(&page.Items[i])] = query.Prepare(slim(page.Items[i].DeepCopy()))
		}
		if l.feed.others(l)+len(read) > maxIncidents {
			return badRequest("there are more than %d incidents: look at one namespace", maxIncidents)
		}
		return nil
	}, client.InNamespace(l.namespace))
	if err == nil {
		l.feed.replace(l, read)
	}
	return version, err
}

// covers says whether an incident is of the list.
func (l *list) covers(incident *query.Prepared) bool {
	return l.namespace == "" || incident.Namespace == l.namespace
}

// slim takes away what no queue shows, no filter asks for and no change depends on. Texts that many incidents have are kept
// once.
func slim(incident *v1alpha1.Incident) *v1alpha1.Incident {
	var kept map[string]string
	for _, name := range []string{v1alpha1.LabelsAnnotation, v1alpha1.MergedAnnotation} {
		if value, there := incident.Annotations[name]; there {
			if kept == nil {
				kept = map[string]string{}
			}
			kept[name] = once(value)
		}
	}
	incident.ManagedFields, incident.Annotations = nil, kept
	incident.Namespace, incident.Kind, incident.APIVersion = once(incident.Namespace), "", ""
	spec, status := &incident.Spec, &incident.Status
	spec.Assignee = once(spec.Assignee)
	for i := range spec.Tags {
		spec.Tags[i] = once(spec.Tags[i])
	}
	all := status.Conditions
	status.Conditions = nil
	for i := range all {
		if all[i].Status == metav1.ConditionFalse {
			status.Conditions = append(status.Conditions, all[i])
		}
	}
	status.Tags, status.TagSummary, status.SourceSummary, status.Activity = nil, "", "", v1alpha1.ActivityHead{}
	status.Name, status.AutomaticName = once(status.Name), once(status.AutomaticName)
	for _, texts := range [][]string{status.Sources, status.Categories} {
		for i := range texts {
			texts[i] = once(texts[i])
		}
	}
	return incident
}

// mayNotList says whether an error is the end of a right.
func mayNotList(err error) bool { return apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) }
