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

package activity

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gowebpki/jcs"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	maxNameBytes = 200
	uidBytes     = 8
)

// Name is the metadata.name of an entry: the incident's name, cut to 200 characters and not ending in a dot or dash, the
// first 8 of its UID and the sequence in 8 digits. Object names are ASCII.
func Name(incident v1alpha1.ActivityIncident, sequence int64) string {
	return fmt.Sprintf("%s-%s-%08d", strings.TrimRight(incident.Name[:min(len(incident.Name), maxNameBytes)], ".-"),
		incident.UID[:min(len(incident.UID), uidBytes)], sequence)
}

// seal chains an entry to the hash of the one before and fills in its own.
func seal(spec *v1alpha1.ActivitySpec, previous string) error {
	spec.PreviousHash, spec.Hash = previous, ""
	encoded, err := json.Marshal(spec)
	if err != nil {
		return fmt.Errorf("encoding the entry: %w", err)
	}
	spec.Hash, err = hashOf(encoded)
	return err
}

// Hash returns the hash that an entry's spec, as JSON, ought to bear: the SHA-256 of its canonical form (RFC 8785)
// without the member hash, in hexadecimal digits. The spec is taken as it is, so that a member unknown to this program
// counts too.
func Hash(spec map[string]any) (string, error) {
	rest := make(map[string]any, len(spec))
	for key, value := range spec {
		if key != "hash" {
			rest[key] = value
		}
	}
	encoded, err := json.Marshal(rest)
	if err != nil {
		return "", fmt.Errorf("encoding the entry: %w", err)
	}
	return hashOf(encoded)
}

func hashOf(encoded []byte) (string, error) {
	canonical, err := jcs.Transform(encoded)
	if err != nil {
		return "", fmt.Errorf("canonicalizing the entry: %w", err)
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:]), nil
}
