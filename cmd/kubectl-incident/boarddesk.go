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
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/board"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/kube"
)

const (
	// resting is how long the cursor must stay on an incident before that is read.
	resting = 150 * time.Millisecond
	// ticking is how often the ages in the list are drawn anew at least.
	ticking = 10 * time.Second
	// suggesting is how long to wait for what prompts suggest.
	suggesting = 5 * time.Second
	// ending is how long a command may take to end that is under way when the board ends: longer than its requests may.
	ending = 12 * time.Second
)

// boardScreen joins the board with what its effects do.
type boardScreen struct {
	state board.Model
	desk  *desk
	first []board.Effect
}

// Init implements tea.Model.
func (s boardScreen) Init() tea.Cmd {
	return tea.Batch(s.desk.perform(s.first), s.desk.suggestions, tick())
}

// Update implements tea.Model.
func (s boardScreen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var effects []board.Effect
	s.state, effects = s.state.Update(msg)
	done := s.desk.perform(effects)
	if _, ticked := msg.(board.Clock); ticked {
		done = tea.Batch(done, tick())
	}
	return s, done
}

// View implements tea.Model.
func (s boardScreen) View() tea.View {
	view := tea.NewView(s.state.View())
	view.AltScreen = true
	return view
}

func tick() tea.Cmd {
	return tea.Tick(ticking, func(now time.Time) tea.Msg { return board.Clock{At: now} })
}

// desk does what the board asks for: it follows the queue, reads incidents and runs commands.
type desk struct {
	*boardOptions
	// ctx ends with the process. The board outlives the calls that begin something.
	ctx       context.Context //nolint:containedctx // bubbletea hands no context to commands.
	client    client.WithWatch
	namespace string
	send      func(tea.Msg)
	// leave ends what is read for the filter before.
	leave context.CancelFunc
	// talk is that of the last command.
	talk atomic.Pointer[talk]
	// lane is for what registers or reads the flags of kubectl, which are the same for all commands.
	lane sync.Mutex
}

func newDesk(ctx context.Context, o *boardOptions, c client.WithWatch, namespace string) *desk {
	return &desk{boardOptions: o, ctx: ctx, client: c, namespace: namespace, leave: func() {}}
}

// perform returns what does the effects. It is called by one goroutine, that of the board.
func (d *desk) perform(effects []board.Effect) tea.Cmd {
	var all []tea.Cmd
	for _, effect := range effects {
		switch effect := effect.(type) {
		case board.Read:
			d.leave()
			var ctx context.Context
			ctx, d.leave = context.WithCancel(d.ctx)
			go d.follow(ctx, effect)
		case board.Show:
			all = append(all, func() tea.Msg { return d.look(effect.Key) })
		case board.Wait:
			all = append(all, tea.Tick(resting, func(time.Time) tea.Msg { return board.Rested(effect) }))
		case board.Do:
			all = append(all, d.begin(effect.Order))
		case board.Answer:
			d.talk.Load().answer(effect.Text)
		case board.Abandon:
			d.talk.Load().abandon()
		case board.Copy:
			all = append(all, tea.SetClipboard(effect.Text))
		case board.Suspend:
			all = append(all, tea.Suspend)
		case board.Quit:
			all = append(all, tea.Quit)
		}
	}
	return tea.Batch(all...)
}

// follow sends the queue of a filter, and what becomes of it, until another one is asked for.
func (d *desk) follow(ctx context.Context, read board.Read) {
	o := d.narrowed(read.Filter)
	tell := func(incidents []*v1alpha1.Incident, away time.Time) {
		if ctx.Err() == nil {
			d.send(board.Queue{Incidents: incidents, Away: away, At: time.Now(), Serial: read.Serial})
		}
	}
	var err error
	var away time.Time
	for o.selector, err = o.ready(ctx, d.client, d.namespace); kube.Away(err) && ctx.Err() == nil; o.selector, err = o.ready(ctx, d.client, d.namespace) {
		if away.IsZero() {
			away = time.Now()
		}
		tell(nil, away)
		kube.Pause(ctx)
	}
	if err == nil {
		err = (&liveList{listOptions: o, client: d.client, draw: tell}).run(ctx)
	}
	if err != nil && ctx.Err() == nil {
		d.send(board.Failed{Err: err, Serial: read.Serial})
	}
}

