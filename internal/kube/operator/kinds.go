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

package operator

import (
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/discovery"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// CheckKinds makes sure that the API server serves the kinds that the controllers work on. What is missing is named.
func CheckKinds(server discovery.DiscoveryInterface) error {
	served := sets.New[string]()
	resources, err := server.ServerResourcesForGroupVersion(v1alpha1.GroupVersion.String())
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("asking the API server for the kinds of %s: %w", v1alpha1.GroupVersion, err)
	}
	if resources != nil {
		for _, resource := range resources.APIResources {
			served.Insert(resource.Kind)
		}
	}
	if missing := sets.New(v1alpha1.Kinds()...).Difference(served); missing.Len() > 0 {
		return fmt.Errorf("the API server does not serve the kinds %v of %s: install config/crd first", sets.List(missing), v1alpha1.GroupVersion)
	}
	return nil
}
