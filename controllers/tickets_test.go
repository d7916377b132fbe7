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

package controllers

import (
	"context"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func ticketsAt(t *testing.T, newest *string) *tickets {
	t.Helper()
	kinds := scheme
	if err := v1alpha1.AddToScheme(kinds); err != nil {
		t.Fatal(err)
	}
	return newTickets(fake.NewClientBuilder().WithScheme(kinds).Build(), func() string { return *newest })
}

func versioned(name, version string) *v1alpha1.Alert {
	alert := &v1alpha1.Alert{}
	alert.Namespace, alert.Name, alert.ResourceVersion = "default", name, version
	return alert
}

var (
	one = []client.ObjectKey{{Namespace: "default", Name: "inc-1"}}
	two = []client.ObjectKey{{Namespace: "default", Name: "inc-2"}}
)

func TestATicketIsTheNewestVersion(t *testing.T) {
	newest := "9"
	tickets := ticketsAt(t, &newest)
	if got := tickets.draw(context.Background(), versioned("a", "10"), one); got != "10" {
		t.Errorf("got %s, want the alert's own version", got)
	}
	newest = "11"
	if got := tickets.draw(context.Background(), versioned("b", "10"), one); got != "11" {
		t.Errorf("got %s, want what the cache has seen", got)
	}
}

func TestNoLogPassesATicketThatIsKept(t *testing.T) {
	newest := "9"
	tickets := ticketsAt(t, &newest)
	below := func(incident client.ObjectKey, meanwhile func()) string {
		w := tickets.open(incident)
		meanwhile()
		return tickets.close(w)
	}
	nothing := func() {}
	expect := func(what, want, got string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}
	ctx := context.Background()
	expect("at first", "", below(one[0], nothing))
	tickets.draw(ctx, versioned("a", "5"), one)
	newest = "20"
	tickets.draw(ctx, versioned("b", "7"), one)
	expect("two are kept", "9", below(one[0], nothing))
	expect("none is kept for another incident", "", below(two[0], nothing))
	tickets.draw(ctx, versioned("a", "21"), one)
	expect("one that is drawn again stays the oldest", "9", below(one[0], nothing))
	expect("one that is given back meanwhile", "9", below(one[0], func() {
		tickets.release(client.ObjectKeyFromObject(versioned("a", "")))
	}))
	expect("the other is left", "20", below(one[0], nothing))
	tickets.release(client.ObjectKeyFromObject(versioned("b", "")))
	expect("one that came and went meanwhile", "30", below(one[0], func() {
		newest = "30"
		tickets.draw(ctx, versioned("c", "7"), one)
		tickets.release(client.ObjectKeyFromObject(versioned("c", "")))
	}))
	expect("in the end", "", below(one[0], nothing))
}
