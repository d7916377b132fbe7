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
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

// steadyRoom is one whose clock stands still until it is told to go on.
func steadyRoom(limit int) (room *Room, pass func(time.Duration)) {
	wall := clocktesting.NewFakePassiveClock(time.Now())
	room = NewRoom(limit)
	room.clock = wall
	return room, func(some time.Duration) { wall.SetTime(wall.Now().Add(some)) }
}

// full is how many alerts are kept in a room.
func (r *Room) full() int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.kept
}

// Who looked longest ago makes room, and nobody who looks.
func TestRoomIsForWhoLooks(t *testing.T) {
	room, pass := steadyRoom(100)
	left := ""
	enter := func(name string, number int) *place {
		t.Helper()
		p := room.enter(func() { left += name })
		if !p.hold(number) {
			t.Fatalf("no room for %d of %s", number, name)
		}
		pass(time.Second)
		return p
	}
	a, b, c := enter("a", 30), enter("b", 30), enter("c", 30)
	if late := room.enter(func() {}); late.hold(20) || left != "" {
		t.Errorf("those had to leave at whom somebody looks: %q", left)
	}
	pass(looking)
	a.look()
	if !c.hold(60) || left != "b" {
		t.Errorf("left %q, want b, which was looked at longest ago", left)
	}
	if c.hold(71) || left != "b" {
		t.Errorf("71 beside 30 of at most 100 are held; left %q", left)
	}
	if !c.hold(70) || !c.hold(0) || room.kept != 30 {
		t.Errorf("%d are kept, want those of a", room.kept)
	}
	if b.hold(1) || room.kept != 30 {
		t.Error("who has left comes back")
	}
	b.quit()
	a.quit()
	if room.kept != 0 {
		t.Errorf("%d are kept by nobody", room.kept)
	}
}

// Whatever happens, the room is never fuller than it may be, and knows how full it is.
func TestRoomIsNeverTooFull(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		room, pass := steadyRoom(1000)
		var places []*place
		for range 300 {
			pass(time.Duration(random.IntN(int(looking))))
			if len(places) == 0 || random.IntN(8) == 0 {
				places = append(places, room.enter(func() {}))
			}
			p := places[random.IntN(len(places))]
			switch random.IntN(5) {
			case 0:
				p.quit()
			case 1:
				p.look()
			default:
				before, number := p.kept, random.IntN(600)
				if held := p.hold(number); room.places[p] && held != (p.kept == number) || !held && p.kept != before {
					t.Fatalf("seed %d: asked for %d with %d, got %v and holds %d", seed, number, before, held, p.kept)
				}
			}
			sum := 0
			for one := range room.places {
				sum += one.kept
			}
			if room.kept != sum || sum > room.limit {
				t.Fatalf("seed %d: it says %d, and holds %d of at most %d", seed, room.kept, sum, room.limit)
			}
		}
	}
}

// An incident of which there is no room for all is shown as far as there is, says so, and shows all once there is.
func TestAlertsWithoutRoomAreTold(t *testing.T) {
	gate := make(chan struct{})
	close(gate)
	w := newWorld(t, paging(gate), manyAlerts(4800)...)
	room, pass := steadyRoom(5200)
	w.alerts.room = room
	taken := room.enter(func() {})
	if !taken.hold(2400) {
		t.Fatal("there is no room to begin with")
	}
	found := awaitAlerts(w, "", func(r *alertsReply) bool { return r.Cut != nil })
	if found.Read != chunk || found.Whole || len(found.Rows) != alertsPage || found.Cut.Again.Sub(found.Cut.At) != roomWait {
		t.Errorf("%d read, whole %v, %d rows, as at %s", found.Read, found.Whole, len(found.Rows), found.Cut.At)
	}
	if want := "the console keeps at most 5200 alerts for all people together, and others look at theirs now"; found.Cut.Why != want {
		t.Errorf("got %q, want %q", found.Cut.Why, want)
	}
	if scope := ask[*scopeReply](w, http.MethodGet, "/api/incidents/soc/big/scope", nil); scope.Whole || scope.Cut == nil || scope.Scope.Alerts != chunk {
		t.Errorf("the scope counts %d, whole %v, cut %v", scope.Scope.Alerts, scope.Whole, scope.Cut)
	}
	taken.quit()
	if again := ask[*alertsReply](w, http.MethodGet, "/api/incidents/soc/big/alerts", nil); again.Cut == nil {
		t.Error("it is tried again with each request")
	}
	pass(roomWait)
	if found = awaitAlerts(w, "", func(r *alertsReply) bool { return r.Whole }); found.Cut != nil || found.Read != 4800 || room.full() != 4800 {
		t.Errorf("%d read, cut %v, %d kept in the room", found.Read, found.Cut, room.full())
	}
	w.alerts.closeAll()
	if kept := room.full(); kept != 0 {
		t.Errorf("a session that has ended keeps %d", kept)
	}
}

