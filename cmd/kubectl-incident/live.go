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
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/table"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// redrawn is how often a list in place is drawn at most.
const redrawn = 200 * time.Millisecond

// livesInPlace says whether a watched list can be drawn over itself: a table, on a terminal that can move its cursor.
func (o *listOptions) livesInPlace() bool {
	return *o.OutputFormat == formatTable && o.tabular() && terminal.ScreenOf(o.Out).Moves
}

// liveList is a list that follows what changes, and is drawn anew in place.
type liveList struct {
	*listOptions
	client client.WithWatch
	// draw shows the list; away says since when the API server has not answered, zero if it does.
	draw func(incidents []*v1alpha1.Incident, away time.Time)

	// incidents are never changed, only replaced, since whoever draws them may keep them.
	incidents map[string]*v1alpha1.Incident
	version   string
	away      time.Time
	// returning says that the API server was away, and has not taken a watch since.
	returning bool
}

// starting is for how long an API server that comes back may refuse what it took before: it does not know all rights and
// kinds at once.
const starting = 30 * time.Second

// live draws the list and what becomes of it, until it is interrupted.
func (o *listOptions) live(ctx context.Context, c client.WithWatch) error {
	l := &liveList{listOptions: o, client: c, draw: func(incidents []*v1alpha1.Incident, away time.Time) {
		_, _ = fmt.Fprint(o.Out, o.frame(incidents, terminal.ScreenOf(o.Out), away, time.Now()))
	}}
	return l.run(ctx)
}

// run lists and watches. What the API server no longer has, or an API server that is away, only makes it begin anew.
func (l *liveList) run(ctx context.Context) error {
	var refused time.Time
	for {
		err := l.once(ctx)
		switch {
		case ctx.Err() != nil: // Whoever interrupts a watch has seen enough.
			return nil //nolint:nilerr // The error is that of the interrupted request.
		case kube.Away(err):
			if l.away.IsZero() {
				l.away = time.Now()
			}
			l.returning, refused = true, time.Time{}
			l.show()
		case kube.Restartable(err) == nil:
			refused = time.Time{}
		case l.returning && refused.IsZero():
			refused = time.Now()
		case !l.returning || time.Since(refused) > starting:
			return fmt.Errorf("watching incidents: %w", err)
		}
		kube.Pause(ctx)
	}
}

// once lists, and follows one watch to its end.
func (l *liveList) once(ctx context.Context) error {
	if err := l.list(ctx); err != nil {
		return err
	}
	from := client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: l.version, AllowWatchBookmarks: true}}
	watcher, err := l.client.Watch(ctx, &v1alpha1.IncidentList{}, append([]client.ListOption{&from}, l.selector.ListOptions()...)...)
	if err != nil {
		return err
	}
	defer watcher.Stop()
	l.returning = false
	return l.follow(ctx, watcher.ResultChan())
}

func (l *liveList) list(ctx context.Context) error {
	incidents, version := map[string]*v1alpha1.Incident{}, ""
	err := l.selector.EachPage(ctx, l.client, time.Now(), func(page *v1alpha1.IncidentList) error {
		version = page.ResourceVersion
		for i := range page.Items {
			slim(&page.Items[i])
			incidents[actions.KeyOf(&page.Items[i])] = &page.Items[i]
		}
		return nil
	})
	if err != nil {
		return err
	}
	l.incidents, l.version, l.away = incidents, version, time.Time{}
	l.show()
	return nil
}

// follow takes events as they come, and draws a moment later, so that many changes are drawn at once.
func (l *liveList) follow(ctx context.Context, events <-chan watch.Event) error {
	timer := time.NewTimer(redrawn)
	defer timer.Stop()
	changed := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
			timer.Reset(redrawn)
			if changed {
				l.show()
				changed = false
			}
		case event, open := <-events:
			switch {
			case !open:
				return nil
			case event.Type == watch.Error:
				return apierrors.FromObject(event.Object)
			}
			changed = l.take(event) || changed
		}
	}
}

// take says whether an event changes the list. One that left what the API server selects comes as deleted.
func (l *liveList) take(event watch.Event) bool {
	incident, ok := event.Object.(*v1alpha1.Incident)
	if !ok || event.Type == watch.Bookmark {
		return false
	}
	key := actions.KeyOf(incident)
	if event.Type != watch.Deleted && l.selector.MatchesListed(incident, time.Now()) {
		slim(incident)
		l.incidents[key] = incident
		return true
	}
	_, there := l.incidents[key]
	delete(l.incidents, key)
	return there
}

func (l *liveList) show() {
	all := slices.Collect(maps.Values(l.incidents))
	// The key was checked before.
	_ = query.SortPointers(all, l.sortBy, time.Now())
	l.draw(all, l.away)
}

// frame is what is written to draw the list over the one before: as many rows as the screen has room for.
func (o *listOptions) frame(incidents []*v1alpha1.Incident, screen terminal.Screen, away, now time.Time) string {
	var text strings.Builder
	// Of the rows, two are for the heads and the last line, and one for the cursor.
	room := max(1, screen.Rows-3)
	rows := &table.Table[*v1alpha1.Incident]{
		Out: &text, Screen: screen, NoHeaders: *o.NoHeaders, Columns: columnsFor(&o.formatFlags, o.columns(), o.allNamespaces),
	}
	rows.Print(incidents[:min(len(incidents), room)], now)
	last := counting(len(incidents), "incident")
	if len(incidents) > room {
		last = grouped(room) + " of " + last + " shown"
	}
	last += ", " + now.In(o.zone()).Format("15:04:05 MST")
	if !away.IsZero() {
		last += "; the API server does not answer since " + away.In(o.zone()).Format("15:04:05") + ", trying again"
	}
	text.WriteString(terminal.Cut(last, screen.Columns) + "\n")
	return terminal.InPlace(text.String())
}
