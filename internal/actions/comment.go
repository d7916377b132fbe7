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

package actions

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// maxBaseName leaves room for what the API server adds to a name.
const maxBaseName = 200

// CommentTask says something about an incident.
type CommentTask struct {
	client client.WithWatch
	// Comment is what is sent, and then as the API server has it.
	Comment *v1alpha1.Comment
}

// NewComment returns the task that says a text about an incident, which must exist: a comment on another would be taken
// and never recorded.
func NewComment(c client.WithWatch, incident *v1alpha1.Incident, text string) *CommentTask {
	comment := &v1alpha1.Comment{}
	comment.Namespace = incident.Namespace
	comment.GenerateName = incident.Name[:min(len(incident.Name), maxBaseName)] + "-"
	comment.Spec.IncidentRef.Name = incident.Name
	comment.Spec.Text = text
	return &CommentTask{client: c, Comment: comment}
}

// Preview implements Task: a comment changes no object.
func (t *CommentTask) Preview(context.Context) (Preview, error) { return Preview{}, nil }

// Do implements Task.
func (t *CommentTask) Do(ctx context.Context, dryRun bool) (Result, error) {
	_, options := kube.DryRun(dryRun)
	if err := t.client.Create(ctx, t.Comment, options...); err != nil {
		return Result{}, err
	}
	return Result{Ending: Changed, Done: "commented: comment/" + t.Comment.Name}, nil
}

// Wait implements Task: until the comment has its entry in the activity log, whose number its status then has.
func (t *CommentTask) Wait(ctx context.Context, _ Progress) error {
	var recorded *metav1.Condition
	err := kube.WatchUntil(ctx, t.client, t.Comment, &v1alpha1.CommentList{}, func(seen *v1alpha1.Comment) (bool, error) {
		*t.Comment = *seen
		recorded = meta.FindStatusCondition(seen.Status.Conditions, v1alpha1.ConditionRecorded)
		return recorded != nil, nil
	})
	if err != nil {
		return err
	}
	if recorded.Status != metav1.ConditionTrue {
		return fmt.Errorf("comment/%s is not in the log: %s: %s", t.Comment.Name, recorded.Reason, recorded.Message)
	}
	return nil
}
