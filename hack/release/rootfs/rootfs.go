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

// Package rootfs writes the file system of the image: the operator, the roots that it trusts, its user, the license texts
// and the bill of materials. There is no base image: nothing else is needed, and nothing else can have a weakness.
package rootfs

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/crypto/x509roots/fallback/bundle"

	"github.com/incident-operator/incident-operator/hack/release/inventory"
)

// Write makes the folder anew.
func Write(ctx context.Context, folder, manager, license, version string) error {
	binary, err := inventory.Read(ctx, manager)
	if err != nil {
		return err
	}
	files, err := binary.Licenses(ctx)
	if err != nil {
		return err
	}
	files = below("licenses", files)
	if files["sbom.cdx.json"], err = binary.SBOM("incident-operator", version); err != nil {
		return err
	}
	if files["licenses/incident-operator/LICENSE"], err = os.ReadFile(license); err != nil { //nolint:gosec // Our own.
		return fmt.Errorf("reading our own license: %w", err)
	}
	files["etc/passwd"] = []byte("nonroot:x:65532:65532:nonroot:/:/sbin/nologin\n")
	files["etc/group"] = []byte("nonroot:x:65532:\n")
	files["etc/ssl/certs/ca-certificates.crt"] = roots()
	executable, err := os.ReadFile(manager) //nolint:gosec // Our own.
	if err != nil {
		return fmt.Errorf("reading the operator: %w", err)
	}
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("removing %s: %w", folder, err)
	}
	for name, content := range files {
		if err := write(filepath.Join(folder, filepath.FromSlash(name)), content, 0o644); err != nil {
			return err
		}
	}
	return write(filepath.Join(folder, "manager"), executable, 0o755)
}

func below(folder string, files map[string][]byte) map[string][]byte {
	moved := make(map[string][]byte, len(files))
	for name, content := range files {
		moved[folder+"/"+name] = content
	}
	return moved
}

// roots are the certification authorities that Mozilla trusts, as the Go project publishes them. Those that it trusts only
// within limits, which a file cannot say, are left out.
func roots() []byte {
	var out bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint != nil {
			continue
		}
		_ = pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}) // A buffer takes all.
	}
	return out.Bytes()
}

func write(path string, content []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // What an image holds is for all to read.
		return fmt.Errorf("making the folder of %s: %w", path, err)
	}
	if err := os.WriteFile(path, content, mode); err != nil { //nolint:gosec // The names are those of modules, below a folder of ours.
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return os.Chmod(path, mode) // Whatever the umask is.
}
