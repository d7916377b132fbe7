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
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/internal/actions"
)

// many returns incidents and the change of all of them.
func many(number int) ([]client.Object, changeRequest) {
	var objects []client.Object
	asked := changeRequest{Edit: edit{Assignee: wanted(alice)}}
	for i := range number {
		name := fmt.Sprintf("inc-%02d", i)
		objects = append(objects, anIncident(name))
		asked.Incidents = append(asked.Incidents, reference(name))
	}
	return objects, asked
}

func endings(lines []ended) map[actions.Ending]int {
	found := map[actions.Ending]int{}
	for _, line := range lines {
		found[line.Ending]++
	}
	return found
}

// Whoever stops a change is told how those end that are under way, and that no more were begun.
func TestStopBeginsNoMore(t *testing.T) {
	objects, asked := many(30)
	asked.Run = "run-1"
	var w *world
	var begun atomic.Int32
	stopped := make(chan struct{})
	w = newWorld(t, interceptor.Funcs{Patch: func(ctx context.Context, c client.WithWatch, object client.Object, patch client.Patch, options ...client.PatchOption) error {
		if begun.Add(1) == actions.Workers { // As many as are under way at the same time.
			if reply := ask[stopReply](w, http.MethodPost, "/api/changes/stop", stopRequest{"run-1"}); !reply.Stopped {
				t.Error("a run that is under way cannot be stopped")
			}
			close(stopped)
		}
		<-stopped
		return c.Patch(ctx, object, patch, options...)
	}}, objects...)
	lines := changeAll(w, asked)
	want := map[actions.Ending]int{actions.Changed: actions.Workers, actions.NotBegun: 30 - actions.Workers}
	if diff := cmp.Diff(want, endings(lines)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if reply := ask[stopReply](w, http.MethodPost, "/api/changes/stop", stopRequest{"run-1"}); reply.Stopped {
		t.Error("a run that is over was stopped")
	}
}

// A run that is stopped while it still reads changes nothing.
func TestStopBeforeAnythingIsBegun(t *testing.T) {
	objects, asked := many(3)
	all := ""
	asked.Run, asked.chosen = "run-1", chosen{Query: &all} // What is chosen so is read.
	var w *world
	ready := make(chan struct{})
	w = newWorld(t, interceptor.Funcs{List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
		<-ready
		w.runs.stop("run-1")
		if err := ctx.Err(); err != nil {
			return err
		}
		return listing(ctx, c, list, options...)
	}}, objects...)
	close(ready)
	answer := w.do(w.request(http.MethodPost, "/api/changes", asked))
	if answer.Code != http.StatusConflict || !strings.Contains(answer.Body.String(), "stopped before anything was begun") {
		t.Errorf("got %d %s", answer.Code, answer.Body)
	}
	for i := range objects {
		if got := w.incidentNow(objects[i].GetName()).Spec.Assignee; got != "" {
			t.Errorf("%s is assigned to %s", objects[i].GetName(), got)
		}
	}
}

func TestRunsAreNamedOnce(t *testing.T) {
	var all runs
	for name, says := range map[string]string{strings.Repeat("x", maxRunName+1): "run must have at most 64 bytes", "twice": "run must be a name that no change under way has"} {
		_, end, _ := all.begin(t.Context(), name)
		_, _, err := all.begin(t.Context(), name)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v", name, err)
		}
		end()
	}
	if len(all.stops) > 0 {
		t.Errorf("%d runs are left", len(all.stops))
	}
}

// What is gone or may not be changed fails alone, in the preview and in the change; each line says which incident it means.
func TestFailuresAreToldOneByOne(t *testing.T) {
	objects, asked := many(3)
	asked.Incidents = append(asked.Incidents, reference("gone"))
	w := newWorld(t, interceptor.Funcs{}, objects...)
	found := ask[previewReply](w, http.MethodPost, "/api/preview", asked)
	if found.Changed != 3 || found.Refused != 1 || !strings.Contains(found.Incidents[3].Refusal, "not found") {
		t.Errorf("the preview says %+v", found)
	}
	lines := changeAll(w, asked)
	if diff := cmp.Diff(map[actions.Ending]int{actions.Changed: 3, actions.Failed: 1}, endings(lines)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if last := lines[3]; last.Object != "soc/gone" || last.UID != "uid-gone" || last.Problem.Kind != kindGone || lines[0].UID != "uid-inc-00" {
		t.Errorf("got %+v", lines)
	}
}
