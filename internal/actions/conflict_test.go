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
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	authenticationv1 "k8s.io/api/authentication/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// as has a client that says who asks.
func (c *cluster) as(user string) client.WithWatch {
	return interceptor.NewClient(c.WithWatch, interceptor.Funcs{
		Create: func(ctx context.Context, w client.WithWatch, object client.Object, options ...client.CreateOption) error {
			if review, ok := object.(*authenticationv1.SelfSubjectReview); ok {
				review.Status.UserInfo.Username = user
				return nil
			}
			return w.Create(ctx, object, options...)
		},
	})
}

func stamped(group, user string) func(*v1alpha1.Incident) {
	return func(i *v1alpha1.Incident) {
		if i.Annotations == nil {
			i.Annotations = map[string]string{}
		}
		i.Annotations[v1alpha1.EditorAnnotationPrefix+group] = user + "@2"
	}
}

var malware = v1alpha1.Classification{Verdict: v1alpha1.VerdictTruePositive, Determination: v1alpha1.DeterminationMalware}

// TestWhatIsSetMeanwhileIsNotOverwritten has somebody else write a field between the reading and the patch.
func TestWhatIsSetMeanwhileIsNotOverwritten(t *testing.T) {
	harmless := v1alpha1.Classification{Verdict: v1alpha1.VerdictFalsePositive}
	byBob := func(group string, change func(*v1alpha1.Incident)) func(*v1alpha1.Incident) {
		return func(i *v1alpha1.Incident) {
			change(i)
			stamped(group, "bob")(i)
		}
	}
	resolved := byBob("resolution", func(i *v1alpha1.Incident) {
		i.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "theirs"}
	})
	for name, test := range map[string]struct {
		change    Change
		meanwhile func(*v1alpha1.Incident)
		want      *ConflictError
	}{
		"the owner": {
			AssignTo("alice"), byBob("assignee", func(i *v1alpha1.Incident) { i.Spec.Assignee = "carol" }),
			&ConflictError{Field: "assignee", Old: "dave", Theirs: "carol", Who: "bob", Meanwhile: true},
		},
		"the owner is taken away": {
			AssignTo("alice"), byBob("assignee", func(i *v1alpha1.Incident) { i.Spec.Assignee = "" }),
			&ConflictError{Field: "assignee", Old: "dave", Who: "bob", Meanwhile: true},
		},
		"the same owner":   {AssignTo("alice"), byBob("assignee", func(i *v1alpha1.Incident) { i.Spec.Assignee = "alice" }), nil},
		"another field":    {AssignTo("alice"), resolved, nil},
		"the same state":   {Resolve(""), resolved, nil},
		"the note":         {Resolve("ours"), resolved, &ConflictError{Field: "note", Theirs: "theirs", Who: "bob", Meanwhile: true}},
		"the name":         {RenameTo("ours"), byBob("name", func(i *v1alpha1.Incident) { i.Spec.Name = "theirs" }), &ConflictError{Field: "name", Theirs: "theirs", Who: "bob", Meanwhile: true}},
		"the severity":     {SetSeverity("Low"), byBob("severity", func(i *v1alpha1.Incident) { i.Spec.Severity = "High" }), &ConflictError{Field: "severity", Theirs: "High", Who: "bob", Meanwhile: true}},
		"the verdict":      {ClassifyAs(malware), byBob("classification", func(i *v1alpha1.Incident) { i.Spec.Classification = harmless }), &ConflictError{Field: "classification", Old: "NotSet", Theirs: "FalsePositive", Who: "bob", Meanwhile: true}},
		"a tag":            {Tag("ours"), func(i *v1alpha1.Incident) { i.Spec.Tags = []v1alpha1.Tag{"theirs"} }, nil},
		"another tag gone": {Untag("ours"), func(i *v1alpha1.Incident) { i.Spec.Tags = []v1alpha1.Tag{"theirs"} }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			for _, force := range []bool{false, true} {
				c := newCluster(t, anIncident("one", func(i *v1alpha1.Incident) { i.Spec.Assignee = "dave" }))
				writing := c.meanwhile("one", test.meanwhile)
				_, err := (&ChangeTask{Client: writing, Incident: c.incident("one"), Change: test.change, Force: force}).Do(t.Context(), false)
				got, _ := errors.AsType[*ConflictError](err)
				want := test.want
				if force {
					want = nil
				}
				if diff := cmp.Diff(want, got); diff != "" || (want == nil && err != nil) {
					t.Errorf("force %t: %v (-want +got)\n%s", force, err, diff)
				}
			}
		})
	}
}

