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

package v1alpha1_test

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

var seen = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// at is a time before seen, or after it where minutes are positive.
func at(minutes int) *metav1.Time {
	return &metav1.Time{Time: seen.Add(time.Duration(minutes) * time.Minute)}
}

func TestEffectiveActivity(t *testing.T) {
	created, future := at(-10), &metav1.Time{Time: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)}
	fraction := &metav1.Time{Time: at(-30).Add(900 * time.Millisecond)}
	for name, test := range map[string]struct{ first, last, wantFirst, wantLast *metav1.Time }{
		"both":                               {at(-30), at(-20), at(-30), at(-20)},
		"neither":                            {nil, nil, created, created},
		"the beginning alone":                {at(-30), nil, at(-30), at(-30)},
		"the end alone":                      {nil, at(-30), at(-30), at(-30)},
		"an end after the creation":          {nil, at(-5), created, at(-5)},
		"both after the creation":            {at(-5), at(-3), at(-5), at(-3)},
		"an end before the beginning":        {at(-20), at(-30), at(-20), at(-20)},
		"an end at this very moment":         {at(-30), at(0), at(-30), at(0)},
		"an end in a minute":                 {at(-30), at(1), at(-30), created},
		"an end in the year 9999":            {at(-30), future, at(-30), created},
		"the end alone, in the year 9999":    {nil, future, created, created},
		"both in the year 9999":              {future, future, created, created},
		"a beginning in the year 9999 alone": {future, nil, created, created},
		"a beginning in the future":          {at(1), at(-30), created, created},
		"an end in the future of a beginning after the creation": {at(-5), at(1), at(-5), at(-5)},
		"zero times":            {&metav1.Time{}, &metav1.Time{}, created, created},
		"fractions of a second": {fraction, fraction, at(-30), at(-30)},
	} {
		t.Run(name, func(t *testing.T) {
			alert := &v1alpha1.Alert{}
			alert.CreationTimestamp = *created
			alert.Spec.FirstActivityTime, alert.Spec.LastActivityTime = test.first, test.last
			first, last := alert.EffectiveActivity(seen)
			if !first.Equal(test.wantFirst.Time) || !last.Equal(test.wantLast.Time) {
				t.Errorf("got %s to %s, want %s to %s", first, last, test.wantFirst, test.wantLast)
			}
		})
	}
}

func TestAFutureTimeIsBelievedOnceItHasCome(t *testing.T) {
	alert := &v1alpha1.Alert{}
	alert.CreationTimestamp = *at(-10)
	alert.Spec.LastActivityTime = at(180)
	if _, last := alert.EffectiveActivity(at(180).Time); !last.Equal(at(180).Time) {
		t.Errorf("got %s", last)
	}
}

func TestEffectiveLastActivity(t *testing.T) {
	for name, test := range map[string]struct{ last, want *metav1.Time }{
		"known":         {at(-5), at(-5)},
		"without any":   {nil, at(-10)},
		"in the future": {at(1), at(-10)},
		"right now":     {at(0), at(0)},
	} {
		t.Run(name, func(t *testing.T) {
			incident := &v1alpha1.Incident{}
			incident.CreationTimestamp = *at(-10)
			incident.Status.LastActivityTime = test.last
			if got := incident.EffectiveLastActivity(seen); !got.Equal(test.want.Time) {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
