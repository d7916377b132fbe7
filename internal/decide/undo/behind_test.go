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

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/undo"
)

// TestBehind changes something that the log still has to take.
func TestBehind(t *testing.T) {
	for name, change := range map[string]func(*history){
		"an edit":           func(h *history) { h.incident.Generation++ },
		"no log":            func(h *history) { h.log = nil },
		"another's log":     func(h *history) { h.incident.UID = "another" },
		"an alert came":     func(h *history) { h.link("b") },
		"an alert left":     func(h *history) { h.unlink("a") },
		"a change is noted": func(h *history) { h.note("a", edited(8)) },
		"one of two":        func(h *history) { h.note("a", edited(7), edited(8)) },
		"of a new alert":    func(h *history) { h.note("a", edited(7)); h.alerts[0].UID = "another" },
		"one for another":   func(h *history) { h.unlink("a"); h.link("b"); h.note("b", edited(1)) },
		"a label":           func(h *history) { h.incident.Labels = map[string]string{tagPrefix + "b": ""} },
	} {
		t.Run(name, func(t *testing.T) {
			h := caughtUp(t)
			change(h)
			if _, err := h.decide(); !errors.Is(err, undo.ErrBehind) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestNotBehind changes what the log does not wait for.
func TestNotBehind(t *testing.T) {
	for name, change := range map[string]func(*history){
		"nothing":       func(*history) {},
		"taken already": func(h *history) { h.note("a", edited(6), edited(7)) },
		"another's":     func(h *history) { h.note("a", `8 1 "bob" in "other" "uid-of-other" severity "" "High"`) },
		"dropped":       func(h *history) { h.note("a") },
		"cannot be read": func(h *history) {
			h.alerts[0].Annotations[v1alpha1.NotesAnnotation] = "{"
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := caughtUp(t)
			change(h)
			if _, err := h.decide(); err != nil {
				t.Error(err)
			}
		})
	}
}

// caughtUp has one alert, and a log that has taken its notes up to 7.
func caughtUp(t *testing.T) *history {
	h := begin(t, tagged("x"))
	h.edit("bob", "assignee", func(i *v1alpha1.Incident) { i.Spec.Assignee = "bob" })
	h.tell(v1alpha1.ActivityAlertsLinked, v1alpha1.ActorUser, "other", 1, "a")
	h.log[len(h.log)-1].After.Alerts.Taken = []v1alpha1.ActivityTakenNote{{Alert: "uid-of-a", Note: 7}}
	return h
}

func edited(number int) string {
	return fmt.Sprintf(`%d 1 "bob" in "inc" %q severity "" "High"`, number, uid)
}

// note lets an alert bear notes, of which the last is number 8.
func (h *history) note(alert string, lines ...string) {
	for i := range h.alerts {
		if h.alerts[i].Name == alert {
			h.alerts[i].Annotations[v1alpha1.NotesAnnotation] = strings.Join(append([]string{"8"}, lines...), "\n")
		}
	}
}

// TestArrivedWithOthers never unlinks an alert that was created in the incident.
func TestArrivedWithOthers(t *testing.T) {
	h := begin(t, nothing)
	h.tell(v1alpha1.ActivityAlertsLinked, v1alpha1.ActorUser, "", 4, "b", "a", "new-c", "gone")
	h.unlink("gone")
	h.log[len(h.log)-1].After.Alerts.Total = 3
	reversal, err := h.decide()
	if err != nil || len(reversal.Move.Alerts) != 2 || reversal.Move.Alerts[0] != "a" || reversal.Move.Alerts[1] != "b" {
		t.Errorf("got %+v, %v", reversal, err)
	}
}
