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

package admission

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/policy/generic"
	"k8s.io/apiserver/pkg/admission/plugin/policy/matching"
	"k8s.io/apiserver/pkg/admission/plugin/policy/mutating"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// Evaluator does to objects what the policies say.
type Evaluator struct {
	dispatcher generic.Dispatcher[mutating.PolicyHook]
	hooks      []mutating.PolicyHook
	objects    admission.ObjectInterfaces
	informers  []informers.SharedInformerFactory
	synced     []cache.InformerSynced
}

// New prepares the policies in files. The client reads what they ask of the cluster: namespaces, rights, and the
// ClusterRoleBinding identities, which says who is a machine.
func New(cluster kubernetes.Interface, files fs.FS, identities string) (*Evaluator, error) {
	policies, err := readPolicies(files, identities)
	if err != nil {
		return nil, err
	}
	// Asked anew for each request, as the API server asks itself; a second attempt is for a connection that was lost.
	rights, err := authorizerfactory.DelegatingAuthorizerConfig{
		SubjectAccessReviewClient: cluster.AuthorizationV1(), WebhookRetryBackoff: &wait.Backoff{Duration: 100 * time.Millisecond, Steps: 2},
	}.New()
	if err != nil {
		return nil, fmt.Errorf("preparing to ask for rights: %w", err)
	}
	namespaces := informers.NewSharedInformerFactory(cluster, 0)
	// By its name, so that the right to read this one binding is enough.
	binding := informers.NewSharedInformerFactoryWithOptions(cluster, 0, informers.WithTweakListOptions(func(options *metav1.ListOptions) {
		options.FieldSelector = fields.OneTermEqualSelector(metav1.ObjectNameField, identities).String()
	}))
	parameter, err := binding.ForResource(rbacv1.SchemeGroupVersion.WithResource("clusterrolebindings"))
	if err != nil {
		return nil, fmt.Errorf("preparing to read the parameter of the policies: %w", err)
	}
	matcher := matching.NewMatcher(namespaces.Core().V1().Namespaces().Lister(), cluster)
	e := &Evaluator{
		dispatcher: mutating.NewDispatcher(rights, matcher, untyped{}),
		objects:    admission.NewObjectInterfacesFromScheme(runtime.NewScheme()),
		informers:  []informers.SharedInformerFactory{namespaces, binding},
		synced:     []cache.InformerSynced{namespaces.Core().V1().Namespaces().Informer().HasSynced, parameter.Informer().HasSynced},
	}
	for _, policy := range policies {
		evaluator, err := compile(policy.definition)
		if err != nil {
			return nil, fmt.Errorf("compiling the policy %s: %w", policy.definition.Name, err)
		}
		e.hooks = append(e.hooks, mutating.PolicyHook{
			Policy: policy.definition, Bindings: []*admissionregistrationv1.MutatingAdmissionPolicyBinding{policy.binding},
			ParamInformer: parameter, ParamScope: meta.RESTScopeRoot, Evaluator: evaluator,
		})
	}
	return e, nil
}

// Start follows what the policies ask of the cluster until the context ends.
func (e *Evaluator) Start(ctx context.Context) error {
	for _, factory := range e.informers {
		factory.StartWithContext(ctx)
	}
	<-ctx.Done()
	for _, factory := range e.informers {
		factory.Shutdown()
	}
	return nil
}

// Synced reports whether that is known.
func (e *Evaluator) Synced() bool {
	for _, synced := range e.synced {
		if !synced() {
			return false
		}
	}
	return true
}

// Admit returns the object of a request as the policies want it, or nil if it is right as it is. An error refuses the
// request; the ones that policies make are API statuses.
func (e *Evaluator) Admit(ctx context.Context, request *admissionv1.AdmissionRequest) (*unstructured.Unstructured, error) {
	attributes, err := attributesOf(request)
	if err != nil {
		return nil, err
	}
	object, ok := attributes.GetObject().(*unstructured.Unstructured)
	if !ok {
		return nil, errors.New("the request must have an object: the webhook must be asked of creations and updates alone")
	}
	before := object.Object
	if err := e.dispatcher.Dispatch(ctx, attributes, e.objects, e.hooks); err != nil {
		return nil, err
	}
	if reflect.DeepEqual(before, object.Object) {
		return nil, nil
	}
	return object, nil
}

// untyped is what a dispatcher asks about the schema of objects. JSON patches, which are all the patches there are, need none.
type untyped struct{}

func (untyped) GetTypeConverter(schema.GroupVersionKind) managedfields.TypeConverter {
	return managedfields.NewDeducedTypeConverter()
}

func (untyped) Run(context.Context) {}
