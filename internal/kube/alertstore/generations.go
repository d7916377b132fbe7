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

package alertstore

import (
	"context"
	"fmt"
	"regexp"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// The alert of a later generation has the name of the first and a number: falco-0123456789abcdef0123-2.
var generationForm = regexp.MustCompile(`^(.*-[0-9a-f]{20})(?:-([1-9]\d{0,8}))?$`)

// generationOf is the name of the first generation of an alert, and which one this is, from 1.
func generationOf(name string) (first string, number int) {
	parts := generationForm.FindStringSubmatch(name)
	if parts == nil {
		return name, 1
	}
	number, err := strconv.Atoi(parts[2])
	if err != nil {
		return parts[1], 1
	}
	return parts[1], number
}

// nextName is the name of the generation after an alert.
func nextName(alert *v1alpha1.Alert) string {
	first, number := generationOf(alert.Name)
	return first + "-" + strconv.Itoa(number+1)
}

// Finder finds the alert of the latest generation by the name of the first.
type Finder interface {
	// Latest returns nil if there is none. The alert must not be changed.
	Latest(ctx context.Context, first client.ObjectKey) (*v1alpha1.Alert, error)
}

// Prober asks the API server for one generation after the other.
type Prober struct{ Reader client.Reader }

// Latest is Finder's.
func (p Prober) Latest(ctx context.Context, first client.ObjectKey) (*v1alpha1.Alert, error) {
	var latest *v1alpha1.Alert
	for next := first; ; next.Name = nextName(latest) {
		alert := &v1alpha1.Alert{}
		err := p.Reader.Get(ctx, next, alert)
		if apierrors.IsNotFound(err) {
			return latest, nil
		}
		if err != nil {
			return nil, fmt.Errorf("getting the alert %s: %w", next.Name, err)
		}
		latest = alert
	}
}
