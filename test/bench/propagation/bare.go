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
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
)

// bareStep is the step of the bare client in each scenario.
const bareStep = "bare"

// write is one request of the bare client.
type write struct {
	path  string
	patch object
}

// bareRun stops the operator, has the bare client act, and starts the operator again. Both times end with an observer's
// sight of the last alert. How many alerts the operator wrote afterwards tells whether the bare client did its work.
func (b *bench) bareRun(ctx context.Context, o *observer, match func(*alert) bool, prepare func() ([]write, error), act func([]write) error) error {
	if err := b.place.stopOperator(ctx); err != nil {
		return err
	}
	writes, err := prepare()
	if err != nil {
		return err
	}
	leave, err := b.informer(ctx)
	if err != nil {
		return err
	}
	defer leave()
	r, err := b.timed(ctx, o, bareStep, match, func() error { return act(writes) })
	if err != nil {
		return err
	}
	body, err := json.Marshal(writes[0].patch)
	if err != nil {
		return err
	}
	r.Workers, r.Body = b.workers, len(body)
	repaired, err := b.repaired(ctx, len(writes))
	if err != nil {
		return err
	}
	r.Values = map[string]float64{"alertsWrittenAfter": float64(repaired)}
	return b.report(r)
}

// repaired starts the operator and counts the alerts that it writes.
func (b *bench) repaired(ctx context.Context, n int) (int, error) {
	mark, err := b.audit.mark()
	if err != nil {
		return 0, err
	}
	if err := b.place.startOperator(ctx); err != nil {
		return 0, err
	}
	if err := b.atRest(ctx, n); err != nil {
		return 0, err
	}
	found, _, err := b.audit.since(mark)
	return found.on("alerts"), err
}

// sendAll sends as the operator, so many requests at a time as --workers says.
func (b *bench) sendAll(ctx context.Context, writes []write) error {
	return each(ctx, len(writes), b.workers, func(ctx context.Context, i int) error {
		_, err := b.bare.patch(ctx, writes[i].path, writes[i].patch)
		return err
	})
}

// informer keeps a typed informer of alerts open, as the operator does, until the function that it returns is called.
func (b *bench) informer(ctx context.Context) (func(), error) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		return nil, err
	}
	config, err := b.place.configOf("operator")
	if err != nil {
		return nil, err
	}
	config.GroupVersion = &v1alpha1.GroupVersion
	config.APIPath = "/apis"
	config.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()
	client, err := rest.RESTClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("connecting the bare client's informer: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	_, informer := cache.NewInformerWithOptions(cache.InformerOptions{
		ListerWatcher: cache.NewListWatchFromClient(client, "alerts", "", fields.Everything()),
		ObjectType:    &v1alpha1.Alert{}, Handler: cache.ResourceEventHandlerFuncs{},
	})
	go informer.RunWithContext(ctx)
	if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
		cancel()
		return nil, errors.New("the bare client's informer does not fill")
	}
	return cancel, nil
}

// writesUnder prepares exactly what the operator would write to bring the alerts under an incident, so that it has nothing
// left to do. moves says that the write carries the link too, as in a merge.
func writesUnder(o *observer, source inherit.Source, moves bool) ([]write, error) {
	var writes []write
	for _, a := range o.all() {
		before, err := a.inherits()
		if err != nil {
			return nil, fmt.Errorf("reading the memory of %s: %w", a.Metadata.Name, err)
		}
		after := inherit.Decide(before, inherit.Link{Name: source.Name, Source: &source})
		annotations := object{v1alpha1.InheritedAnnotation: after.Memory.String()}
		spec := object{}
		if after.Assignee != before.Assignee {
			spec["assignee"] = after.Assignee
		}
		if moves {
			spec["incidentRef"] = object{"name": source.Name}
			left := strings.Fields(a.Metadata.Annotations[v1alpha1.LeftAnnotation])
			annotations[v1alpha1.LeftAnnotation] = strings.Join(append(left, string(before.Memory.UID)), "\n")
		}
		patch := object{"metadata": object{"resourceVersion": a.Metadata.ResourceVersion, "annotations": annotations}}
		if len(spec) > 0 {
			patch["spec"] = spec
		}
		writes = append(writes, write{path: alertPath(o.namespace, a.Metadata.Name) + "?fieldManager=incident-operator", patch: patch})
	}
	return writes, nil
}

func (a *alert) inherits() (inherit.Alert, error) {
	memory, err := inherit.ParseMemory(a.Metadata.Annotations[v1alpha1.InheritedAnnotation])
	return inherit.Alert{
		Created: a.Metadata.CreationTimestamp, Assignee: a.Spec.Assignee, State: a.Spec.Resolution.State, Memory: memory,
	}, err
}