// The alerts of one session make room for those of another when nobody looks at them.
func TestSessionsShareTheRoom(t *testing.T) {
	gate := make(chan struct{})
	close(gate)
	hers, his := newWorld(t, paging(gate), manyAlerts(600)...), newWorld(t, paging(gate), manyAlerts(600)...)
	room, pass := steadyRoom(1000)
	hers.alerts.room, his.alerts.room = room, room
	awaitAlerts(hers, "", func(r *alertsReply) bool { return r.Whole })
	awaitAlerts(his, "", func(r *alertsReply) bool { return r.Cut != nil })
	pass(roomWait)
	if found := awaitAlerts(his, "", func(r *alertsReply) bool { return r.Whole }); found.Read != 600 {
		t.Errorf("%d read", found.Read)
	}
	hers.alerts.mutex.Lock()
	open := len(hers.alerts.open)
	hers.alerts.mutex.Unlock()
	if kept := room.full(); open != 0 || kept != 600 {
		t.Errorf("%d feeds of hers are open, %d alerts are kept", open, kept)
	}
}

// An alert more than there is room for ends the following, and is told.
func TestOneAlertTooMany(t *testing.T) {
	room, _ := steadyRoom(2)
	feed := newAlertFeed(Cluster{}, client.ObjectKey{Namespace: "soc", Name: "big"}, room.enter(nil), func() {})
	for i := range 2 {
		feed.take(anAlert(fmt.Sprint(i), "big"), false)
	}
	feed.change(func() { feed.whole = true })
	feed.take(anAlert("0", "big"), false)
	if found, err := feed.known(t.Context()); err != nil || !found.whole {
		t.Fatalf("an alert that changes needs no more room: %+v, %v", found, err)
	}
	feed.take(anAlert("2", "big"), false)
	if found, err := feed.known(t.Context()); err != nil || found.whole || found.cut == nil || len(found.alerts) != 2 {
		t.Errorf("whole %v, cut %v, %d alerts, %v", found.whole, found.cut, len(found.alerts), err)
	}
}

// While all is read anew, what was known is kept if there is room for both, else it is given up.
func TestReadingAnewNeedsRoom(t *testing.T) {
	w := newWorld(t, interceptor.Funcs{}, manyAlerts(3)...)
	for limit, want := range map[int]bool{6: true, 5: true, 2: false} {
		room, _ := steadyRoom(limit)
		feed := newAlertFeed(Cluster{Client: w.cluster}, client.ObjectKey{Namespace: "soc", Name: "big"}, room.enter(nil), func() {})
		for range 2 {
			_, err := feed.list(t.Context())
			if found, _ := feed.known(t.Context()); found.whole != want || (err == nil) != want {
				t.Errorf("room for %d: whole %v, %v", limit, found.whole, err)
			}
		}
		if want && room.kept != 3 {
			t.Errorf("room for %d: %d are kept", limit, room.kept)
		}
	}
}
