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
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	maxAlertNames = 100
	maxChanges    = 32
)

// entryOf is the entry for changes that have the same key.
func entryOf(batch []told, now time.Time) v1alpha1.ActivitySpec {
	key := batch[0].key()
	entry := v1alpha1.ActivitySpec{
		Time: toTheSecond(now),
		Type: key.kind, Actor: key.actor, ActorKind: key.actorKind, OtherIncident: key.other, Reason: key.reason,
		Alerts: alertsOf(batch), Changes: distinctChanges(batch),
	}
	entry.Summary = summarizeAlerts(entry)
	return entry
}

// alertsOf counts an alert that did the same thing twice between two looks twice in moves, whose counts add up to the
// number of linked alerts, and names it once.
func alertsOf(batch []told) v1alpha1.ActivityAlerts {
	names := make([]string, 0, len(batch))
	for _, t := range batch {
		names = append(names, t.alert)
	}
	slices.Sort(names)
	distinct := slices.Compact(slices.Clone(names))
	count := len(distinct)
	if difference(batch[0].key().kind, 1) != 0 {
		count = len(names)
	}
	digest := sha256.New()
	for _, name := range distinct {
		digest.Write([]byte(name + "\n"))
	}
	return v1alpha1.ActivityAlerts{
		Count: int64(count), Names: distinct[:min(len(distinct), maxAlertNames)], Digest: hex.EncodeToString(digest.Sum(nil)),
	}
}

// distinctChanges are the fields that changed, each difference once. What there is no room for is there by its hash.
func distinctChanges(batch []told) []v1alpha1.ActivityChange {
	var all []v1alpha1.ActivityChange
	for _, t := range batch {
		all = append(all, t.Fields...)
	}
	slices.SortFunc(all, func(a, b v1alpha1.ActivityChange) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	all = slices.Compact(all)
	if len(all) <= maxChanges {
		return all
	}
	rest := all[maxChanges-1:]
	digest := sha256.New()
	encoder := json.NewEncoder(digest)
	for _, change := range rest {
		if err := encoder.Encode(change); err != nil {
			panic(fmt.Sprintf("encoding a struct of strings cannot fail: %v", err))
		}
	}
	return append(slices.Clone(all[:maxChanges-1]), v1alpha1.ActivityChange{
		Field: "others", To: fmt.Sprintf("%s%x (%d changes)", hashPrefix, digest.Sum(nil), len(rest)),
	})
}

// summarizeAlerts says it in words, such as "3 alerts from inc-1: not ours".
func summarizeAlerts(entry v1alpha1.ActivitySpec) string {
	text := alertsInWords(entry.Alerts.Count)
	switch {
	case entry.OtherIncident == "":
	case entry.Type == v1alpha1.ActivityAlertsLinked:
		text += " from " + entry.OtherIncident
	default:
		text += " to " + entry.OtherIncident
	}
	if entry.Reason != "" {
		text += ": " + entry.Reason
	}
	if len(entry.Changes) > 0 {
		text += ": " + summaryOf(entry.Type, entry.Changes)
	}
	return summarize(text)
}

func alertsInWords(count int64) string {
	if count == 1 {
		return "1 alert"
	}
	return fmt.Sprintf("%d alerts", count)
}
