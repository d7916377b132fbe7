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

	lua "github.com/yuin/gopher-lua"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "hack", "argocd", name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// Argo CD runs a health script with the object as the global obj, in this very interpreter, and reads status and message of
// what it returns.
func TestHealthOfArgoCD(t *testing.T) {
	script := string(read(t, "health.lua"))
	for name, test := range standings() {
		t.Run(name, func(t *testing.T) {
			health, message := runHealth(t, script, toUnstructured(t, test.object).Object)
			if health != test.argo {
				t.Errorf("Argo CD says %s (%s), must be %s", health, message, test.argo)
			}
			if health != "Healthy" && message == "" {
				t.Errorf("%s has no message", health)
			}
		})
	}
	t.Run("an incident that nobody has looked at", func(t *testing.T) {
		object := map[string]any{"kind": "Incident", "metadata": map[string]any{"generation": int64(1)}}
		if health, _ := runHealth(t, script, object); health != "Progressing" {
			t.Errorf("Argo CD says %s, must be Progressing", health)
		}
	})
}

// The ConfigMap to copy holds the script that is tested, and nothing else.
func TestConfigMapOfArgoCD(t *testing.T) {
	var config corev1.ConfigMap
	if err := yaml.UnmarshalStrict(read(t, "argocd-cm.yaml"), &config); err != nil {
		t.Fatal(err)
	}
	var customizations map[string]map[string]string
	if err := yaml.UnmarshalStrict([]byte(config.Data["resource.customizations"]), &customizations); err != nil {
		t.Fatal(err)
	}
	if got, want := customizations["incidentoperator.dev/*"]["health.lua"], string(read(t, "health.lua")); got != want {
		t.Errorf("the script of argocd-cm.yaml differs from health.lua:\n%s", got)
	}
	if len(customizations) != 1 || len(config.Data) != 1 {
		t.Errorf("there is more than the health of our kinds: %v", config.Data)
	}
}

func runHealth(t *testing.T, script string, object map[string]any) (health, message string) {
	t.Helper()
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	// The libraries that Argo CD opens by default.
	for _, library := range []struct {
		name string
		open lua.LGFunction
	}{{lua.LoadLibName, lua.OpenPackage}, {lua.BaseLibName, lua.OpenBase}, {lua.TabLibName, lua.OpenTable}, {lua.StringLibName, lua.OpenString}} {
		state.Push(state.NewFunction(library.open))
		state.Push(lua.LString(library.name))
		state.Call(1, 0)
	}
	state.SetGlobal("obj", toLua(state, object))
	if err := state.DoString(script); err != nil {
		t.Fatal(err)
	}
	result, ok := state.Get(-1).(*lua.LTable)
	if !ok {
		t.Fatalf("the script returns %s, must be a table", state.Get(-1).Type())
	}
	return lua.LVAsString(result.RawGetString("status")), lua.LVAsString(result.RawGetString("message"))
}

func toLua(state *lua.LState, value any) lua.LValue {
	switch value := value.(type) {
	case string:
		return lua.LString(value)
	case bool:
		return lua.LBool(value)
	case int64:
		return lua.LNumber(value)
	case float64:
		return lua.LNumber(value)
	case []any:
		table := state.NewTable()
		for _, item := range value {
			table.Append(toLua(state, item))
		}
		return table
	case map[string]any:
		table := state.NewTable()
		for key, item := range value {
			table.RawSetString(key, toLua(state, item))
		}
		return table
	default:
		return lua.LNil
	}
}
