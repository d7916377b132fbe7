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

package correlate_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// randomAlert is about a few of many things, so that some alerts belong together and some do not.
func randomAlert(random *rand.Rand, name string, minute int) *v1alpha1.Alert {
	var evidence []string
	for range random.IntN(4) {
		kind := []string{"Device", "User", "IP", "File"}[random.IntN(4)]
		evidence = append(evidence, fmt.Sprintf("%s x%d", kind, random.IntN(12)))
	}
	return alert(name, minute, strings.Join(evidence, ", "), since(minute-random.IntN(30)))
}

func randomPolicy(random *rand.Rand) *v1alpha1.CorrelationPolicy {
	return policy(func(p *v1alpha1.CorrelationPolicy) {
		p.Spec.SettleSeconds = int32(random.IntN(3)) * 300
		p.Spec.MergeRelated = random.IntN(2) == 0
		p.Spec.GroupBy[2].CommonAbove = int32(1 + random.IntN(6))
		if random.IntN(3) == 0 {
			p.Spec.MaxAlertsPerIncident = int32(2 + random.IntN(4))
		}
		if random.IntN(4) == 0 {
			p.Spec.Match, p.Spec.GroupBy = v1alpha1.MatchAll, p.Spec.GroupBy[:2]
		}
	})
}

// The order in which an engine is told of things does not matter, nor whether it was there all the time: at every moment of
// a random history, an engine that is told of all objects anew decides the same. Nothing is ever linked twice, to what is
// closed, or left waiting for ever, and no incident has more alerts than one may have.
func TestOrderAndRestartsDoNotMatter(t *testing.T) {
	for seed := range uint64(150) {
		random := rand.New(rand.NewPCG(seed, 11))
		p := randomPolicy(random)
		w := newWorld(t, p)
		minute := 0
		for step := range 25 {
			minute += random.IntN(20)
			w.now = at(minute)
			for k := range random.IntN(5) {
				w.tell(randomAlert(random, fmt.Sprintf("a%02d-%d", step, k), minute))
			}
			w.disturb(random)
			other := w.another(random).Decide(w.now)
			if random.IntN(5) == 0 {
				w.restart(random)
			}
			mine := w.decide(minute)
			if describe(mine) != describe(other) {
				t.Fatalf("seed %d, step %d: decided\n%s\nbut an engine that was told anew\n%s", seed, step, describe(mine), describe(other))
			}
			w.check(p)
		}
		w.decide(minute + 60)
		for name, a := range w.alerts {
			if a.Spec.IncidentRef.Name == "" && a.Spec.Resolution.State == v1alpha1.ResolutionActive && a.Annotations == nil {
				t.Fatalf("seed %d: %s waits for ever", seed, name)
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// disturb lets people and detectors do something.
func (w *world) disturb(random *rand.Rand) {
	for _, name := range slices.Sorted(maps.Keys(w.alerts)) {
		a := w.alerts[name]
		if a.Spec.IncidentRef.Name == "" || random.IntN(60) > 0 {
			continue
		}
		switch random.IntN(3) {
		case 0: // A person unlinks it.
			a.Spec.IncidentRef.Name = ""
			a.Annotations = map[string]string{"editor.incidentoperator.dev/incidentRef": "bob@3"}
		case 1:
			a.Spec.Resolution.State = v1alpha1.ResolutionResolved
		case 2:
			last := metav1.NewTime(w.now)
			a.Spec.LastActivityTime = &last
		}
		w.tell(a)
	}
	for _, name := range slices.Sorted(maps.Keys(w.incidents)) {
		i := w.incidents[name]
		if random.IntN(25) == 0 {
			i.Spec.Resolution.State = v1alpha1.ResolutionResolved
			w.tell(i)
		}
	}
}

func (w *world) check(p *v1alpha1.CorrelationPolicy) {
	if p.Spec.MaxAlertsPerIncident == 0 {
		return
	}
	counts := map[string]int32{}
	for _, a := range w.alerts {
		if i := a.Spec.IncidentRef.Name; i != "" {
			counts[i]++
			if counts[i] > p.Spec.MaxAlertsPerIncident {
				w.t.Fatalf("%s has more than %d alerts", i, p.Spec.MaxAlertsPerIncident)
			}
		}
	}
}

// A storm does not make the engine grow without end, nor slow.
func TestStormIsBounded(t *testing.T) {
	w := newWorld(t, policy())
	w.tell(incident("inc", 0))
	for i := range 101_000 {
		a := alert(fmt.Sprintf("a%06d", i), i/2000, fmt.Sprintf("Device vm-%d", i), linkedTo("inc"))
		w.engine.Alert(a, a.CreationTimestamp.Time)
	}
	w.engine.Decide(at(50))
	if known := w.engine.Known(); known != 90_000 || w.engine.Forgotten() != 11_000 {
		t.Errorf("%d alerts are known, %d forgotten", known, w.engine.Forgotten())
	}
}
