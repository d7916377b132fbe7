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

package incident

import (
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/note"
)

// dropped is the annotation without the notes that the log has taken, nil if it has taken none. It is due if it is worth a
// write of its own.
func (r *Reconciler) dropped(incident *v1alpha1.Incident) (annotation any, due bool) {
	text := incident.Annotations[v1alpha1.NotesAnnotation]
	end := r.Ends.Get(client.ObjectKeyFromObject(incident))
	if end == nil || end.IncidentRef.UID != string(incident.UID) {
		return nil, false
	}
	notes, err := note.Parse(text)
	if err != nil {
		return note.Salvage(text, end.After.Notes), true
	}
	taken := len(notes.Notes) - len(notes.After(end.After.Notes))
	if taken == 0 || notes.Last < end.After.Notes {
		return nil, false
	}
	return notes.Drop(end.After.Notes), note.IsDropDue(taken, text)
}
