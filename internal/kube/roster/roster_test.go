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

package roster

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/facts"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
	"github.com/incident-operator/incident-operator/internal/decide/plan"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

const namespace = "default"

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newRoster() *Roster { return New(clocktesting.NewFakePassiveClock(noon)) }

func key(name string) client.ObjectKey { return client.ObjectKey{Namespace: namespace, Name: name} }

// history is a cluster in which anything happens, and the roster that is told of it.
type history struct {
	*rand.Rand
	roster    *Roster
	alerts    map[string]*v1alpha1.Alert
	incidents map[string]*v1alpha1.Incident
	version   int
	// problem is the first that a look found.
	problem string
}

var incidentNames = []string{"inc-0", "inc-1", "inc-2"}

func newHistory(seed uint64) *history {
	h := &history{
		Rand: rand.New(rand.NewPCG(seed, 11)), roster: newRoster(),
		alerts: map[string]*v1alpha1.Alert{}, incidents: map[string]*v1alpha1.Incident{},
	}
	for _, name := range incidentNames {
		i := &v1alpha1.Incident{}
		i.Namespace, i.Name, i.UID, i.CreationTimestamp = namespace, name, types.UID("uid-of-"+name), metav1.NewTime(noon)
		h.incidents[name] = i
	}
	return h
}

func one[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func (h *history) step() {
	switch h.IntN(10) {
	case 0, 1, 2, 3:
		h.put()
	case 4:
		h.remove()
	case 5, 6:
		h.changeIncident()
	default:
		h.look(one(h.Rand, incidentNames...))
	}
}

// look looks at an incident, and compares with what is there.
func (h *history) look(name string) {
	if problem := h.compare(name); problem != "" && h.problem == "" {
		h.problem = name + ": " + problem
	}
}

func (h *history) put() {
	h.version++
	a := &v1alpha1.Alert{}
	a.Namespace, a.Name = namespace, fmt.Sprintf("al-%d", h.IntN(6))
	a.UID, a.ResourceVersion = types.UID("uid-of-"+a.Name), strconv.Itoa(h.version)
	a.CreationTimestamp = metav1.NewTime(noon.Add(time.Duration(h.IntN(9)-4) * time.Minute))
	a.Spec.IncidentRef.Name = one(h.Rand, append(incidentNames, "")...)
	a.Spec.Name, a.Spec.Category, a.Spec.Source.Service = one(h.Rand, "A", "B"), one(h.Rand, "", "Malware"), one(h.Rand, "", "Falco")
	a.Spec.Severity = one(h.Rand, "", v1alpha1.SeverityLow, v1alpha1.SeverityHigh)
	a.Spec.Assignee, a.Spec.Resolution.State = one(h.Rand, "", "alice"), one(h.Rand, "", v1alpha1.ResolutionResolved)
	a.Spec.Evidence = one(h.Rand, nil, []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceNode, Name: one(h.Rand, "n", "m")}})
	a.Annotations = map[string]string{
		v1alpha1.EditorAnnotationPrefix + "incidentRef": one(h.Rand, "ingest@1", "other@1"),
		v1alpha1.LeftAnnotation:                         one(h.Rand, "", "uid-of-inc-0"),
		v1alpha1.NotesAnnotation: one(h.Rand, "", "", "7", "damaged", "7\n7 1 \"bob\" in \"inc-1\" \"\" name \"\" \"x\"",
			"7\n7 1 \"bob\" in \"inc-1\" \"\" incidentRef \"inc-1\" \"inc-2\"", "9\n9 1 + 3 \"bob\""),
	}
	if h.IntN(3) > 0 {
		name := one(h.Rand, incidentNames...)
		memory := inherit.Memory{Incident: name, UID: types.UID("uid-of-" + name), Assignee: one(h.Rand, nil, &inherit.Given{Value: "alice"})}
		a.Annotations[v1alpha1.InheritedAnnotation] = memory.String()
	}
	if h.IntN(9) == 0 {
		a.DeletionTimestamp = ptr.To(metav1.NewTime(noon))
	}
	h.alerts[a.Name] = a
	h.roster.Put(a, false)
}

func (h *history) remove() {
	h.version++
	name := fmt.Sprintf("al-%d", h.IntN(6))
	delete(h.alerts, name)
	h.roster.Delete(key(name), strconv.Itoa(h.version))
}

// changeIncident makes a new version, as the cache brings it: the old one stays as it was.
func (h *history) changeIncident() {
	name := one(h.Rand, incidentNames...)
	i := h.incidents[name].DeepCopy()
	switch h.IntN(5) {
	case 0:
		i.Spec.Assignee = one(h.Rand, "", "alice", "bob")
	case 1:
		i.Spec.Resolution.State = v1alpha1.ResolutionResolved
		i.Status.ResolvedTime = ptr.To(metav1.NewTime(noon.Add(time.Duration(h.IntN(5)-2) * time.Minute)))
	case 2:
		i.Spec.Resolution.State, i.Status.ResolvedTime = v1alpha1.ResolutionActive, nil
	case 3:
		into := one(h.Rand, incidentNames...)
		if into != name {
			i.Status.MergedInto = v1alpha1.MergedInto{Name: into, UID: "uid-of-" + into}
		}
	default:
		i.Spec.Description = "Nothing that matters to alerts."
	}
	h.incidents[name] = i
}

