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

// Package cloudevents takes what a detector sent out of a CloudEvent (version 1.0), in binary or structured mode. What
// is inside is of another format; that one gives identity, severity and all else.
package cloudevents

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"strings"

	"github.com/incident-operator/incident-operator/internal/detect"
)

const version = "1.0"

// required are the attributes that every event must have beside specversion.
var required = []string{"id", "source", "type"}

// Unwrap answers the data inside an event. A delivery that is no event is answered as it is. Names in header may be of
// any case.
func Unwrap(header map[string][]string, body []byte) ([]byte, error) {
	media, _, err := mime.ParseMediaType(value(header, "Content-Type"))
	if err != nil {
		media = ""
	}
	switch {
	case media == "application/cloudevents+json":
		return structured(body)
	case strings.HasPrefix(media, "application/cloudevents"):
		return nil, refuse(fmt.Errorf("content type must be application/cloudevents+json, not %s", detect.Cut(media, 128)))
	case value(header, "Ce-Specversion") != "":
		return body, refuse(check(func(attribute string) string { return value(header, "Ce-"+attribute) }))
	default:
		return body, nil
	}
}

// structured reads the envelope alone. What is inside stays as it is, for the format's own reader with its bounds.
func structured(body []byte) ([]byte, error) {
	if len(body) > detect.MaxBytes {
		return body, nil // The format refuses it for its size.
	}
	var envelope map[string]json.RawMessage
	if err := json.Unmarshal(body, &envelope); err != nil {
		return nil, refuse(fmt.Errorf("reading the event: %w", err))
	}
	if err := check(func(attribute string) string { return text(envelope[attribute]) }); err != nil {
		return nil, refuse(err)
	}
	if encoded, ok := envelope["data_base64"]; ok {
		data, err := base64.StdEncoding.DecodeString(text(encoded))
		if err != nil {
			return nil, refuse(fmt.Errorf("data_base64 must be base64: %w", err))
		}
		return data, nil
	}
	data := envelope["data"]
	if len(data) == 0 || string(data) == "null" {
		return nil, refuse(errors.New("an event must have data"))
	}
	if media := text(envelope["datacontenttype"]); media != "" && !isJSON(media) {
		return []byte(text(data)), nil
	}
	return data, nil
}

func check(attribute func(string) string) error {
	if v := attribute("specversion"); v != version {
		return fmt.Errorf("specversion must be %s, not %q", version, detect.Cut(v, 32))
	}
	for _, name := range required {
		if attribute(name) == "" {
			return fmt.Errorf("an event must have the attribute %s", name)
		}
	}
	return nil
}

// isJSON holds for the media types whose data stands in the envelope as JSON; others stand in a string.
func isJSON(media string) bool {
	media, _, _ = strings.Cut(strings.ToLower(media), ";")
	media = strings.TrimSpace(media)
	return media == "application/json" || media == "text/json" || strings.HasSuffix(media, "+json")
}

func text(raw json.RawMessage) string {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return ""
	}
	return s
}

func value(header map[string][]string, name string) string {
	for key, values := range header {
		if strings.EqualFold(key, name) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}

func refuse(err error) error {
	if err == nil {
		return nil
	}
	return &detect.Error{Reason: detect.ReasonMalformed, Message: err.Error()}
}
