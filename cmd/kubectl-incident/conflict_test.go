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
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// meanwhile has somebody do something between the plugin's reading of an object and its first patches.
func (c *cluster) meanwhile(times int, act func(context.Context, client.WithWatch) error) {
	c.intercept.Patch = func(ctx context.Context, w client.WithWatch, object client.Object, p client.Patch, options ...client.PatchOption) error {
		times--
		if times >= 0 {
			if err := act(ctx, w); err != nil {
				return err
			}
		}
		return w.Patch(ctx, object, p, options...)
	}
}

// changing writes inc-1 as somebody else.
func (c *cluster) changing(change func(*v1alpha1.Incident)) func(context.Context, client.WithWatch) error {
	return func(ctx context.Context, w client.WithWatch) error {
		incident := c.incident("inc-1")
		change(incident)
		return w.Update(ctx, incident)
	}
}

func TestConflictsWithTheOperatorAreNotSeen(t *testing.T) {
	c := newCluster(t, anIncident("inc-1", func(i *v1alpha1.Incident) { i.Spec.Assignee = "alice" }))
	c.meanwhile(3, c.changing(func(i *v1alpha1.Incident) { i.Status.Name += "." }))
	e := c.run("assign", "bob", "--assignee", "alice")
	if e.code != exitDone || e.out != "incident/inc-1 assigned to bob (was alice)\n" || strings.Contains(e.errOut, "inc-1") || c.patches != 4 {
		t.Errorf("code %d, %d patches\n%s%s", e.code, c.patches, e.out, e.errOut)
	}
}

// TestDeselectedMeanwhile has incidents changed so that the filter by which they were chosen selects them no more.
func TestDeselectedMeanwhile(t *testing.T) {
	for flag, change := range map[string]func(*v1alpha1.Incident){
		"--assignee=alice":                      func(i *v1alpha1.Incident) { i.Spec.Assignee = "bob" },
		"--min-severity=High":                   func(i *v1alpha1.Incident) { i.Status.Severity = v1alpha1.SeverityLow },
		"--selector=team=red":                   func(i *v1alpha1.Incident) { i.Labels["team"] = "blue" },
		"--field-selector=spec.assignee=alice":  func(i *v1alpha1.Incident) { i.Spec.Assignee = "" },
		"--field-selector=spec.assignee!=carol": func(i *v1alpha1.Incident) { i.Spec.Assignee = "carol" },
		"--entity=db-1":                         func(i *v1alpha1.Incident) { i.Spec.Resolution.State = v1alpha1.ResolutionResolved },
	} {
		t.Run(flag, func(t *testing.T) {
			alert := anAlert("a", "inc-1")
			alert.Spec.Evidence = []v1alpha1.Evidence{{Name: "db-1"}}
			c := newCluster(t, alert, anIncident("inc-1", func(i *v1alpha1.Incident) {
				i.Spec.Assignee, i.Status.Severity, i.Labels = "alice", v1alpha1.SeverityHigh, map[string]string{"team": "red"}
			}))
			c.meanwhile(1, c.changing(change))
			e := c.run("tag", "x", flag)
			if e.code != exitDone || e.out != "incident/inc-1 no longer selected\n" || c.patches != 1 || len(c.incident("inc-1").Spec.Tags) > 0 {
				t.Errorf("code %d, %d patches\n%s%s", e.code, c.patches, e.out, e.errOut)
			}
		})
	}
}

func TestStillSelectedIsChanged(t *testing.T) {
	for _, flag := range []string{"--selector=team=red", "--field-selector=spec.assignee=alice", "--field-selector=spec.assignee!=bob", "--entity=db-1"} {
		alert := anAlert("a", "inc-1")
		alert.Spec.Evidence = []v1alpha1.Evidence{{Name: "db-1"}}
		c := newCluster(t, alert, anIncident("inc-1", func(i *v1alpha1.Incident) {
			i.Spec.Assignee, i.Labels = "alice", map[string]string{"team": "red"}
		}))
		c.meanwhile(1, c.changing(func(i *v1alpha1.Incident) { i.Status.Name = "x" }))
		if out := c.done("start", flag); out != "incident/inc-1 in progress\n" {
			t.Errorf("%s: %s", flag, out)
		}
	}
}

