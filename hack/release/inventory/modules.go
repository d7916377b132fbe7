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
	"bytes"
	"context"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// Module is one of those that a binary was compiled from.
type Module struct {
	Path, Version, Sum string
	// dir is where the module cache has it.
	dir string
}

// Binary is what a binary says about itself.
type Binary struct {
	Main      string // path of the main module
	GoVersion string // such as 1.26.8
	Platform  string // such as linux/amd64
	Modules   []Module
}

// ReadFor is Read, and refuses a binary for another platform.
func ReadFor(ctx context.Context, file, platform string) (Binary, error) {
	binary, err := Read(ctx, file)
	if err == nil && binary.Platform != platform {
		err = fmt.Errorf("%s must be built for %s, is for %s", file, platform, binary.Platform)
	}
	return binary, err
}

// Read returns what the binary of a file was compiled from.
func Read(ctx context.Context, file string) (Binary, error) {
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return Binary{}, fmt.Errorf("reading how %s was built: %w", file, err)
	}
	settings := map[string]string{}
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	binary := Binary{
		Main: info.Main.Path, GoVersion: strings.TrimPrefix(strings.Fields(info.GoVersion)[0], "go"),
		Platform: settings["GOOS"] + "/" + settings["GOARCH"],
	}
	for _, dependency := range info.Deps {
		if dependency.Replace != nil {
			dependency = dependency.Replace
		}
		binary.Modules = append(binary.Modules, Module{Path: dependency.Path, Version: dependency.Version, Sum: dependency.Sum})
	}
	if len(binary.Modules) == 0 {
		return Binary{}, fmt.Errorf("%s names no modules: it must be built with module information", file)
	}
	if err := locate(ctx, binary.Modules); err != nil {
		return Binary{}, fmt.Errorf("finding the modules of %s: %w", file, err)
	}
	return binary, nil
}

// locate asks the go command where the modules lie. They were compiled from there, so nothing is downloaded.
func locate(ctx context.Context, modules []Module) error {
	args := []string{"mod", "download", "-json"}
	for _, module := range modules {
		args = append(args, module.Path+"@"+module.Version)
	}
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOSUMDB=off") // What was compiled was verified when it was downloaded.
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("asking the go command: %w: %s", err, &errs)
	}
	dirs := map[string]string{}
	for decoder := json.NewDecoder(&out); ; {
		var found struct{ Path, Version, Dir string }
		err := decoder.Decode(&found)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("reading the answer of the go command: %w", err)
		}
		dirs[found.Path+"@"+found.Version] = found.Dir
	}
	for i := range modules {
		id := modules[i].Path + "@" + modules[i].Version
		if modules[i].dir = dirs[id]; modules[i].dir == "" {
			return fmt.Errorf("%s is not in the module cache", id)
		}
	}
	return nil
}
