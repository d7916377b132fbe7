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
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Bounds of a delivery. A receiver may have narrower ones.
const (
	// MaxBytes is the bound of a delivery's size.
	MaxBytes = 16 << 20
	// MaxItems is the bound of its items, refused ones too. What comes after is refused as one.
	MaxItems = 20_000
	// maxDepth is how deep its JSON may nest, and maxValues how many values it may hold.
	maxDepth  = 64
	maxValues = 1_000_000
)

var (
	errTooDeep = &Error{Reason: ReasonTooLarge, Message: fmt.Sprintf("JSON must not nest deeper than %d levels", maxDepth)}
	errTooMany = &Error{Reason: ReasonTooLarge, Message: fmt.Sprintf("JSON must not hold more than %d values", maxValues)}
	errTooBig  = &Error{Reason: ReasonTooLarge, Message: fmt.Sprintf("a delivery must not be larger than %d bytes", MaxBytes)}
	errLate    = &Error{Reason: ReasonTooLarge, Message: fmt.Sprintf("a delivery must not hold more than %d items", MaxItems)}
	errEmpty   = &Error{Reason: ReasonMalformed, Message: "the delivery must not be empty"}
)

// parser reads JSON into Objects, []any, string, json.Number, bool and nil. Unlike json.Unmarshal it bounds depth and
// number of values, keeps numbers as they are written however large, tells keys apart by case, and counts the keys that
// stand twice in one object; the last one counts. An escape of half a surrogate pair becomes U+FFFD.
type parser struct {
	values, duplicates int
}

// one reads the value at the beginning of data and answers how many bytes it takes.
func (p *parser) one(data []byte) (value any, size int64, err error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	value, err = p.value(decoder, 0)
	return value, decoder.InputOffset(), err
}

func (p *parser) value(decoder *json.Decoder, depth int) (any, error) {
	p.values++
	if p.values > maxValues {
		return nil, errTooMany
	}
	token, err := decoder.Token()
	if err != nil {
		return nil, malformed(err)
	}
	delim, ok := token.(json.Delim)
	if !ok {
		return token, nil
	}
	if depth == maxDepth {
		return nil, errTooDeep
	}
	var value any
	if delim == '{' {
		value, err = p.object(decoder, depth)
	} else {
		value, err = p.array(decoder, depth)
	}
	if err != nil {
		return nil, err
	}
	// The closing delimiter.
	if _, err := decoder.Token(); err != nil {
		return nil, malformed(err)
	}
	return value, nil
}

func (p *parser) object(decoder *json.Decoder, depth int) (any, error) {
	object := Object{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, malformed(err)
		}
		key, ok := token.(string)
		if !ok {
			return nil, malformed(fmt.Errorf("%v must be a key", token))
		}
		value, err := p.value(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		if _, known := object[key]; known {
			p.duplicates++
		}
		object[key] = value
	}
	return object, nil
}

func (p *parser) array(decoder *json.Decoder, depth int) (any, error) {
	array := []any{}
	for decoder.More() {
		value, err := p.value(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		array = append(array, value)
	}
	return array, nil
}

func malformed(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("it ends too early")
	}
	return &Error{Reason: ReasonMalformed, Message: "must be JSON: " + shown(err.Error(), maxTitle)}
}

// readable shows bytes that are no UTF-8 as \xff in JSON strings, where the JSON decoder would replace them silently,
// and drops a byte order mark.
func readable(body []byte) []byte {
	body = bytes.TrimPrefix(body, []byte("\uFEFF"))
	if utf8.Valid(body) {
		return body
	}
	out := make([]byte, 0, len(body)+64)
	for len(body) > 0 {
		r, size := utf8.DecodeRune(body)
		if r == utf8.RuneError && size == 1 {
			out = fmt.Appendf(out, `\\x%02x`, body[0])
		} else {
			out = append(out, body[:size]...)
		}
		body = body[size:]
	}
	return out
}

// document is one JSON value of a delivery, or why it could not be read.
type document struct {
	value any
	err   error
}

// documents reads the JSON values that stand in body one after another, on lines of their own or not. After one that
// cannot be read it goes on at the next line that begins with { or [, so that one broken line of many costs one item,
// and a broken document of many lines is one item too. At most limit documents are read.
func (p *parser) documents(body []byte, limit int) []document {
	var found []document
	rest := bytes.TrimSpace(readable(body))
	for len(rest) > 0 {
		if len(found) == limit {
			return append(found, document{err: errLate})
		}
		value, size, err := p.one(rest)
		found = append(found, document{value: value, err: err})
		if errors.Is(err, errTooMany) {
			return found
		}
		if err == nil {
			rest = bytes.TrimSpace(rest[size:])
		} else {
			rest = nextDocument(rest)
		}
	}
	return found
}

// nextDocument is what follows the first line of data, from the next line on that begins a document.
func nextDocument(data []byte) []byte {
	for {
		i := bytes.IndexByte(data, '\n')
		if i < 0 {
			return nil
		}
		data = data[i+1:]
		if len(data) > 0 && (data[0] == '{' || data[0] == '[') {
			return data
		}
	}
}
