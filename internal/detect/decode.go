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

package detect

import (
	"bytes"
	"errors"
)

// Mapping is how a format's JSON becomes events.
type Mapping struct {
	// Split finds the items in one document. Unset: the document is a list of items or the one item.
	Split func(document any) (items []any, notes []Note, err error)
	// Map writes one item to the draft. An error refuses the item; make it an *Error to say why.
	Map func(item Object, draft *Draft) error
}

// Decode reads a delivery of JSON: one document or several.
func (m Mapping) Decode(body []byte, reading Reading) Batch {
	c := Collector{reading: reading}
	if !c.begin(body) {
		return c.batch
	}
	var p parser
	for _, document := range p.documents(body, MaxItems) {
		if document.err != nil {
			c.Refuse(document.err)
			continue
		}
		items, notes, err := m.split(document.value)
		for _, note := range notes {
			c.batch.Notes = addNote(c.batch.Notes, note)
		}
		if err != nil {
			c.Refuse(err)
		}
		for i, item := range items {
			if c.next >= MaxItems {
				c.refuse(errLate, len(items)-i)
				break
			}
			m.item(&c, item)
		}
	}
	if p.duplicates > 0 {
		c.batch.Notes = addNote(c.batch.Notes, Note{Kind: NoteDuplicateKey, Field: "delivery", Count: p.duplicates})
	}
	return c.batch
}

func (m Mapping) item(c *Collector, item any) {
	object, ok := item.(Object)
	if !ok {
		c.Refuse(&Error{Reason: ReasonMalformed, Message: "an item must be a JSON object"})
		return
	}
	c.Add(func(d *Draft) error {
		d.IdentifyBy(object.Lookup)
		return m.Map(object, d)
	})
}

func (m Mapping) split(document any) ([]any, []Note, error) {
	if m.Split != nil {
		return m.Split(document)
	}
	if list, ok := document.([]any); ok {
		return list, nil, nil
	}
	return []any{document}, nil, nil
}

// Collector gathers the events of one delivery and what was refused of it.
type Collector struct {
	reading Reading
	batch   Batch
	// next is the index of the next item.
	next int
}

// Collect reads a delivery that is not JSON. each is called once for a delivery within the bounds of size, and calls Add
// or Refuse for each item it finds.
func Collect(body []byte, reading Reading, each func(*Collector)) Batch {
	c := Collector{reading: reading}
	if c.begin(body) {
		each(&c)
	}
	return c.batch
}

// begin refuses a delivery that is not worth reading.
func (c *Collector) begin(body []byte) bool {
	switch {
	case len(body) > MaxBytes:
		c.Refuse(errTooBig)
	case len(bytes.TrimSpace(body)) == 0:
		c.Refuse(errEmpty)
	default:
		return true
	}
	return false
}

// Add makes one item an event, or refuses it with the error that write gives. It answers false, and refuses what
// remains as one, once the delivery holds more than MaxItems.
func (c *Collector) Add(write func(*Draft) error) bool {
	if c.next >= MaxItems {
		c.Refuse(errLate)
		return false
	}
	d := &Draft{reading: c.reading}
	if err := write(d); err != nil {
		c.Refuse(err)
		return true
	}
	event, err := d.event(c.next)
	if err != nil {
		c.Refuse(err)
		return true
	}
	c.next++
	c.batch.Events = append(c.batch.Events, event)
	return true
}

// Refuse counts one item as refused.
func (c *Collector) Refuse(err error) { c.refuse(err, 1) }

func (c *Collector) refuse(err error, count int) {
	reason := ReasonMalformed
	var refused *Error
	if errors.As(err, &refused) {
		reason = refused.Reason
	}
	message := shown(err.Error(), 2*maxTitle)
	c.batch.Refusals = append(c.batch.Refusals, Refusal{Index: c.next, Count: count, Reason: reason, Message: message})
	c.next += count
}