// look reads what show shows of an incident.
func (d *desk) look(key string) board.Detail {
	namespace, name, _ := strings.Cut(key, "/")
	incident, now := &v1alpha1.Incident{}, time.Now()
	err := d.client.Get(d.ctx, client.ObjectKey{Namespace: namespace, Name: name}, incident)
	if err != nil {
		return board.Detail{Key: key, Err: err}
	}
	read, err := readShown(d.ctx, d.client, incident, now)
	if err != nil {
		return board.Detail{Key: key, Err: err}
	}
	return board.Detail{Key: key, Incident: incident, Draw: func(screen terminal.Screen, full bool) []string {
		return drawIncident(func() *page { return &page{screen: screen, zone: d.zone(), now: now, toSeeAll: "enter"} }, read, full).lines
	}}
}

// begin returns what runs a command.
func (d *desk) begin(order board.Order) tea.Cmd {
	t := newTalk(d.ctx, d.send)
	d.talk.Store(t)
	return func() tea.Msg {
		defer close(t.ended)
		defer t.abandon()
		d.lane.Lock()
		defer d.lane.Unlock()
		var conflict *actions.ConflictError
		command := *d.plugin
		command.In, command.Out, command.ErrOut = t, t, t
		command.watched = func() bool { return true }
		command.within, _, _ = strings.Cut(order.Key, "/")
		command.seen = order.Seen
		command.memory = complete.Memory{} // It would keep what was true for the command before.
		command.heard = func(err error) { conflict, _ = errors.AsType[*actions.ConflictError](err) }
		code := command.run(t.ctx, wordsOf(order))
		return board.Ended{Order: order, Done: code == exitDone, Lines: t.said(), Conflict: conflict}
	}
}

// suggestions are those of the completion: of all incidents, not only of those that the board shows.
func (d *desk) suggestions() tea.Msg {
	namespace := d.namespace
	if d.allNamespaces {
		namespace = ""
	}
	d.lane.Lock()
	defer d.lane.Unlock()
	ctx, cancel := context.WithTimeout(d.ctx, suggesting)
	defer cancel()
	reader := *d.plugin
	reader.memory = complete.Memory{}
	incidents, err := reader.known().Incidents(ctx, namespace)
	if err != nil {
		return nil // They are a help, and the list has some itself.
	}
	var known board.Known
	for i := range incidents {
		known.Assignees = append(known.Assignees, incidents[i].Assignee)
		known.Tags = append(known.Tags, complete.SplitSummary(incidents[i].Tags)...)
	}
	return known
}

// wordsOf are the arguments of an order. The queue shows what follows a change, so that nothing is waited for but a merge.
func wordsOf(order board.Order) []string {
	if order.Follows {
		return slices.Concat(order.Words[:1], []string{"--timeout=1m"}, order.Words[1:])
	}
	return slices.Concat(order.Words[:1], []string{"--wait=false"}, order.Words[1:])
}

// Write implements io.Writer for what the API server warns of.
func (d *desk) Write(data []byte) (int, error) {
	if t := d.talk.Load(); t != nil && !t.over() {
		return t.Write(data)
	}
	d.send(board.Said{Text: strings.TrimSpace(string(data))})
	return len(data), nil
}

// close lets a command that is under way end, and says how it ended, since the board cannot any more.
func (d *desk) close(out io.Writer) {
	d.leave()
	t := d.talk.Load()
	if t == nil || t.over() {
		return
	}
	t.abandon()
	select {
	case <-t.ended:
	case <-time.After(ending): // It may not have begun when the board was ended by a signal.
	}
	for _, line := range t.said() {
		terminal.PrintLine(out, line)
	}
}