// A name says which incident is meant, whatever became of it.
func TestNamedIsChanged(t *testing.T) {
	c := newCluster(t, anIncident("inc-1"))
	c.meanwhile(1, c.changing(func(i *v1alpha1.Incident) { i.Spec.Resolution.State = v1alpha1.ResolutionResolved }))
	if out := c.done("tag", "x", "inc-1"); out != "incident/inc-1 tagged\n" {
		t.Error(out)
	}
}

func TestDeletedMeanwhile(t *testing.T) {
	withUID := func(uid types.UID) *v1alpha1.Incident {
		return anIncident("inc-1", func(i *v1alpha1.Incident) { i.UID = uid })
	}
	for name, again := range map[string]bool{"gone": false, "another one has its name": true} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, withUID("first"))
			c.meanwhile(1, func(ctx context.Context, w client.WithWatch) error {
				if err := w.Delete(ctx, withUID("first")); err != nil || !again {
					return err
				}
				return w.Create(ctx, withUID("second"))
			})
			e := c.run("resolve", "inc-1")
			if e.code != exitIncomplete || e.errOut != "incident/inc-1: it was deleted meanwhile\n" {
				t.Errorf("code %d\n%s%s", e.code, e.out, e.errOut)
			}
			if again && c.incident("inc-1").Spec.Resolution.State == v1alpha1.ResolutionResolved {
				t.Error("the other incident was resolved")
			}
		})
	}
}

// A determination belongs to its verdict, so neither may be left from what somebody else said meanwhile.
func TestClassifyOverConflict(t *testing.T) {
	c := newCluster(t, anIncident("inc-1"))
	c.meanwhile(1, c.changing(func(i *v1alpha1.Incident) {
		i.Spec.Classification = v1alpha1.Classification{Verdict: v1alpha1.VerdictTruePositive, Determination: v1alpha1.DeterminationMalware}
	}))
	e := c.run("classify", "FalsePositive", "inc-1")
	if e.code != exitIncomplete || !strings.Contains(e.errOut, "incident/inc-1: classification set to TruePositive/Malware a moment ago; --force replaces it\n") {
		t.Errorf("code %d\n%s%s", e.code, e.out, e.errOut)
	}
	if out := c.done("classify", "FalsePositive", "inc-1", "--force"); out != "incident/inc-1 classified as FalsePositive (was TruePositive/Malware)\n" {
		t.Error(out)
	}
	if got := actions.ClassificationText(c.incident("inc-1").Spec.Classification); got != "FalsePositive" {
		t.Error(got)
	}
}

func TestOneRequestEach(t *testing.T) {
	var objects []client.Object
	for i := range 500 {
		objects = append(objects, anIncident(fmt.Sprintf("inc-%03d", i)))
	}
	c := newCluster(t, objects...)
	c.intercept.Get = func(context.Context, client.WithWatch, client.ObjectKey, client.Object, ...client.GetOption) error {
		return errors.New("an incident is read again")
	}
	if e := c.run("start", "--unassigned", "--yes"); e.code != exitDone || c.patches != 500 || !strings.HasPrefix(e.errOut, "500 changed.\nTo undo all of it: kubectl incident undo --request ") {
		t.Errorf("code %d, %d patches\n%s", e.code, c.patches, e.errOut)
	}
}

// An alert that is created anew with the name of another was not the one to move.
func TestMoveOfAnotherAlert(t *testing.T) {
	alert := func(uid types.UID) *v1alpha1.Alert {
		a := anAlert("a", "inc-1")
		a.UID = uid
		return a
	}
	c := newCluster(t, anIncident("inc-1"), anIncident("inc-2"), alert("first"))
	c.meanwhile(1, func(ctx context.Context, w client.WithWatch) error {
		return errors.Join(w.Delete(ctx, alert("first")), w.Create(ctx, alert("second")))
	})
	e := c.run("move", "a", "--to", "inc-2")
	if e.code != exitIncomplete || !strings.Contains(e.errOut, "alert/a: it was deleted meanwhile") || c.alert("a").Spec.IncidentRef.Name != "inc-1" {
		t.Errorf("code %d\n%s%s", e.code, e.out, e.errOut)
	}
}
