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

package gitops

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/fluxcd/pkg/ssa"
	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// flux applies as the kustomize-controller does, by its own engine, under its name.
const flux = "kustomize-controller"

// fluxOptions are those of the kustomize-controller v1.9.6, as its source has them.
func fluxOptions() ssa.ApplyOptions {
	const group = "kustomize.toolkit.fluxcd.io"
	options := ssa.DefaultApplyOptions()
	options.ExclusionSelector = map[string]string{group + "/reconcile": "disabled", group + "/ssa": "Ignore"}
	options.IfNotPresentSelector = map[string]string{group + "/ssa": "IfNotPresent"}
	options.ForceSelector = map[string]string{group + "/force": "enabled"}
	options.Cleanup = ssa.ApplyCleanupOptions{
		Annotations: []string{corev1.LastAppliedConfigAnnotation},
		FieldManagers: []ssa.FieldManager{
			{Name: "kubectl", OperationType: metav1.ManagedFieldsOperationApply},
			{Name: "kubectl", OperationType: metav1.ManagedFieldsOperationUpdate},
			{Name: "before-first-apply", OperationType: metav1.ManagedFieldsOperationUpdate},
			{Name: flux, OperationType: metav1.ManagedFieldsOperationUpdate},
		},
		Exclusions: map[string]string{group + "/ssa": "Merge"},
	}
	return options
}

func TestWhatPeopleDoUnderFlux(t *testing.T) {
	c := startAPIServer(t)
	for name, test := range map[string]struct {
		manager     string // by which a person takes the incident and tags it
		annotations map[string]any
		stands      bool
	}{
		"the plugin, and the console":         {manager: "incident-cli", stands: true},
		"kubectl":                             {manager: "kubectl-patch"},
		"the plugin under its former name":    {manager: "kubectl-incident"},
		"kubectl, where the manifests say so": {manager: "kubectl-patch", annotations: map[string]any{"kustomize.toolkit.fluxcd.io/ssa": "Merge"}, stands: true},
	} {
		t.Run(name, func(t *testing.T) {
			manifest := &unstructured.Unstructured{Object: map[string]any{
				"apiVersion": v1alpha1.GroupVersion.String(), "kind": "Incident",
				"metadata": map[string]any{"name": nameOf(test.manager, test.stands), "namespace": "default"},
				"spec":     map[string]any{"description": "From Git"},
			}}
			if test.annotations != nil {
				_ = unstructured.SetNestedMap(manifest.Object, test.annotations, "metadata", "annotations")
			}
			sync := func() ssa.Action {
				t.Helper()
				manager := ssa.NewResourceManager(c, nil, ssa.Owner{Field: flux, Group: "kustomize.toolkit.fluxcd.io"})
				entry, err := manager.Apply(t.Context(), manifest.DeepCopy(), fluxOptions())
				if err != nil {
					t.Fatal(err)
				}
				return entry.Action
			}
			sync()
			take(t, c, manifest.GetName(), test.manager)
			want := ssa.UnchangedAction
			if !test.stands {
				want = ssa.ConfiguredAction
			}
			if action := sync(); action != want {
				t.Errorf("the sync after somebody took the incident says %s, must say %s", action, want)
			}
			var incident v1alpha1.Incident
			if err := c.Get(t.Context(), types.NamespacedName{Namespace: "default", Name: manifest.GetName()}, &incident); err != nil {
				t.Fatal(err)
			}
			if stands := incident.Spec.Assignee == "alice@example.com" && len(incident.Spec.Tags) == 1; stands != test.stands {
				t.Errorf("after the sync the assignee is %q, the tags are %v", incident.Spec.Assignee, incident.Spec.Tags)
			}
			if action := sync(); action != ssa.UnchangedAction {
				t.Errorf("the next sync says %s: it must find nothing to do", action)
			}
		})
	}
}

// nameOf is one incident a case.
func nameOf(manager string, stands bool) string {
	if stands {
		return manager + "-stands"
	}
	return manager
}

// take is what a person does: an owner and a tag, by one merge patch.
func take(t *testing.T, c client.Client, name, manager string) {
	t.Helper()
	incident := &v1alpha1.Incident{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name}}
	patch := client.RawPatch(types.MergePatchType, []byte(`{"spec":{"assignee":"alice@example.com","tags":["Ransomware"]}}`))
	if err := c.Patch(t.Context(), incident, patch, client.FieldOwner(manager)); err != nil {
		t.Fatal(err)
	}
}

// startAPIServer starts one that has the CRDs.
func startAPIServer(t *testing.T) client.Client {
	t.Helper()
	ctrl.SetLogger(logr.Discard())
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		assets = filepath.Join("..", "..", "bin", "k8s")
	}
	environment := &envtest.Environment{
		BinaryAssetsDirectory: assets,
		CRDDirectoryPaths:     []string{filepath.Join("..", "..", "config", "crd", "bases")},
		ErrorIfCRDPathMissing: true,
	}
	config, err := environment.Start()
	if err != nil {
		t.Fatalf("starting an API server: %v; run 'make k8s' first, or set KUBEBUILDER_ASSETS", err)
	}
	t.Cleanup(func() {
		if err := environment.Stop(); err != nil {
			t.Error(err)
		}
	})
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	c, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.List(t.Context(), &v1alpha1.IncidentList{}); err != nil {
		t.Fatal(err)
	}
	return c
}