// TestWhatWasSeen has the user see an older version than the one that was read, as in a form that was open for a while.
func TestWhatWasSeen(t *testing.T) {
	c := newCluster(t, anIncident("one", func(i *v1alpha1.Incident) { i.Spec.Assignee = "bob" }, stamped("assignee", "carol")))
	task := &ChangeTask{Client: c, Incident: c.incident("one"), Seen: anIncident("one"), Change: AssignTo("alice")}
	const want = "assigned to bob a moment ago by carol"
	if _, err := task.Preview(t.Context()); err == nil || err.Error() != want {
		t.Errorf("a rehearsal: got %v", err)
	}
	if _, err := task.Do(t.Context(), false); err == nil || err.Error() != want || c.incident("one").Spec.Assignee != "bob" {
		t.Errorf("got %v", err)
	}
}

func TestTake(t *testing.T) {
	for name, test := range map[string]struct {
		owner, by string
		force     bool
		want      string
	}{
		"nobody's":                   {"", "", false, ""},
		"one's own":                  {"alice", "bob", false, ""},
		"another's":                  {"bob", "bob", false, "assigned to bob"},
		"given by a third":           {"bob", "carol", false, "assigned to bob by carol"},
		"given away by oneself":      {"bob", "alice", false, ""},
		"another's, by force":        {"bob", "carol", true, ""},
		"another's, by nobody knows": {"bob", "", false, "assigned to bob"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, anIncident("one", func(i *v1alpha1.Incident) { i.Spec.Assignee = test.owner }, stamped("assignee", test.by)))
			result, err := (&ChangeTask{Client: c.as("alice"), Incident: c.incident("one"), Change: Take("alice"), Force: test.force}).Do(t.Context(), false)
			if (err == nil) != (test.want == "") || (err != nil && err.Error() != test.want) {
				t.Fatalf("got %v, want %q", err, test.want)
			}
			if test.owner == "bob" && err == nil && WasText(result.Replaced) != "was bob" {
				t.Errorf("replaced %v", result.Replaced)
			}
		})
	}
}

// TestResolveAgain must not replace what somebody else said of it, though one may correct oneself.
func TestResolveAgain(t *testing.T) {
	for name, test := range map[string]struct {
		me     string
		change Change
		want   string
	}{
		"without a note":    {"alice", Resolve(""), ""},
		"the same":          {"alice", ResolveAs("theirs", malware), ""},
		"another note":      {"alice", Resolve("ours"), "note set to “theirs” by bob"},
		"another verdict":   {"alice", ResolveAs("", v1alpha1.Classification{Verdict: v1alpha1.VerdictFalsePositive}), "classification set to TruePositive/Malware by carol"},
		"one's own note":    {"bob", Resolve("ours"), ""},
		"only half is ours": {"bob", ResolveAs("ours", v1alpha1.Classification{Verdict: v1alpha1.VerdictFalsePositive}), "classification set to TruePositive/Malware by carol"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, anIncident("one", stamped("resolution", "bob"), stamped("classification", "carol"), func(i *v1alpha1.Incident) {
				i.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "theirs"}
				i.Spec.Classification = malware
			}))
			_, err := (&ChangeTask{Client: c.as(test.me), Incident: c.incident("one"), Change: test.change}).Do(t.Context(), false)
			if (err == nil) != (test.want == "") || (err != nil && err.Error() != test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestWasText(t *testing.T) {
	before := anIncident("one", func(i *v1alpha1.Incident) {
		i.Spec.Assignee, i.Spec.Name, i.Spec.Tags = "bob", strings.Repeat("é", 300), []v1alpha1.Tag{"a", "b"}
		i.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "cleaned"}
	})
	for name, test := range map[string]struct {
		change Change
		want   string
	}{
		"an owner":            {AssignTo("alice"), "was bob"},
		"nothing was there":   {SetSeverity("High"), ""},
		"a default was there": {ClassifyAs(malware), ""},
		"a note goes":         {Reopen(), "state was Resolved; note was “cleaned”"},
		"a long name":         {RenameTo("x"), "was “" + strings.Repeat("é", 200) + "…” (300 characters)"},
		"a tag more":          {Tag("c"), ""},
		"a tag less":          {Untag("a"), "was a, b"},
	} {
		after := before.DeepCopy()
		if err := test.change.Apply(after); err != nil {
			t.Fatal(err)
		}
		if got := WasText(Replaced(before, after)); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

// TestNoText refuses what the API server would store as something else.
func TestNoText(t *testing.T) {
	const broken = "m\xfcller"
	c := newCluster(t, anIncident("one"))
	for name, change := range map[string]Change{
		"assignee": AssignTo(broken), "name": RenameTo(broken), "note": Resolve(broken), "tags": Tag(broken),
	} {
		_, err := (&ChangeTask{Client: c, Incident: c.incident("one"), Change: change}).Do(t.Context(), false)
		if err == nil || err.Error() != name+" is not valid UTF-8" || !isRefused(err) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if task := CreateIncident(c, anIncident("two", func(i *v1alpha1.Incident) { i.Spec.Description = broken })); !isRefused(second(task.Do(t.Context(), false))) {
		t.Error("an incident is created")
	}
}

func second[A, B any](_ A, b B) B { return b }
