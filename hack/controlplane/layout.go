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
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// layout is the folder of one control plane:
//
//	pki/  etcd/  logs/  run/  *.kubeconfig  .controlplane
type layout struct {
	root string
}

// ownFolders is all that purge deletes, beside kubeconfigs and the marker.
var ownFolders = []string{"pki", "etcd", "logs", "run"}

func (l layout) pki(name string) string        { return filepath.Join(l.root, "pki", name) }
func (l layout) data() string                  { return filepath.Join(l.root, "etcd") }
func (l layout) log(name string) string        { return filepath.Join(l.root, "logs", name+".log") }
func (l layout) pid(name string) string        { return filepath.Join(l.root, "run", name+".pid") }
func (l layout) auditPolicy() string           { return filepath.Join(l.root, "run", "audit-policy.yaml") }
func (l layout) portsFile() string             { return filepath.Join(l.root, "run", "ports.json") }
func (l layout) kubeconfig(name string) string { return filepath.Join(l.root, name+".kubeconfig") }

// marker says that the folder is a control plane's. Without it nothing is deleted: --dir / must not cost /etcd and /run.
func (l layout) marker() string { return filepath.Join(l.root, ".controlplane") }

func (l layout) claimed() bool { return exists(l.marker()) }

// claim makes the folder ours, unless it already holds somebody else's folders of these names.
func (l layout) claim() error {
	if !l.claimed() {
		for _, name := range ownFolders {
			if path := filepath.Join(l.root, name); exists(path) {
				return fmt.Errorf("%s exists, but %s is not the folder of a control plane: choose another --dir", path, l.root)
			}
		}
	}
	if err := os.MkdirAll(l.root, 0o750); err != nil {
		return err
	}
	if err := os.WriteFile(l.marker(), nil, 0o600); err != nil {
		return err
	}
	for _, name := range ownFolders {
		if err := os.MkdirAll(filepath.Join(l.root, name), 0o700); err != nil {
			return err
		}
	}
	return nil
}

// lock keeps two starts or stops of one folder from interleaving. It ends with the process at the latest.
func (l layout) lock() (unlock func(), err error) {
	file, err := os.OpenFile(l.marker(), os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("locking %s: %w", l.marker(), err), file.Close())
	}
	return func() { _ = file.Close() }, nil
}

// purge deletes what start created; the folder itself stays if anything else lies in it.
func (l layout) purge() error {
	errs := make([]error, 0, len(ownFolders))
	for _, name := range ownFolders {
		errs = append(errs, os.RemoveAll(filepath.Join(l.root, name)))
	}
	kubeconfigs, err := filepath.Glob(l.kubeconfig("*"))
	errs = append(errs, err)
	for _, path := range append(kubeconfigs, l.marker()) {
		errs = append(errs, os.Remove(path))
	}
	_ = os.Remove(l.root) // fails, as it should, unless empty
	return errors.Join(errs...)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// writeSecret replaces a file in one step, so that nobody reads half of it.
func writeSecret(path string, content []byte) error {
	temporary := path + ".tmp"
	if err := os.WriteFile(temporary, content, 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}

func readJSON(path string, into any) error {
	content, err := os.ReadFile(path) //nolint:gosec // The path is this program's own.
	if err != nil {
		return err
	}
	return json.Unmarshal(content, into)
}

func writeJSON(path string, value any) error {
	content, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return writeSecret(path, append(content, '\n'))
}