func (h *history) place(name string) plan.Place {
	i := h.incidents[name]
	return plan.Place{Incident: i, Target: h.incidents[i.Status.MergedInto.Name]}
}

// scratch counts the alerts of an incident anew.
func (h *history) scratch(name string) *rollup.Tally {
	t := rollup.NewTally()
	for _, a := range h.alerts {
		if a.Spec.IncidentRef.Name == name {
			known := facts.Read(a, noon)
			t.Add(known, rollup.Stand(known, h.place(name)))
		}
	}
	return t
}

// compare says how a look at an incident differs from what is there.
func (h *history) compare(name string) (problem string) {
	look, fresh := h.roster.Look(h.place(name)), h.scratch(name)
	same := false
	h.roster.Tally(h.place(name), func(t *rollup.Tally) { same = t.Equal(fresh) })
	if !same {
		return "the tally differs from one that is counted from scratch"
	}
	machine, by := fresh.Linked()
	want := Look{
		Counts: activity.Counts{
			Total: int64(fresh.Total()), Merged: int64(fresh.Merged()), Machine: int64(machine), MachineName: by,
			Pending: int64(fresh.Standing(rollup.Pending)), Carrying: int64(fresh.Standing(rollup.Carrying)), Kept: int64(fresh.Standing(rollup.Overriding)),
		},
		Leaving: fresh.Standing(rollup.Leaving),
		Seen:    look.Seen, UpTo: look.Seen,
	}
	if h.version > 0 && look.Seen != strconv.Itoa(h.version) {
		return fmt.Sprintf("the newest version is %s, not %d", look.Seen, h.version)
	}
	for _, alert := range slices.Sorted(maps.Keys(h.alerts)) {
		bearer := noted(facts.Read(h.alerts[alert], noon))
		if slices.Contains(activity.Concerned(bearer), name) {
			want.Bearers = append(want.Bearers, bearer)
		}
	}
	if diff := cmp.Diff(want, look, cmp.Comparer(func(a, b activity.Alert) bool {
		return a.Name == b.Name && a.UID == b.UID && a.Incident == b.Incident && a.Notes.Last == b.Notes.Last
	})); diff != "" {
		return "the look differs (-want +got):\n" + diff
	}
	if pending := h.roster.Pending(h.place(name)); pending != fresh.Standing(rollup.Pending) {
		return fmt.Sprintf("%d alerts are pending, not %d", pending, fresh.Standing(rollup.Pending))
	}
	return ""
}

// TestAnyHistoryIsCountedAsFromScratch runs 10,000 random histories.
func TestAnyHistoryIsCountedAsFromScratch(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10_000) {
		h := newHistory(seed)
		for range 5 + h.IntN(30) {
			h.step()
		}
		for _, name := range incidentNames {
			h.look(name)
		}
		if h.problem != "" {
			t.Fatalf("seed %d: %s", seed, h.problem)
		}
		if n := h.roster.Recount(); n != 0 {
			t.Fatalf("seed %d: a recount finds %d differences", seed, n)
		}
		if problem := h.emptied(); problem != "" {
			t.Fatalf("seed %d: %s", seed, problem)
		}
	}
}

// emptied deletes all alerts: nothing of them must stay in memory.
func (h *history) emptied() string {
	for name := range h.alerts {
		h.roster.Delete(key(name), "99999")
	}
	if n := len(h.roster.alerts) + len(h.roster.groups) + len(h.roster.bearers); n > 0 {
		return fmt.Sprintf("%d things are left of no alert", n)
	}
	return ""
}

func TestARecountPutsRight(t *testing.T) {
	h := newHistory(1)
	for len(h.roster.groups) < 2 {
		h.put()
	}
	for _, g := range h.roster.groups {
		g.tally.Restand(rollup.Pending, 1)
		break
	}
	if n := h.roster.Recount(); n != 1 {
		t.Errorf("found %d differences, want 1", n)
	}
	if n := h.roster.Recount(); n != 0 {
		t.Errorf("found %d differences after they were put right", n)
	}
}

