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

package inventory

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// built is a binary of this module. That of a test does not say what it was compiled from.
func built(t *testing.T) (Binary, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "dist")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", file, "../dist").CombinedOutput(); err != nil {
		t.Fatalf("building: %v: %s", err, out)
	}
	binary, err := ReadFor(t.Context(), file, runtime.GOOS+"/"+runtime.GOARCH)
	if err != nil {
		t.Fatal(err)
	}
	return binary, file
}

func TestReadForRefusesAnotherPlatform(t *testing.T) {
	_, file := built(t)
	if _, err := ReadFor(t.Context(), file, "plan9/mips"); err == nil || !strings.Contains(err.Error(), "must be built for plan9/mips") {
		t.Errorf("the error is %v", err)
	}
}

func TestLicenses(t *testing.T) {
	binary, _ := built(t)
	texts, err := binary.Licenses(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"std/LICENSE", "github.com/CycloneDX/cyclonedx-go/LICENSE"} {
		if len(texts[name]) == 0 {
			t.Errorf("there is no %s", name)
		}
	}
	binary.Modules[0].dir = t.TempDir()
	if _, err := binary.Licenses(t.Context()); err == nil {
		t.Error("a module without a license must not be handed out")
	}
}

func TestSBOM(t *testing.T) {
	binary, _ := built(t)
	text, err := binary.SBOM("tool", "v1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	var written struct {
		BOMFormat, SerialNumber string
		Components              []struct{ Name, Version, PURL string }
	}
	if err := json.Unmarshal(text, &written); err != nil {
		t.Fatal(err)
	}
	if written.BOMFormat != "CycloneDX" || written.SerialNumber != "" || strings.Contains(string(text), "timestamp") {
		t.Errorf("it must be a CycloneDX document without times and random numbers:\n%s", text)
	}
	if len(written.Components) != len(binary.Modules)+1 {
		t.Fatalf("there are %d components of %d modules and the standard library", len(written.Components), len(binary.Modules))
	}
	for _, component := range written.Components {
		if !strings.HasPrefix(component.PURL, "pkg:golang/"+strings.ToLower(component.Name)+"@") {
			t.Errorf("the package URL of %s is %s", component.Name, component.PURL)
		}
	}
}
