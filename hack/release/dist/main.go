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

// Command dist makes what a release hands out from binaries that are built already, without network.
//
//	dist root  writes the root file system of the image for one architecture
//	dist all   writes the manifests, the image, the archives of the plugin, the bills of materials, the manifest for krew and
//	           the release notes
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"

	"github.com/incident-operator/incident-operator/hack/release/rootfs"
)

// release says what is made, and from what.
type release struct {
	version, revision string
	repository        string // the folder of the repository
	binaries          string // a folder of OS_ARCH/NAME
	out               string
	image             string // where the image will be, without tag
	download          string // the address below which the archives will be
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1) //nolint:gocritic // Nothing is left to stop.
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New("the first argument must be root or all")
	}
	var r release
	var manager string
	flags := flag.NewFlagSet("dist "+args[0], flag.ContinueOnError)
	flags.StringVar(&r.version, "version", "", "version, such as v0.1.0")
	flags.StringVar(&r.repository, "repository", "../..", "folder of the repository")
	flags.StringVar(&r.out, "out", "", "folder to write to")
	switch args[0] {
	case "root":
		flags.StringVar(&manager, "manager", "", "the operator's binary")
	case "all":
		flags.StringVar(&r.revision, "revision", "", "commit")
		flags.StringVar(&r.binaries, "binaries", "", "folder of OS_ARCH/NAME")
		flags.StringVar(&r.image, "image", "incident-operator", "where the image will be, without tag")
		flags.StringVar(&r.download, "download", "", "address below which the archives will be")
	default:
		return fmt.Errorf("the first argument must be root or all, is %q", args[0])
	}
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if r.out == "" {
		return errors.New("--out must be a folder")
	}
	if args[0] == "root" {
		return rootfs.Write(ctx, r.out, manager, filepath.Join(r.repository, "LICENSE"), r.version)
	}
	return r.all(ctx)
}

var versionForm = regexp.MustCompile(`^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$`)

func (r release) all(ctx context.Context) error {
	if !versionForm.MatchString(r.version) {
		return fmt.Errorf("--version must be a semantic version such as v0.1.0, is %q", r.version)
	}
	if err := os.MkdirAll(r.out, 0o755); err != nil { //nolint:gosec // It is handed out.
		return fmt.Errorf("making %s: %w", r.out, err)
	}
	for _, step := range []func(context.Context) error{r.notes, r.manifests, r.containerImage, r.plugin} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// write writes one file of the release.
func (r release) write(name string, content []byte) error {
	if err := os.WriteFile(filepath.Join(r.out, name), content, 0o644); err != nil { //nolint:gosec // It is handed out.
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}
