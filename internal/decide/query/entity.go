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

package query

import (
	"slices"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/text"
)

// Involves says whether an alert has one of the entities in its evidence. Letter case does not matter, and a short name is
// enough: of a host that without its domain, of a user that without domain or realm, of a file or process that without its
// folder. Whoever asks for the whole name of a host also finds it where a detector gives the short one.
func Involves(alert *v1alpha1.Alert, entities []string) bool {
	return slices.ContainsFunc(alert.Spec.Evidence, func(evidence v1alpha1.Evidence) bool {
		return slices.ContainsFunc(entities, func(asked string) bool { return isCalled(&evidence, text.Fold(asked)) })
	})
}

// isCalled compares with a name that is folded.
func isCalled(evidence *v1alpha1.Evidence, asked string) bool {
	name := text.Fold(evidence.Name)
	if name == asked {
		return true
	}
	short := shortName(evidence.Kind, name)
	if short == name { // The detector may have left out what is asked for.
		return namesHosts(evidence.Kind) && shortName(evidence.Kind, asked) == name
	}
	return short == asked
}

// shortName is a name without what only says where the thing is.
func shortName(kind v1alpha1.EvidenceKind, name string) string {
	short := name
	switch {
	case namesHosts(kind):
		short, _, _ = strings.Cut(name, ".")
	case kind.IsUser():
		short = name[strings.LastIndexByte(name, '\\')+1:]
		short, _, _ = strings.Cut(short, "@")
	case kind == v1alpha1.EvidenceFile || kind == v1alpha1.EvidenceProcess:
		short = name[strings.LastIndexAny(name, `\/`)+1:]
	}
	if short == "" {
		return name
	}
	return short
}

// namesHosts leaves out pods, whose names may have dots that separate nothing.
func namesHosts(kind v1alpha1.EvidenceKind) bool {
	return kind == v1alpha1.EvidenceDevice || kind == v1alpha1.EvidenceNode
}
