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

// Package saved keeps saved queries in a file of YAML, which people edit too.
package saved

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"

	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// Variable is the environment variable that says where the usual file is.
const Variable = "KUBECTL_INCIDENT_QUERIES"

// maxFile bounds what is read of a file of queries.
const maxFile = 1 << 20

// pathOf says where the queries are.
func pathOf(path string) (string, error) {
	if path != "" {
		return path, nil
	}
	if path := os.Getenv(Variable); path != "" {
		return path, nil
	}
	folder, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("finding the file of queries: %w; name it with --queries", err)
	}
	return filepath.Join(folder, "kubectl-incident", "queries.yaml"), nil
}

// Load reads the queries, whose fields must be the names of flags, and says from which file: the one at path or, where that
// is empty, the usual one. It returns no queries where there is no file yet.
func Load(path string, flags []string) (string, query.Saved, error) {
	path, err := pathOf(path)
	if err != nil {
		return "", query.Saved{}, err
	}
	data, err := read(path)
	if errors.Is(err, os.ErrNotExist) {
		return path, query.Saved{}, nil
	}
	if err != nil {
		return "", query.Saved{}, fmt.Errorf("reading the queries: %w", err)
	}
	var saved query.Saved
	if err := yaml.UnmarshalStrict(data, &saved); err != nil {
		return "", query.Saved{}, fmt.Errorf("reading the queries in %s: %w", path, err)
	}
	if err := saved.Validate(flags); err != nil {
		return "", query.Saved{}, fmt.Errorf("reading the queries in %s: %w", path, err)
	}
	return path, saved, nil
}

// Store writes the whole file or nothing. Where the path is a link, what it leads to is written.
func Store(path string, saved query.Saved) error {
	old, err := read(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("reading the queries: %w", err)
	}
	data, err := edit(old, saved)
	if err != nil {
		return err
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("saving the queries: %w", err)
	}
	if err := replaceFile(path, data); err != nil {
		return fmt.Errorf("saving the queries: %w", err)
	}
	return nil
}

func read(path string) ([]byte, error) {
	file, err := os.Open(path) //nolint:gosec // The user says which file to read, with the user's own rights.
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // Only read from.
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("%s is larger than %d MiB", path, maxFile>>20)
	}
	return data, err
}

// replaceFile keeps the permissions of a file that is there.
func replaceFile(path string, data []byte) (err error) {
	mode := os.FileMode(0o600)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".queries-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name()) // The first failure counts.
		}
	}()
	_, err = file.Write(data)
	err = errors.Join(err, file.Chmod(mode), file.Sync(), file.Close())
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
