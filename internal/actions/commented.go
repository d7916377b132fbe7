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

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// WithComment is a task on an incident after which something is said about it, if the task changed it.
func WithComment(task Task, c client.WithWatch, incident *v1alpha1.Incident, text string) Task {
	return &commented{Task: task, comment: NewComment(c, incident, text)}
}

type commented struct {
	Task
	comment *CommentTask
}

// Do implements Task. The comment comes second: nobody should read of a change that was then refused.
func (t *commented) Do(ctx context.Context, dryRun bool) (Result, error) {
	result, err := t.Task.Do(ctx, dryRun)
	if err != nil || result.Ending != Changed {
		return result, err
	}
	if _, err := t.comment.Do(ctx, dryRun); err != nil {
		return result, fmt.Errorf("it is %s, but commenting failed: %w", result.Done, err)
	}
	result.Done += ", commented"
	return result, nil
}
