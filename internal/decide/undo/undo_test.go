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

package undo_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/undo"
)

const (
	uid       = "uid-of-inc"
	tagPrefix = v1alpha1.TagLabelPrefix
)

func nothing(*v1alpha1.Incident) {}

func TestFieldsComeBack(t *testing.T) {
	for name, test := range map[string]struct {
		start  func(*v1alpha1.Incident)
		group  string
		change func(*v1alpha1.Incident)
	}{
		"assigned":        {nothing, "assignee", func(i *v1alpha1.Incident) { i.Spec.Assignee = "bob" }},
		"unassigned":      {func(i *v1alpha1.Incident) { i.Spec.Assignee = "bob" }, "assignee", func(i *v1alpha1.Incident) { i.Spec.Assignee = "" }},
		"named":           {nothing, "name", func(i *v1alpha1.Incident) { i.Spec.Name = "Ours" }},
		"severity":        {nothing, "severity", func(i *v1alpha1.Incident) { i.Spec.Severity = v1alpha1.SeverityLow }},
		"described":       {nothing, "description", func(i *v1alpha1.Incident) { i.Spec.Description = strings.Repeat("x", 256) }},
		"resolved, noted": {nothing, "resolution", resolveWith("done")},
		"re-opened": {resolveWith("done"), "resolution", func(i *v1alpha1.Incident) {
			i.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionInProgress}
		}},
		"classified": {nothing, "classification", func(i *v1alpha1.Incident) {
			i.Spec.Classification = v1alpha1.Classification{
				Verdict: v1alpha1.VerdictTruePositive, Determination: v1alpha1.DeterminationMalware,
			}
		}},
		"tagged":         {tagged("a", "b"), "tags", tagged("a", "b", "c d")},
		"untagged":       {tagged("a", "B b"), "tags", tagged("a")},
		"all tags gone":  {tagged("a", "B b"), "tags", tagged()},
		"tagged, label":  {nothing, "tags", func(i *v1alpha1.Incident) { i.Labels = map[string]string{tagPrefix + "x": "1", "other": "y"} }},
		"a label's hash": {tagged("a"), "tags", func(i *v1alpha1.Incident) { i.Labels = map[string]string{tagPrefix + "x-0123456789": ""} }},
	} {
		t.Run(name, func(t *testing.T) {
			h := begin(t, test.start)
			want := activity.Fields(h.incident)
			h.edit("bob", test.group, test.change)
			last := h.end().Head.Sequence
			h.tell(v1alpha1.ActivityPropagated, v1alpha1.ActorOperator, "", 1, "a")
			h.tell(v1alpha1.ActivityCommented, v1alpha1.ActorUser, "", 1)
			h.tell(v1alpha1.ActivityAlertsLinked, v1alpha1.ActorUser, "", 2, "new-1", "new-2")
			now := h.incident.DeepCopy()
			reversal, err := h.decide()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, activity.Fields(reversal.After)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if reversal.Entry.Sequence != last || reversal.Move != nil {
				t.Errorf("reverts %s", undo.Describe(reversal.Entry))
			}
			if diff := cmp.Diff(now, h.incident); diff != "" {
				t.Errorf("the incident was changed: %s", diff)
			}
			h.edit("bob", test.group, func(i *v1alpha1.Incident) { reversal.After.DeepCopyInto(i) })
			if reversal, err = h.decide(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(activity.Fields(now), activity.Fields(reversal.After)); diff != "" {
				t.Errorf("undo of undo: (-want +got)\n%s", diff)
			}
		})
	}
}

