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

package intake_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/intake"
)

const ingest = "system:serviceaccount:incident-operator-system:incident-operator-ingest"

// noon is the time of the first activity; now is when signals come.
var (
	noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	now  = noon.Add(time.Hour)
)

// at is so many minutes after noon.
func at(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

func moment(t time.Time) *metav1.Time { return &metav1.Time{Time: t} }

// edit changes an alert or a signal.
type edit func(*v1alpha1.Alert)

// known is an alert that began at noon and goes on.
func known(edits ...edit) *v1alpha1.Alert {
	alert := &v1alpha1.Alert{Spec: v1alpha1.AlertSpec{Name: "A", FirstActivityTime: moment(noon), Severity: v1alpha1.SeverityMedium}}
	alert.Annotations = map[string]string{}
	for _, edit := range edits {
		edit(alert)
	}
	return alert
}

func lastSeen(t time.Time) edit {
	return func(a *v1alpha1.Alert) { a.Spec.LastActivityTime = moment(t) }
}

func expires(t time.Time) edit { return func(a *v1alpha1.Alert) { a.Spec.ExpiresTime = moment(t) } }

func ended(t time.Time) edit { return func(a *v1alpha1.Alert) { a.Spec.EndedTime = moment(t) } }

// resolvedBy is a resolution that admission stamped with a user.
func resolvedBy(user string) edit {
	return func(a *v1alpha1.Alert) {
		a.Spec.Resolution.State = v1alpha1.ResolutionResolved
		a.Annotations[v1alpha1.EditorAnnotationPrefix+"resolution"] = user + "@2"
	}
}

// inherited is a resolution that the incident gave, over an active alert.
func inherited(a *v1alpha1.Alert) {
	a.Spec.Resolution.State = v1alpha1.ResolutionResolved
	a.Annotations[v1alpha1.InheritedAnnotation] = `{"incident":"inc-1","uid":"u","resolution":{"value":"Resolved","over":"Active"}}`
}

func severityBy(user string) edit {
	return func(a *v1alpha1.Alert) { a.Annotations[v1alpha1.EditorAnnotationPrefix+"severity"] = user + "@3" }
}

// firing is a sender's word that something began at a time, of a kind that does not say when it was last seen.
func firing(began time.Time) intake.Signal {
	return intake.Signal{Count: 1, Spec: v1alpha1.AlertSpec{Name: "A", FirstActivityTime: moment(began), Severity: v1alpha1.SeverityMedium}}
}

// seen is an event that happened at a time.
func seen(t time.Time) intake.Signal {
	signal := firing(t)
	signal.Spec.LastActivityTime = moment(t)
	return signal
}

// over is a sender's word that what began at a time has ended at another.
func over(began, end time.Time) intake.Signal {
	signal := firing(began)
	signal.Resolved, signal.Ended = true, end
	return signal
}

// lasting says until when it will last.
func lasting(signal intake.Signal, until time.Time) intake.Signal {
	signal.Lasting, signal.Expires = true, intake.Expiry(now, until, 0)
	return signal
}

func severe(signal intake.Signal, severity v1alpha1.Severity) intake.Signal {
	signal.Spec.Severity = severity
	return signal
}

// closing is a signal that a rule closes from the start.
func closing(signal intake.Signal) intake.Signal {
	signal.Spec.Resolution.State = v1alpha1.ResolutionResolved
	return signal
}

func TestDecide(t *testing.T) {
	timeless := intake.Signal{Count: 1, Spec: v1alpha1.AlertSpec{Name: "A"}}
	for name, tc := range map[string]struct {
		known  *v1alpha1.Alert
		signal intake.Signal
		want   intake.Action
	}{
		"nothing is there":                                  {nil, firing(noon), intake.Create},
		"nothing is there, and it is over":                  {nil, over(noon, at(5)), intake.Create},
		"a repeat":                                          {known(), firing(noon), intake.Unchanged},
		"a repeat within the second":                        {known(), firing(noon.Add(900 * time.Millisecond)), intake.Unchanged},
		"a repeat without any time":                         {known(), timeless, intake.Unchanged},
		"an event of before":                                {known(lastSeen(at(10))), seen(at(9)), intake.Unchanged},
		"a later event":                                     {known(lastSeen(at(10))), seen(at(11)), intake.Update},
		"a higher severity":                                 {known(), severe(firing(noon), v1alpha1.SeverityHigh), intake.Update},
		"a lower severity":                                  {known(), severe(firing(noon), v1alpha1.SeverityLow), intake.Unchanged},
		"a higher severity than a person's":                 {known(severityBy("alice")), severe(firing(noon), v1alpha1.SeverityHigh), intake.Unchanged},
		"a higher severity than ingest's":                   {known(severityBy(ingest)), severe(firing(noon), v1alpha1.SeverityHigh), intake.Update},
		"more than half of its life is left":                {known(expires(now.Add(61 * time.Minute))), lasting(firing(noon), now.Add(4*time.Minute)), intake.Unchanged},
		"less than half of its life is left":                {known(expires(now.Add(59 * time.Minute))), lasting(firing(noon), now.Add(4*time.Minute)), intake.Update},
		"the end":                                           {known(), over(noon, at(5)), intake.Resolve},
		"an end without a time":                             {known(), over(noon, time.Time{}), intake.Resolve},
		"an end of something earlier":                       {known(lastSeen(at(10))), over(noon, at(5)), intake.Unchanged},
		"an end that is told again after a re-opening":      {known(ended(at(5))), over(noon, at(5)), intake.Unchanged},
		"an end without a time after a re-opening":          {known(ended(at(5))), over(noon, time.Time{}), intake.Unchanged},
		"a later end after a re-opening":                    {known(ended(at(5))), over(at(6), at(7)), intake.Resolve},
		"it goes on after a re-opening":                     {known(ended(at(5))), firing(at(6)), intake.Update},
		"an end that is told again":                         {known(resolvedBy(ingest), ended(at(5))), over(noon, at(5)), intake.Unchanged},
		"the beginning, delivered late":                     {known(resolvedBy(ingest), ended(at(5))), firing(noon), intake.Unchanged},
		"a new beginning":                                   {known(resolvedBy(ingest), ended(at(5))), firing(at(6)), intake.Reactivate},
		"a new beginning before that end":                   {known(resolvedBy(ingest), ended(at(5))), firing(at(4)), intake.Unchanged},
		"ended, and said to last":                           {known(resolvedBy(ingest), ended(at(5))), lasting(firing(noon), now.Add(time.Minute)), intake.Reactivate},
		"ended, and seen without a time":                    {known(resolvedBy(ingest), ended(at(5))), timeless, intake.Reactivate},
		"expired, and goes on":                              {known(resolvedBy(ingest), ended(at(5)), expires(at(5))), firing(noon), intake.Reactivate},
		"expired, and an old event comes again":             {known(resolvedBy(ingest), ended(at(5)), expires(at(5)), lastSeen(at(3))), seen(at(3)), intake.Unchanged},
		"expired, and a new event comes":                    {known(resolvedBy(ingest), ended(at(5)), expires(at(5)), lastSeen(at(3))), seen(at(4)), intake.Reactivate},
		"a person closed it, and it goes on":                {known(resolvedBy("alice")), firing(noon), intake.Unchanged},
		"a person closed it, and it is said to last":        {known(resolvedBy("alice")), lasting(firing(noon), now.Add(time.Minute)), intake.Unchanged},
		"a person closed it, and it begins anew":            {known(resolvedBy("alice")), firing(at(6)), intake.CreateNext},
		"a person closed it, and it is over":                {known(resolvedBy("alice")), over(noon, at(5)), intake.Unchanged},
		"a person closed it after its end, and it comes":    {known(resolvedBy("alice"), ended(at(5))), firing(at(6)), intake.CreateNext},
		"nobody knows who closed it, and it begins anew":    {known(ended(at(5)), func(a *v1alpha1.Alert) { a.Spec.Resolution.State = v1alpha1.ResolutionResolved }), firing(at(6)), intake.CreateNext},
		"a verdict was given after its end, and it comes":   {known(resolvedBy(ingest), ended(at(5)), func(a *v1alpha1.Alert) { a.Spec.Classification.Verdict = v1alpha1.VerdictFalsePositive }), firing(at(6)), intake.CreateNext},
		"its incident closed it, and it goes on":            {known(inherited), firing(noon), intake.Unchanged},
		"its incident closed it, and it begins anew":        {known(inherited), firing(at(6)), intake.CreateNext},
		"its incident closed it after its end, and it come": {known(resolvedBy(ingest), ended(at(5)), inherited), firing(at(6)), intake.CreateNext},
		"its incident closed it, and it ends":               {known(inherited), over(noon, at(5)), intake.Resolve},
		"its incident closed it, and the end comes again":   {known(inherited, ended(at(5))), over(noon, at(5)), intake.Unchanged},
		"a rule closes what a person closed":                {known(resolvedBy("alice"), lastSeen(noon)), closing(seen(at(6))), intake.Update},
		"a rule closes what is open":                        {known(lastSeen(noon)), closing(seen(at(6))), intake.Update},
	} {
		t.Run(name, func(t *testing.T) {
			before := tc.known.DeepCopy()
			got, after := intake.Decide(tc.known, tc.signal, ingest, now)
			if got != tc.want {
				t.Fatalf("got %s, want %s", got, tc.want)
			}
			if diff := cmp.Diff(before, tc.known); diff != "" {
				t.Errorf("it changed the alert that is there (-want +got):\n%s", diff)
			}
			if got == intake.Update || got == intake.Resolve || got == intake.Reactivate {
				stamped := after.DeepCopy()
				if got != intake.Update {
					stamped.Annotations[v1alpha1.EditorAnnotationPrefix+"resolution"] = ingest + "@9"
				}
				if again, _ := intake.Decide(stamped, tc.signal, ingest, now); again != intake.Unchanged {
					t.Errorf("the same signal again must change nothing, got %s", again)
				}
			}
		})
	}
}

func TestWhatIsWritten(t *testing.T) {
	device := v1alpha1.Evidence{Kind: v1alpha1.EvidenceDevice, Name: "vm-1"}
	user := v1alpha1.Evidence{Kind: v1alpha1.EvidenceUser, Name: "eve"}
	withEvidence := func(signal intake.Signal, evidence ...v1alpha1.Evidence) intake.Signal {
		signal.Spec.Evidence = evidence
		return signal
	}
	const resolved = v1alpha1.ResolutionResolved
	for name, tc := range map[string]struct {
		known  *v1alpha1.Alert
		signal intake.Signal
		ingest string
		want   func(*v1alpha1.AlertSpec)
	}{
		"a new alert that lasts": {nil, lasting(firing(noon), now.Add(time.Minute)), ingest, func(s *v1alpha1.AlertSpec) {
			s.ExpiresTime = moment(now.Add(2 * time.Hour))
		}},
		"a new alert of three events": {nil, intake.Merge(intake.Merge(seen(noon), seen(at(2))), seen(at(1))), ingest, func(s *v1alpha1.AlertSpec) {
			s.LastActivityTime, s.Occurrences = moment(at(2)), 3
		}},
		"a new alert that is over": {nil, over(noon, at(5)), ingest, func(s *v1alpha1.AlertSpec) {
			s.Resolution.State, s.EndedTime = resolved, moment(at(5))
		}},
		"a new alert that is over, by a person": {nil, lasting(over(noon, at(5)), now.Add(time.Hour)), "", func(s *v1alpha1.AlertSpec) {
			s.Resolution.State = resolved
		}},
		"a later event": {known(lastSeen(noon)), seen(at(7)), ingest, func(s *v1alpha1.AlertSpec) {
			s.LastActivityTime, s.Occurrences = moment(at(7)), 2
		}},
		"an event that was there, with more evidence": {known(lastSeen(at(7))), withEvidence(seen(at(7)), device, user), ingest, func(s *v1alpha1.AlertSpec) {
			s.LastActivityTime, s.Evidence = moment(at(7)), []v1alpha1.Evidence{device, user}
		}},
		"an end in the future": {known(expires(at(90))), over(noon, now.Add(time.Hour)), ingest, func(s *v1alpha1.AlertSpec) {
			s.Resolution.State, s.EndedTime = resolved, moment(now)
		}},
		"a new beginning": {known(resolvedBy(ingest), ended(at(5))), lasting(firing(at(6)), now), ingest, func(s *v1alpha1.AlertSpec) {
			s.Resolution.State, s.LastActivityTime, s.Occurrences = v1alpha1.ResolutionActive, moment(at(6)), 2
			s.ExpiresTime = moment(now.Add(2 * time.Hour))
		}},
		"an end under a resolved incident": {known(inherited), over(noon, at(5)), ingest, func(s *v1alpha1.AlertSpec) {
			s.Resolution.State, s.EndedTime = resolved, moment(at(5))
		}},
		"the next generation": {known(resolvedBy("alice"), lastSeen(at(1))), seen(at(6)), ingest, func(s *v1alpha1.AlertSpec) {
			s.FirstActivityTime, s.LastActivityTime = moment(at(6)), moment(at(6))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			want := known().Spec
			if name != "a new beginning" && tc.known == nil {
				want = v1alpha1.AlertSpec{Name: "A", FirstActivityTime: moment(noon), Severity: v1alpha1.SeverityMedium}
			}
			tc.want(&want)
			_, after := intake.Decide(tc.known, tc.signal, tc.ingest, now)
			if diff := cmp.Diff(want, after.Spec); diff != "" {
				t.Errorf("spec (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMergeOfOneDelivery(t *testing.T) {
	for name, tc := range map[string]struct {
		earlier, later intake.Signal
		resolved       bool
	}{
		"both go on":                         {firing(noon), firing(at(1)), false},
		"both are over":                      {over(noon, at(1)), over(at(2), at(3)), true},
		"the same began and is over":         {firing(noon), over(noon, at(1)), true},
		"one is over, and another goes on":   {over(at(1), at(2)), firing(noon), false},
		"one goes on, and another is over":   {firing(noon), over(at(1), at(2)), false},
		"without times, the end is believed": {intake.Signal{Count: 1}, intake.Signal{Count: 1, Resolved: true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			got := intake.Merge(tc.earlier, tc.later)
			if got.Resolved != tc.resolved || got.Count != 2 {
				t.Errorf("got resolved %v of %d, want %v of 2", got.Resolved, got.Count, tc.resolved)
			}
		})
	}
}

func TestExpiry(t *testing.T) {
	for name, tc := range map[string]struct {
		ends  time.Time
		after time.Duration
		want  time.Time
	}{
		"nobody says":              {time.Time{}, 0, time.Time{}},
		"soon":                     {now.Add(4 * time.Minute), 0, now.Add(2 * time.Hour)},
		"late":                     {now.Add(5 * time.Hour), 0, now.Add(5 * time.Hour)},
		"in a thousand years":      {now.AddDate(1000, 0, 0), 0, now.Add(365 * 24 * time.Hour)},
		"the source says":          {time.Time{}, time.Minute, now.Add(time.Minute)},
		"the source and the other": {now.Add(5 * time.Hour), time.Minute, now.Add(time.Minute)},
	} {
		t.Run(name, func(t *testing.T) {
			if got := intake.Expiry(now, tc.ends, tc.after); !got.Equal(tc.want) {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestExpire(t *testing.T) {
	for name, tc := range map[string]struct {
		known *v1alpha1.Alert
		want  intake.Action
	}{
		"it has no time":               {known(), intake.Unchanged},
		"its time has not come":        {known(expires(now.Add(time.Second))), intake.Unchanged},
		"its time has come":            {known(expires(now)), intake.Resolve},
		"a person closed it":           {known(expires(now), resolvedBy("alice")), intake.Unchanged},
		"its incident closed it":       {known(expires(now), inherited), intake.Resolve},
		"a person re-opened it":        {known(expires(now), ended(at(5))), intake.Unchanged},
		"its detector ended it before": {known(expires(now), resolvedBy(ingest), ended(at(5))), intake.Unchanged},
	} {
		t.Run(name, func(t *testing.T) {
			got, after := intake.Expire(tc.known, now)
			if got != tc.want {
				t.Fatalf("got %s, want %s", got, tc.want)
			}
			if got == intake.Resolve && (after.Spec.Resolution.State != v1alpha1.ResolutionResolved || !after.Spec.EndedTime.Time.Equal(now)) {
				t.Errorf("got %s since %s", after.Spec.Resolution.State, after.Spec.EndedTime)
			}
		})
	}
}

// A repeat must cost at most 0.02 writes. A sender that repeats every minute, as Prometheus does, says each time that the
// alert ends in four.
func TestRepeatsOfTheAPIAreCheap(t *testing.T) {
	_, alert := intake.Decide(nil, lasting(firing(noon), now), ingest, noon)
	writes := 0
	const repeats = 24 * 60
	for minute := 1; minute <= repeats; minute++ {
		when := at(minute)
		signal := firing(noon)
		signal.Lasting, signal.Expires = true, intake.Expiry(when, when.Add(4*time.Minute), 0)
		action, after := intake.Decide(alert, signal, ingest, when)
		if action != intake.Unchanged {
			writes++
			alert = after
		}
		if expired, _ := intake.Expire(alert, when.Add(time.Minute)); expired != intake.Unchanged {
			t.Fatalf("it expired after %d minutes although it is repeated", minute)
		}
	}
	if writes > repeats*2/100 {
		t.Errorf("%d writes for %d repeats", writes, repeats)
	}
	if writes == 0 {
		t.Error("the expiry was never extended")
	}
}