func TestSubscribersAreToldOnce(t *testing.T) {
	r := newRoster()
	at := func(name, incident, version string) *v1alpha1.Alert {
		a := &v1alpha1.Alert{}
		a.Namespace, a.Name, a.ResourceVersion, a.Spec.IncidentRef.Name = namespace, name, version, incident
		return a
	}
	var told []string
	r.Put(at("a", "inc-0", "1"), true)
	r.Subscribe(func(c Change) {
		told = append(told, fmt.Sprintf("%s linked=%v concerned=%v initial=%v", c.Key.Name, c.Linked(), c.Concerned(), c.Initial))
	})
	r.Put(at("a", "inc-1", "2"), false)
	moved := at("a", "inc-1", "3")
	moved.Annotations = map[string]string{v1alpha1.NotesAnnotation: "7\n7 1 \"bob\" in \"inc-2\" \"\" incidentRef \"inc-2\" \"inc-1\""}
	r.Put(moved, false)
	r.Delete(key("a"), "4")
	r.Delete(key("a"), "5")
	want := []string{
		"a linked=[inc-0] concerned=[inc-0] initial=true", "a linked=[inc-0 inc-1] concerned=[inc-0 inc-1] initial=false",
		"a linked=[inc-1] concerned=[inc-1 inc-2] initial=false", "a linked=[inc-1] concerned=[inc-1 inc-2] initial=false",
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEarlier(t *testing.T) {
	r := newRoster()
	for name, notes := range map[string]string{
		"before": "", "noted": "1\n1 1 \"bob\" created \"\" \"\" incidentRef \"\" \"inc-0\"", "edited": "1\n1 1 \"bob\" in \"inc-0\" \"\" name \"\" \"x\"", "after": "",
	} {
		a := &v1alpha1.Alert{}
		a.Namespace, a.Name, a.Spec.IncidentRef.Name = namespace, name, "inc-0"
		a.Annotations, a.CreationTimestamp = map[string]string{v1alpha1.NotesAnnotation: notes}, metav1.NewTime(noon.Add(-time.Minute))
		if name == "after" {
			a.CreationTimestamp = metav1.NewTime(noon)
		}
		r.Put(a, true)
	}
	if got := r.Earlier(key("inc-0"), noon); got != 2 {
		t.Errorf("%d alerts were there earlier without a note that links them, want 2", got)
	}
	if got := r.Earlier(key("inc-1"), noon); got != 0 {
		t.Errorf("%d alerts of no incident", got)
	}
}

func TestBearers(t *testing.T) {
	r := newRoster()
	for name, notes := range map[string]string{
		"one": "2\n2 1 \"b\" in \"inc-0\" \"\" name \"\" \"x\"", "two": "2\n1 1 \"b\" in \"inc-0\" \"\" name \"\" \"x\"\n2 1 \"b\" in \"inc-0\" \"\" name \"\" \"x\"",
		"other": "2\n2 1 \"b\" in \"inc-1\" \"\" name \"\" \"x\"", "none": "2",
	} {
		a := &v1alpha1.Alert{}
		a.Namespace, a.Name, a.UID, a.Annotations = namespace, name, types.UID(name), map[string]string{v1alpha1.NotesAnnotation: notes}
		r.Put(a, true)
	}
	for name, test := range map[string]struct {
		holds func(types.UID) bool
		want  []string
	}{
		"all":  {func(types.UID) bool { return true }, []string{"one", "two"}},
		"some": {func(uid types.UID) bool { return uid != "one" }, []string{"two"}},
		"none": {func(types.UID) bool { return false }, nil},
	} {
		var got []string
		for _, k := range r.Bearers(key("inc-0"), test.holds) {
			got = append(got, k.Name)
		}
		slices.Sort(got)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestEnds(t *testing.T) {
	ends, told := NewEnds(), 0
	ends.Subscribe(func(client.ObjectKey) { told++ })
	end := &activity.End{IncidentRef: v1alpha1.ActivityIncident{Name: "inc-0", UID: "u"}}
	for i := range crowded {
		end.After.Alerts.Taken = append(end.After.Alerts.Taken, v1alpha1.ActivityTakenNote{Alert: strconv.Itoa(i), Note: int64(i + 1)})
	}
	taken := func(uid string) string {
		number, isCrowded := ends.Taken(key("inc-0"), uid, "7")
		return fmt.Sprint(number, isCrowded)
	}
	if got := taken(""); got != "0 false" {
		t.Errorf("of no log: %s", got)
	}
	ends.Put(key("inc-0"), end)
	for uid, want := range map[string]string{"": "8 true", "u": "8 true", "older": "0 false"} {
		if got := taken(uid); got != want {
			t.Errorf("of %q: %s, want %s", uid, got, want)
		}
	}
	fewer := *end
	fewer.After.Alerts.Taken = end.After.Alerts.Taken[1:]
	ends.Put(key("inc-0"), &fewer)
	if got := taken(""); got != "8 false" {
		t.Errorf("of one less: %s", got)
	}
	ends.SetProblem(key("inc-0"), "")
	ends.SetProblem(key("inc-0"), "quota")
	ends.SetProblem(key("inc-0"), "quota")
	if told != 3 || ends.Problem(key("inc-0")) != "quota" {
		t.Errorf("told %d times, want 3: two ends and a problem", told)
	}
	ends.Forget(key("inc-0"))
	if ends.Get(key("inc-0")) != nil || ends.Problem(key("inc-0")) != "" || told != 3 {
		t.Error("not forgotten")
	}
}
