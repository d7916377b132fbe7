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
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/incident-operator/incident-operator/hack/release/archive"
	"github.com/incident-operator/incident-operator/hack/release/inventory"
)

// platform is one that the plugin is built for.
type platform struct{ os, arch string }

var platforms = []platform{
	{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"},
}

// executable is the name of the plugin's binary.
func (p platform) executable() string {
	if p.os == "windows" {
		return "kubectl-incident.exe"
	}
	return "kubectl-incident"
}

// completer is the program that kubectl asks for completions. It is a script: krew unpacks no links.
func (p platform) completer() (name, script string) {
	if p.os == "windows" {
		return "kubectl_complete-incident.cmd", "@kubectl-incident.exe __complete %*\r\n"
	}
	return "kubectl_complete-incident", "#!/bin/sh\nexec kubectl-incident __complete \"$@\"\n"
}

// plugin writes an archive and a bill of materials for each platform, and the manifest for krew.
func (r release) plugin(ctx context.Context) error {
	var packed []packedPlugin
	for _, p := range platforms {
		one, err := r.pack(ctx, p)
		if err != nil {
			return fmt.Errorf("packing the plugin for %s/%s: %w", p.os, p.arch, err)
		}
		packed = append(packed, one)
	}
	manifest, err := r.krew(packed)
	if err != nil {
		return err
	}
	return r.write("incident.yaml", manifest)
}

// packedPlugin is one archive.
type packedPlugin struct {
	platform
	name, sha256 string
}

func (r release) pack(ctx context.Context, p platform) (packedPlugin, error) {
	path := filepath.Join(r.binaries, p.os+"_"+p.arch, p.executable())
	binary, err := inventory.ReadFor(ctx, path, p.os+"/"+p.arch)
	if err != nil {
		return packedPlugin{}, err
	}
	files, err := r.pluginFiles(ctx, p, binary, path)
	if err != nil {
		return packedPlugin{}, err
	}
	base := fmt.Sprintf("kubectl-incident_%s_%s_%s", r.version, p.os, p.arch)
	bom, err := binary.SBOM("kubectl-incident", r.version)
	if err != nil {
		return packedPlugin{}, err
	}
	if err := r.write(base+".cdx.json", bom); err != nil {
		return packedPlugin{}, err
	}
	name, pack := base+".tar.gz", archive.TarGz
	if p.os == "windows" {
		name, pack = base+".zip", archive.Zip
	}
	content, err := pack(files)
	if err != nil {
		return packedPlugin{}, err
	}
	sum := sha256.Sum256(content)
	return packedPlugin{platform: p, name: name, sha256: hex.EncodeToString(sum[:])}, r.write(name, content)
}

func (r release) pluginFiles(ctx context.Context, p platform, binary inventory.Binary, path string) (map[string]archive.File, error) {
	executable, err := os.ReadFile(path) //nolint:gosec // Our own.
	if err != nil {
		return nil, fmt.Errorf("reading the plugin: %w", err)
	}
	license, err := os.ReadFile(filepath.Join(r.repository, "LICENSE"))
	if err != nil {
		return nil, fmt.Errorf("reading our own license: %w", err)
	}
	texts, err := binary.Licenses(ctx)
	if err != nil {
		return nil, err
	}
	var others bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		fmt.Fprintf(&others, "==== %s ====\n\n%s\n\n", name, texts[name])
	}
	completer, script := p.completer()
	return map[string]archive.File{
		p.executable():         {Content: executable, Mode: 0o755},
		completer:              {Content: []byte(script), Mode: 0o755},
		"LICENSE":              {Content: license, Mode: 0o644},
		"THIRD_PARTY_LICENSES": {Content: others.Bytes(), Mode: 0o644},
	}, nil
}
