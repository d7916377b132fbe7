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
	"errors"
	"testing"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func mergedIncident(name, into string) *v1alpha1.Incident {
	return anIncident(name, func(i *v1alpha1.Incident) {
		i.UID = types.UID("uid-of-" + name)
		if into != "" {
			i.Status.MergedInto = v1alpha1.MergedInto{Name: into, UID: "uid-of-" + into}
		}
	})
}

// TestWorkOnWhatWasMerged reaches nobody, so it is refused with the end of the chain.
func TestWorkOnWhatWasMerged(t *testing.T) {
	c := newCluster(t, mergedIncident("one", "two"), mergedIncident("two", "three"), mergedIncident("three", ""), mergedIncident("lost", "gone"))
	for _, change := range []Change{AssignTo("bob"), Resolve("x"), Tag("x"), RenameTo("x"), Start()} {
		_, err := (&ChangeTask{Client: c, Incident: c.incident("one"), Change: change, Force: true}).Do(t.Context(), false)
		if redirected, ok := errors.AsType[*RedirectedError](err); !ok || redirected.Into != "three" {
			t.Errorf("%s: got %v", change.Done, err)
		}
	}
	if _, err := (&ChangeTask{Client: c, Incident: c.incident("lost"), Change: Start()}).Do(t.Context(), false); err != nil {
		t.Errorf("its target is gone: %v", err)
	}
	if err := (&Undo{Client: c, Incident: client.ObjectKey{Namespace: "soc", Name: "one"}}).look(t.Context()); !isRefused(err) {
		t.Errorf("undo: got %v", err)
	}
	if into, err := Follow(t.Context(), c, c.incident("one")); err != nil || into.Name != "three" {
		t.Errorf("followed to %v, %v", into, err)
	}
}

// TestMergedMeanwhile has the incident merged between the reading and the patch.
func TestMergedMeanwhile(t *testing.T) {
	c := newCluster(t, mergedIncident("one", ""), mergedIncident("two", ""))
	writing := c.meanwhile("one", func(i *v1alpha1.Incident) { i.Status.MergedInto = v1alpha1.MergedInto{Name: "two", UID: "uid-of-two"} })
	_, err := (&ChangeTask{Client: writing, Incident: c.incident("one"), Change: AssignTo("bob")}).Do(t.Context(), false)
	if _, ok := errors.AsType[*RedirectedError](err); !ok || c.incident("one").Spec.Assignee != "" {
		t.Errorf("got %v", err)
	}
}

// TestMergeOfWhatChanged must not lose an owner that nobody was asked about.
func TestMergeOfWhatChanged(t *testing.T) {
	for name, test := range map[string]struct {
		meanwhile func(*v1alpha1.Incident)
		field     string
	}{
		"the operator":           {func(i *v1alpha1.Incident) { i.Status.Name = "x" }, ""},
		"a tag":                  {func(i *v1alpha1.Incident) { i.Spec.Tags = []v1alpha1.Tag{"x"} }, ""},
		"the owner":              {func(i *v1alpha1.Incident) { i.Spec.Assignee = "bob" }, "assignee"},
		"it is merged by others": {func(i *v1alpha1.Incident) { i.Spec.MergeInto.Name = "three" }, "merge into"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, mergedIncident("one", ""), mergedIncident("two", ""))
			task := &MergeTask{Client: c.meanwhile("one", test.meanwhile), Source: c.incident("one"), Target: c.incident("two")}
			_, err := task.Do(t.Context(), false)
			conflict, refused := errors.AsType[*ConflictError](err)
			if refused != (test.field != "") || (refused && conflict.Field != test.field) || (!refused && err != nil) {
				t.Errorf("got %v", err)
			}
			if into := c.incident("one").Spec.MergeInto.Name; (into == "two") == refused {
				t.Errorf("merged into %q", into)
			}
		})
	}
}

func TestOwner(t *testing.T) {
	owned := func(by string) *v1alpha1.Incident {
		return anIncident("x", func(i *v1alpha1.Incident) { i.Spec.Assignee = by })
	}
	for name, test := range map[string]struct {
		sources []*v1alpha1.Incident
		target  *v1alpha1.Incident
		want    string
	}{
		"one":                {[]*v1alpha1.Incident{owned("alice")}, owned(""), "alice"},
		"some have none":     {[]*v1alpha1.Incident{owned(""), owned("alice"), owned("alice")}, owned(""), "alice"},
		"several":            {[]*v1alpha1.Incident{owned("bob"), owned("alice")}, owned(""), ""},
		"nobody":             {[]*v1alpha1.Incident{owned("")}, owned(""), ""},
		"the target has one": {[]*v1alpha1.Incident{owned("alice")}, owned("alice"), ""},
	} {
		if got := Owner(test.sources, test.target); got != test.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
