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
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

func having(names ...string) func(*v1alpha1.Alert) {
	return func(a *v1alpha1.Alert) {
		a.Spec.Techniques = []v1alpha1.Technique{"T1059"}
		for _, name := range names {
			a.Spec.Evidence = append(a.Spec.Evidence, v1alpha1.Evidence{Kind: v1alpha1.EvidenceDevice, Name: name})
		}
	}
}

func TestRelated(t *testing.T) {
	w := newWorld(t, interceptor.Funcs{},
		anIncident("a"), anIncident("b", func(i *v1alpha1.Incident) { i.Spec.Name = "Shares two" }), anIncident("c"), anIncident("d"),
		anAlert("a-1", "a", having("web-1", "db-1")),
		anAlert("b-1", "b", having("WEB-1", "db-1")), anAlert("b-2", "b", having("web-1")), anAlert("c-1", "c", having("db-1")),
		anAlert("d-1", "d", having("other")), // Nothing but a technique.
		anAlert("loose", "", having("web-1")), anAlert("gone-1", "gone", having("web-1")),
	)
	w.feed.waitReady(t.Context())
	found := ask[relatedReply](w, http.MethodGet, "/api/incidents/soc/a/related", nil)
	got := map[string]string{}
	order := []string{}
	for _, one := range found.Related {
		order = append(order, one.Incident)
		got[one.Incident] = fmt.Sprintf("%d alerts, %d things", one.Alerts, len(one.Evidence[0].Things))
		if one.Line != nil {
			got[one.Incident] += ": " + one.Line.Title
		}
	}
	if diff := cmp.Diff([]string{"b", "", "c", "gone"}, order); diff != "" {
		t.Errorf("order (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{
		"b": "2 alerts, 2 things: Shares two", "c": "1 alerts, 1 things: c", "": "1 alerts, 1 things", "gone": "1 alerts, 1 things",
	}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestRelatedIsBounded(t *testing.T) {
	objects := []client.Object{anIncident("a"), anAlert("a-1", "a", having("web-1"))}
	for i := range maxRelated + 3 {
		name := fmt.Sprintf("other-%02d", i)
		objects = append(objects, anIncident(name), anAlert(name+"-1", name, having("web-1")))
	}
	w := newWorld(t, interceptor.Funcs{}, objects...)
	w.feed.waitReady(t.Context())
	found := ask[relatedReply](w, http.MethodGet, "/api/incidents/soc/a/related", nil)
	if len(found.Related) != maxRelated || found.More != 3 {
		t.Errorf("%d, and %d more", len(found.Related), found.More)
	}
	if len(found.Elsewhere) != 1 || len(found.Elsewhere[0].Incidents) != maxElsewhere || found.Elsewhere[0].More != maxRelated {
		t.Errorf("of web-1: %+v", found.Elsewhere)
	}
	if answer := w.do(w.request(http.MethodGet, "/api/incidents/soc/nowhere/related", nil)); answer.Code != http.StatusNotFound {
		t.Errorf("of an incident that is not there: got %d", answer.Code)
	}
}

// At an entity stand the other incidents that have it and are open: not those that are resolved, and no alerts of none.
func TestEntitiesElsewhere(t *testing.T) {
	w := newWorld(t, interceptor.Funcs{},
		anIncident("a"), anIncident("b", func(i *v1alpha1.Incident) { i.Spec.Name = "Also there" }),
		anIncident("over", func(i *v1alpha1.Incident) { i.Spec.Resolution.State = v1alpha1.ResolutionResolved }),
		anAlert("a-1", "a", having("Web-1", "db-1")), anAlert("b-1", "b", having("WEB-1")),
		anAlert("over-1", "over", having("web-1", "db-1")), anAlert("loose", "", having("db-1")),
	)
	w.feed.waitReady(t.Context())
	found := ask[relatedReply](w, http.MethodGet, "/api/incidents/soc/a/related", nil)
	want := []elsewhere{{Elsewhere: view.Elsewhere{Kind: v1alpha1.EvidenceDevice, Name: "Web-1"}, Incidents: []titled{{"b", "Also there"}}}}
	if diff := cmp.Diff(want, found.Elsewhere); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
