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
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
		"described":       {nothing, "description", func(i *v1alpha1.Incident) { i.Spec.Description = strings.Repeat("x", 5000) }},
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
			last := h.end().End.Sequence
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

// TestOneRequest has a request that changed two groups of fields, and made one entry.
func TestOneRequest(t *testing.T) {
	both := func(verdict v1alpha1.Verdict, note string) func(*v1alpha1.Incident) {
		return func(i *v1alpha1.Incident) {
			i.Spec.Classification.Verdict = verdict
			resolveWith(note)(i)
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
	const want = "entry 3 (Resolved by bob: classification.verdict: NotSet → FalsePositive; " +
		"resolution.state: Active → Resolved; resolution.note: none → done)"
	if reversal.Describe() != want {
		t.Errorf("got %q", reversal.Describe())
	}
	h.edit("bob", "resolution", func(i *v1alpha1.Incident) { i.Spec = reversal.After.Spec })
	if reversal, err = h.decide(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(activity.Fields(after), activity.Fields(reversal.After)); diff != "" {
		t.Errorf("undo of undo: (-want +got)\n%s", diff)
	}
}

// TestOneRequestOfAnEarlierVersion has one that made an entry for each group, which the stamps show.
func TestOneRequestOfAnEarlierVersion(t *testing.T) {
	h := begin(t, nothing)
	h.stamped(v1alpha1.ActivityAssigned, "assignee", "bob@2", v1alpha1.ActivityChange{Field: "spec.assignee", To: "bob"})
	h.stamped(v1alpha1.ActivityClassified, "classification", "bob@3",
		v1alpha1.ActivityChange{Field: "spec.classification.verdict", From: "NotSet", To: "FalsePositive"})
	h.stamped(v1alpha1.ActivityResolved, "resolution", "bob@3",
		v1alpha1.ActivityChange{Field: "spec.resolution.state", From: "Active", To: "Resolved"})
	h.incident.Spec.Assignee = "bob"
	h.incident.Spec.Classification.Verdict = v1alpha1.VerdictFalsePositive
	resolveWith("")(h.incident)
	plan, err := h.decide()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"spec.assignee": "bob", "spec.resolution.state": "Active", "spec.classification.verdict": "NotSet"}
	if diff := cmp.Diff(want, activity.Fields(plan.After)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := plan.Describe(); got != "entry 3 (Classified by bob: c) and entry 4 (Resolved by bob: c)" {
		t.Errorf("got %q", got)
	}
}

// stamped adds an entry as a version before the notes wrote it.
func (h *history) stamped(kind v1alpha1.ActivityType, group, stamp string, change v1alpha1.ActivityChange) {
	h.t.Helper()
	after := *h.end().End.After.DeepCopy()
	after.Stamps = slices.DeleteFunc(after.Stamps, func(s v1alpha1.ActivityStamp) bool { return s.Group == group })
	after.Stamps = append(after.Stamps, v1alpha1.ActivityStamp{Group: group, Editor: stamp})
	h.add(v1alpha1.ActivitySpec{
		Type: kind, Actor: "bob", ActorKind: v1alpha1.ActorUser, Summary: "c", Changes: []v1alpha1.ActivityChange{change}, After: after,
	})
}

// TestOneRequestWithMore refuses to revert a part of a request.
func TestOneRequestWithMore(t *testing.T) {
	h := begin(t, nothing)
	h.edit("bob", "resolution", func(i *v1alpha1.Incident) {
		resolveWith("done")(i)
		i.Spec.MergeInto.Name = "other"
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
		"only a hash": {func(i *v1alpha1.Incident) { i.Spec.Description = strings.Repeat("x", 5001) }, func(h *history) {
			h.edit("bob", "description", func(i *v1alpha1.Incident) { i.Spec.Description = "short" })
		}, "only the hash of what spec.description was"},
		"no longer the last": {nothing, func(h *history) {
			assign(h)
			h.incident.Spec.Assignee = "carol"
		}, `spec.assignee is "carol" now, not "bob" as entry 2 (Assigned by bob: assignee: none → bob) says: it is no longer the last`},
		"come and gone": {nothing, func(h *history) {
			h.add(v1alpha1.ActivitySpec{
				Type: v1alpha1.ActivityAssigned, Actor: "bob", ActorKind: v1alpha1.ActorUser, Summary: "s", After: h.end().End.After,
			})
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

// TestOneRequestInSeveralEntries has a request of an earlier version, whose groups of fields are an entry each, with stamps
// that tell of which request. The operator told of something else before the second was recorded.
func TestOneRequestInSeveralEntries(t *testing.T) {
	h := begin(t, nothing)
	before := h.incident.DeepCopy()
	h.edit("bob", "resolution", func(i *v1alpha1.Incident) {
		i.Spec.Classification.Verdict = v1alpha1.VerdictFalsePositive
		resolveWith("done")(i)
	})
	stamped := func(entry v1alpha1.ActivitySpec, sequence int64, field string, groups ...string) v1alpha1.ActivitySpec {
		entry.Sequence = sequence
		entry.Changes = slices.DeleteFunc(slices.Clone(entry.Changes), func(c v1alpha1.ActivityChange) bool {
			return !strings.HasPrefix(c.Field, field)
		})
		for _, group := range groups {
			entry.After.Stamps = append(entry.After.Stamps, v1alpha1.ActivityStamp{Group: group, Editor: "bob@2"})
		}
		return entry
	}
	whole := h.log[1]
	between := stamped(whole, 3, "nothing", "classification")
	between.Type, between.Actor, between.ActorKind = v1alpha1.ActivityPropagated, "operator", v1alpha1.ActorOperator
	h.log = []v1alpha1.ActivitySpec{
		h.log[0], stamped(whole, 2, "spec.classification", "classification"), between,
		stamped(whole, 4, "spec.resolution", "classification", "resolution"),
	}
	reversal, err := h.decide()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(activity.Fields(before), activity.Fields(reversal.After)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestEntryOfOneRequest has a request that changed several fields, before which there was another one by the same person.
func TestEntryOfOneRequest(t *testing.T) {
	h := begin(t, nothing)
	h.edit("bob", "assignee", func(i *v1alpha1.Incident) { i.Spec.Assignee = "bob" })
	before := h.incident.DeepCopy()
	h.edit("bob", "resolution", func(i *v1alpha1.Incident) {
		i.Spec.Classification.Verdict = v1alpha1.VerdictFalsePositive
		resolveWith("done")(i)
	})
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