// TestOneRequest has a request that changed two groups of fields, and so made two entries.
func TestOneRequest(t *testing.T) {
	both := func(verdict v1alpha1.Verdict, note string) func(*v1alpha1.Incident) {
		return func(i *v1alpha1.Incident) {
			i.Spec.Classification.Verdict = verdict
			resolveWith(note)(i)
			stamp := fmt.Sprintf("bob@%d", i.Generation+1)
			metav1.SetMetaDataAnnotation(&i.ObjectMeta, v1alpha1.EditorAnnotationPrefix+"classification", stamp)
		}
	}
	h := begin(t, nothing)
	h.edit("bob", "assignee", func(i *v1alpha1.Incident) { i.Spec.Assignee = "bob" })
	before := h.incident.DeepCopy()
	h.edit("bob", "resolution", both(v1alpha1.VerdictFalsePositive, "done"))
	h.tell(v1alpha1.ActivityPropagated, v1alpha1.ActorOperator, "", 1, "a")
	after := h.incident.DeepCopy()
	reversal, err := h.decide()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(activity.Fields(before), activity.Fields(reversal.After)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	const want = "entry 3 (Classified by bob: classification.verdict: NotSet → FalsePositive) and " +
		"entry 4 (Resolved by bob: resolution.state: Active → Resolved; resolution.note: none → done)"
	if reversal.Describe() != want {
		t.Errorf("got %q", reversal.Describe())
	}
	h.edit("bob", "resolution", func(i *v1alpha1.Incident) {
		both("", "")(i)
		i.Spec = reversal.After.Spec
	})
	if reversal, err = h.decide(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(activity.Fields(after), activity.Fields(reversal.After)); diff != "" {
		t.Errorf("undo of undo: (-want +got)\n%s", diff)
	}
}

// TestOneRequestWithMore refuses to revert a part of a request.
func TestOneRequestWithMore(t *testing.T) {
	h := begin(t, nothing)
	h.edit("bob", "resolution", func(i *v1alpha1.Incident) {
		resolveWith("done")(i)
		i.Spec.MergeInto.Name = "other"
		metav1.SetMetaDataAnnotation(&i.ObjectMeta, v1alpha1.EditorAnnotationPrefix+"mergeInto", "bob@2")
	})
	if _, err := h.decide(); err == nil || !strings.Contains(err.Error(), "entry 2 (MergeRequested by bob") {
		t.Errorf("got %v", err)
	}
}

func resolveWith(note string) func(*v1alpha1.Incident) {
	return func(i *v1alpha1.Incident) {
		i.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: note}
	}
}

func tagged(all ...v1alpha1.Tag) func(*v1alpha1.Incident) {
	return func(i *v1alpha1.Incident) { i.Spec.Tags = all }
}

func TestOtherTagsStayInOrder(t *testing.T) {
	h := begin(t, tagged("z", "a"))
	h.edit("bob", "tags", tagged("z", "m", "a"))
	reversal, err := h.decide()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]v1alpha1.Tag{"z", "a"}, reversal.After.Spec.Tags); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestRefused(t *testing.T) {
	assign := func(h *history) {
		h.edit("bob", "assignee", func(i *v1alpha1.Incident) { i.Spec.Assignee = "bob" })
	}
	for name, test := range map[string]struct {
		start func(*v1alpha1.Incident)
		then  func(*history)
		want  string
	}{
		"only created": {nothing, func(*history) {}, "entry 1 (Created by alice: nothing set), is of a kind that cannot be undone"},
		"a merge": {nothing, func(h *history) {
			assign(h)
			h.edit("bob", "mergeInto", func(i *v1alpha1.Incident) { i.Spec.MergeInto.Name = "other" })
		}, "entry 3 (MergeRequested by bob: mergeInto.name: none → other), is of a kind"},
		"alerts changed": {nothing, func(h *history) {
			assign(h)
			h.tell(v1alpha1.ActivityAlertsChanged, v1alpha1.ActorUser, "", 1, "a")
		}, "entry 3 (AlertsChanged by alice: alerts), is of a kind"},
		"too many alerts": {nothing, func(h *history) {
			h.tell(v1alpha1.ActivityAlertsUnlinked, v1alpha1.ActorUser, "other", 2, "a")
		}, "does not name all its alerts"},
		"counted again": {nothing, func(h *history) {
			h.tell(v1alpha1.ActivityAlertsLinked, v1alpha1.ActorUnknown, "", 2)
		}, "does not name all its alerts"},
		"only a hash": {func(i *v1alpha1.Incident) { i.Spec.Description = strings.Repeat("x", 257) }, func(h *history) {
			h.edit("bob", "description", func(i *v1alpha1.Incident) { i.Spec.Description = "short" })
		}, "only the hash of what spec.description was"},
		"no longer the last": {nothing, func(h *history) {
			assign(h)
			h.incident.Spec.Assignee = "carol"
		}, `spec.assignee is "carol" now, not "bob" as entry 2 (Assigned by bob: assignee: none → bob) says: it is no longer the last`},
		"come and gone": {nothing, func(h *history) {
			h.edit("bob", "assignee", nothing)
		}, "left nothing to undo"},
	} {
		t.Run(name, func(t *testing.T) {
			h := begin(t, test.start)
			test.then(h)
			if _, err := h.decide(); err == nil || !strings.Contains(err.Error(), test.want) || errors.Is(err, undo.ErrBehind) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestOrderDoesNotMatter(t *testing.T) {
	h := begin(t, nothing)
	h.edit("bob", "assignee", func(i *v1alpha1.Incident) { i.Spec.Assignee = "bob" })
	h.log[0], h.log[1] = h.log[1], h.log[0]
	if reversal, err := h.decide(); err != nil || reversal.Entry.Sequence != 2 {
		t.Errorf("got %v, %v", reversal, err)
	}
}

// TestOneRequestWithTheOperatorBetween has a request whose parts are apart in the log: the operator told of something else
// before the second was recorded.
func TestOneRequestWithTheOperatorBetween(t *testing.T) {
	h := begin(t, nothing)
	before := h.incident.DeepCopy()
	h.edit("bob", "resolution", func(i *v1alpha1.Incident) {
		i.Spec.Classification.Verdict = v1alpha1.VerdictFalsePositive
		resolveWith("done")(i)
		metav1.SetMetaDataAnnotation(&i.ObjectMeta, v1alpha1.EditorAnnotationPrefix+"classification", "bob@2")
	})
	between := h.log[1]
	between.Sequence, between.Type, between.Actor, between.ActorKind = 3, v1alpha1.ActivityPropagated, "operator", v1alpha1.ActorOperator
	between.Changes = nil
	last := h.log[2]
	last.Sequence = 4
	h.log = []v1alpha1.ActivitySpec{h.log[0], h.log[1], between, last}
	reversal, err := h.decide()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(activity.Fields(before), activity.Fields(reversal.After)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestEntriesWithoutStamps are each a request of their own, which may have changed several fields.
func TestEntriesWithoutStamps(t *testing.T) {
	h := begin(t, nothing)
	h.edit("bob", "assignee", func(i *v1alpha1.Incident) { i.Spec.Assignee = "bob" })
	before := h.incident.DeepCopy()
	h.edit("bob", "resolution", func(i *v1alpha1.Incident) {
		i.Spec.Classification.Verdict = v1alpha1.VerdictFalsePositive
		resolveWith("done")(i)
	})
	whole := h.log[3]
	whole.Sequence, whole.Changes = 3, append(h.log[2].Changes, h.log[3].Changes...)
	h.log = []v1alpha1.ActivitySpec{h.log[0], h.log[1], whole}
	for i := range h.log {
		h.log[i].After.Stamps = nil
	}
	reversal, err := h.decide()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(activity.Fields(before), activity.Fields(reversal.After)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(reversal.With) != 0 || reversal.Entry.Sequence != 3 {
		t.Errorf("reverts %s", reversal.Describe())
	}
}
